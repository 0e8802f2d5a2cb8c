import { ImageFault } from '../errors.ts';
import { knownFormat, type Signature, startsAs } from './format-signatures.ts';
import { heifKind } from './heif/heif-kind.ts';
import { jpegCoding, unsupportedCoding } from './jpeg/jpeg-coding.ts';
import { isSvg } from './svg/svg-root.ts';

/** The formats that are decoded. */
export type AcceptedFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'heic' | 'jxl' | 'gif' | 'tiff' | 'svg';

const ACCEPTED: readonly (Signature & { readonly format: AcceptedFormat })[] = [
  { format: 'jpeg', starts: '\xff\xd8\xff' },
  { format: 'png', starts: '\x89PNG\r\n\x1a\n' },
  { format: 'webp', starts: 'RIFF....WEBP' },
  { format: 'gif', starts: 'GIF87a' },
  { format: 'gif', starts: 'GIF89a' },
  { format: 'jxl', starts: '\xff\x0a' },
  { format: 'jxl', starts: '\0\0\0\x0cJXL \r\n\x87\n' },
  { format: 'tiff', starts: 'II*\0' },
  { format: 'tiff', starts: 'MM\0*' },
  { format: 'tiff', starts: 'II+\0\x08\0\0\0' },
  { format: 'tiff', starts: 'MM\0+\0\x08\0\0' },
];

const ACCEPTED_NAMES = 'a JPEG, PNG, WebP, AVIF, HEIC, JPEG XL, GIF, TIFF, SVG or camera RAW image';

/**
 * The format of an object's content. The object's name and content type are not trusted.
 *
 * @throws {ImageFault} `empty`; `unsupported-format`, with status `unsupported`, for an image or film of another
 *   format; `not-an-image` for all else
 */
export function acceptedFormat(bytes: Uint8Array): AcceptedFormat {
  if (bytes.length === 0) throw new ImageFault('failed', 'empty', 'Expected an image but received no bytes');
  const marked = ACCEPTED.find(({ starts }) => startsAs(bytes, starts))?.format;
  const brands = marked ? [] : mediaBrands(bytes);
  const heif = heifKind(bytes, brands);
  const accepted = marked ?? heif?.format ?? (isSvg(bytes) ? 'svg' : undefined);
  const unsupported = accepted ? unsupportedKind(bytes, accepted) : (heif?.name ?? knownName(bytes, brands));
  if (unsupported) {
    throw new ImageFault(
      'unsupported',
      'unsupported-format',
      `Expected ${ACCEPTED_NAMES} but received ${unsupported}`,
    );
  }
  if (accepted) return accepted;
  throw new ImageFault(
    'failed',
    'not-an-image',
    `Expected ${ACCEPTED_NAMES} but received something that is no image`,
  );
}

/** Apple's form of PNG has a chunk of its own before the first one that others have. */
const CGBI_PNG = '\x89PNG\r\n\x1a\n....CgBI';

/** Kinds of accepted formats that the decoder has no code for. */
function unsupportedKind(bytes: Uint8Array, format: AcceptedFormat): string | undefined {
  if (format === 'jpeg') return unsupportedCoding(jpegCoding(bytes));
  return startsAs(bytes, CGBI_PNG) ? 'Apple’s own form of PNG (CgBI)' : undefined;
}

/** Files with brands are films, unless they are of the HEIF family (https://mp4ra.org/registered-types/brands). */
function knownName(bytes: Uint8Array, brands: readonly string[]): string | undefined {
  return brands.length === 0 ? knownFormat(bytes) : 'MP4 or QuickTime video';
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
