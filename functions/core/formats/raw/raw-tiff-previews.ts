import { jpegCoding, unsupportedCoding } from '../jpeg/jpeg-coding.ts';
import type { TiffDirectory } from '../tiff/tiff-directory.ts';
import { jpegAt, type Preview, type Previews } from './embedded-preview.ts';
import {
  directoryTree,
  endOfParts,
  isSensorData,
  orientationOf,
  type PlacedDirectory,
  RAW_TAG,
} from './raw-directories.ts';

/** Panasonic's `JpgFromRaw` and `JpgFromRaw2` (exiftool, `PanasonicRaw.pm`). */
const WHOLE_JPEG_TAGS = [0x2e, 0x127];
const OLD_JPEG = 6;
const JPEG = 7;
const JPEG_XL = 52546;
/** None, LZW, JPEG, deflate: what an uncommon preview is coded with that libvips reads in 8 bit. */
const PICTURE_CODINGS = [1, 5, JPEG, 8];
/** Grey, RGB, YCbCr. */
const PICTURE_COLOURS = [1, 2, 6];
const RGB = 2;
/** A picture or a smaller version of it, the ordinary one or another (DNG 1.7): no mask, no map of depths. */
const PICTURE_TYPES = [0, 1, 0x10001];

/**
 * The previews of files that are laid out as TIFF is, whatever their makers put in place of its version. How they all lie
 * is what the first directory says that says it.
 */
export function tiffPreviews(bytes: Uint8Array): Previews {
  const { all, endsEarly } = directoryTree(bytes);
  const pictures = all.filter(({ directory }) => isPicture(directory));
  return {
    previews: pictures.flatMap((placed) => previewsIn(bytes, placed)),
    orientation: all.map(({ directory }) => orientationOf(directory)).find((known) => known !== undefined),
    endsEarly,
    unsupported: pictures.some(({ directory }) => isJpegXl(directory)) ? ['a picture in JPEG XL'] : [],
  };
}

function isPicture(directory: TiffDirectory): boolean {
  return PICTURE_TYPES.includes(directory.value(RAW_TAG.newSubfileType) ?? 0);
}

function isJpegXl(directory: TiffDirectory): boolean {
  return codingOf(directory) === JPEG_XL && !isSensorData(directory);
}

function codingOf(directory: TiffDirectory): number {
  return directory.value(RAW_TAG.compression) ?? 1;
}

function previewsIn(bytes: Uint8Array, { directory, at }: PlacedDirectory): readonly Preview[] {
  const jpegs = [...namedJpegs(bytes, directory), ...stripJpeg(bytes, directory)];
  return jpegs.length > 0 ? jpegs : tiffPicture(bytes, { directory, at });
}

/** JPEGs that tags name by place and length, or hold. */
function namedJpegs(bytes: Uint8Array, directory: TiffDirectory): readonly Preview[] {
  const offset = directory.value(RAW_TAG.jpegOffset);
  const length = directory.value(RAW_TAG.jpegLength);
  const held = WHOLE_JPEG_TAGS.filter((tag) => directory.has(tag)).flatMap((tag) => {
    const { start, end } = directory.range(tag) ?? { start: bytes.length, end: Infinity };
    return jpegAt(bytes, start, end - start);
  });
  return offset && length ? [...jpegAt(bytes, offset, length), ...held] : held;
}

/** A JPEG that is a directory's one strip. Lossless ones, and those of colour filters, are the sensor's. */
function stripJpeg(bytes: Uint8Array, directory: TiffDirectory): readonly Preview[] {
  const isJpeg = [OLD_JPEG, JPEG].includes(codingOf(directory));
  const colours = directory.value(RAW_TAG.photometricInterpretation);
  const isOneStrip = directory.count(RAW_TAG.stripOffsets) === 1 && !directory.has(RAW_TAG.tileOffsets);
  // Without a mark of its own, a JPEG of RGB would be taken for one of YCbCr; and one may lack what tables of the TIFF hold.
  const isWholeJpeg = isJpeg && isOneStrip && colours !== RGB && !directory.has(RAW_TAG.jpegTables);
  if (!isWholeJpeg || isSensorData(directory)) return [];
  const start = directory.value(RAW_TAG.stripOffsets) ?? 0;
  return jpegAt(bytes, start, directory.value(RAW_TAG.stripLengths) ?? 0);
}

/** A picture of 8 bit that a TIFF reader reads, once the file's first directory is that of the picture. */
function tiffPicture(bytes: Uint8Array, { directory, at }: PlacedDirectory): readonly Preview[] {
  const [width = 0, height = 0] = [directory.value(RAW_TAG.width), directory.value(RAW_TAG.height)];
  const colours = directory.value(RAW_TAG.photometricInterpretation) ?? -1;
  const isCoded = PICTURE_CODINGS.includes(codingOf(directory)) && PICTURE_COLOURS.includes(colours);
  const isByte = directory.value(RAW_TAG.bitsPerSample) === 8;
  if (!isCoded || !isByte || isSensorData(directory) || width * height === 0) return [];
  if (codingOf(directory) === JPEG && !isDecodableJpeg(bytes, directory)) return [];
  return [
    {
      ...{ format: 'tiff', width, height, isWhole: endOfParts(directory) <= bytes.length },
      content: () => beginningWith(bytes, at),
      orientation: undefined,
    },
  ];
}

/** Whether the first strip or tile is no lossless JPEG: then all are what the sensor saw. */
function isDecodableJpeg(bytes: Uint8Array, directory: TiffDirectory): boolean {
  const tag = directory.has(RAW_TAG.tileOffsets) ? RAW_TAG.tileOffsets : RAW_TAG.stripOffsets;
  const frame = jpegCoding(bytes.subarray(directory.value(tag) ?? bytes.length));
  return frame !== undefined && unsupportedCoding(frame) === undefined;
}

/** The file as a TIFF whose first directory is another one. */
function beginningWith(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  const littleEndian = copy[0] === 0x49;
  const isBig = view.getUint16(2, littleEndian) === 43;
  if (!isBig) view.setUint16(2, 42, littleEndian);
  if (at === 0) return copy;
  if (isBig) view.setBigUint64(8, BigInt(at), littleEndian);
  else view.setUint32(4, at, littleEndian);
  return copy;
}
