import { ImageFault } from '../errors.ts';
import { cameraRawName } from './camera-raw.ts';
import { isSvg } from './svg-root.ts';

/** The formats that are decoded. */
export type AcceptedFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'svg';

/** Bytes that a file of some format starts with, each character one byte; `.` stands for any byte. */
interface Signature {
  readonly format: string;
  readonly starts: string;
}

const ACCEPTED: readonly (Signature & { readonly format: AcceptedFormat })[] = [
  { format: 'jpeg', starts: '\xff\xd8\xff' },
  { format: 'png', starts: '\x89PNG\r\n\x1a\n' },
  { format: 'webp', starts: 'RIFF....WEBP' },
  { format: 'gif', starts: 'GIF87a' },
  { format: 'gif', starts: 'GIF89a' },
  { format: 'tiff', starts: 'II*\0' },
  { format: 'tiff', starts: 'MM\0*' },
  { format: 'tiff', starts: 'II+\0\x08\0\0\0' },
  { format: 'tiff', starts: 'MM\0+\0\x08\0\0' },
];

/** Pictures, documents and films that are recognised but not accepted, by the names that users know. */
const KNOWN: readonly Signature[] = [
  // Two letters are too few to tell a bitmap from text: its four reserved bytes must be zero as well.
  { format: 'BMP', starts: 'BM....\0\0\0\0' },
  { format: 'JPEG XL', starts: '\xff\x0a' },
  { format: 'JPEG XL', starts: '\0\0\0\x0cJXL ' },
  { format: 'JPEG 2000', starts: '\0\0\0\x0cjP  ' },
  { format: 'JPEG 2000', starts: '\xff\x4f\xff\x51' },
  { format: 'Photoshop', starts: '8BPS' },
  { format: 'ICO', starts: '\0\0\x01\0' },
  { format: 'OpenEXR', starts: 'v/1\x01' },
  { format: 'Radiance HDR', starts: '#?RADIANCE' },
  { format: 'Fujifilm RAW', starts: 'FUJIFILMCCD-RAW' },
  { format: 'Olympus RAW', starts: 'IIRO' },
  { format: 'Olympus RAW', starts: 'IIRS' },
  { format: 'Panasonic RAW', starts: 'IIU\0' },
  { format: 'Sigma RAW', starts: 'FOVb' },
  { format: 'PDF', starts: '%PDF-' },
  { format: 'AVI video', starts: 'RIFF....AVI ' },
  { format: 'Matroska or WebM video', starts: '\x1aE\xdf\xa3' },
];

/** Brands of ISO base media files (https://mp4ra.org/registered-types/brands); files of all other brands are films. */
const AVIF_BRANDS = ['avif', 'avis'];
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];
const RAW_BRANDS = ['crx '];

const ACCEPTED_NAMES = 'a JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG image';

/**
 * The format of an object's content. The object's name and content type are not trusted.
 *
 * @throws {ImageFault} `empty`; `unsupported-format`, with status `unsupported`, for an image or film of another
 *   format; `not-an-image` for all else
 */
export function acceptedFormat(bytes: Uint8Array): AcceptedFormat {
  if (bytes.length === 0) throw new ImageFault('failed', 'empty', 'Expected an image but received no bytes');
  const accepted = ACCEPTED.find((signature) => fits(bytes, signature))?.format;
  if (accepted && accepted !== 'tiff') return accepted;
  if (isAvif(bytes)) return 'avif';
  if (isSvg(bytes)) return 'svg';
  const known = accepted ? cameraRawName(bytes) : knownName(bytes);
  if (known) {
    throw new ImageFault(
      'unsupported',
      'unsupported-format',
      `Expected ${ACCEPTED_NAMES} but received ${known}`,
    );
  }
  if (accepted) return accepted;
  throw new ImageFault(
    'failed',
    'not-an-image',
    `Expected ${ACCEPTED_NAMES} but received something that is no image`,
  );
}

function fits(bytes: Uint8Array, { starts }: Signature): boolean {
  return [...starts].every((char, index) => char === '.' || bytes[index] === char.charCodeAt(0));
}

function knownName(bytes: Uint8Array): string | undefined {
  const [brand] = mediaBrands(bytes);
  if (brand === undefined) return KNOWN.find((signature) => fits(bytes, signature))?.format;
  if (HEIC_BRANDS.includes(brand)) return 'HEIC';
  return RAW_BRANDS.includes(brand) ? 'Canon RAW' : 'MP4 or QuickTime video';
}

/** Whether AVIF is among the brands: some writers name it only among the compatible ones and call the file `mif1`. */
function isAvif(bytes: Uint8Array): boolean {
  return mediaBrands(bytes).some((brand) => AVIF_BRANDS.includes(brand));
}

/** Major, then compatible brands of an ISO base media file (ISO/IEC 14496-12, `ftyp`); empty for other files. */
function mediaBrands(bytes: Uint8Array): string[] {
  if (asciiText(bytes, 4, 8) !== 'ftyp') return [];
  const boxLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  // No file names more brands than fit here; the length is the file's own claim.
  const end = Math.min(boxLength, bytes.length, 256);
  const brands = [asciiText(bytes, 8, 12)];
  for (let start = 16; start + 4 <= end; start += 4) brands.push(asciiText(bytes, start, start + 4));
  return brands;
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
