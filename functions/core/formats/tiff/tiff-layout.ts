import { type Layout, MAXIMUM_PARTS, streamedBytes } from '../../pixels/layout.ts';
import { readTiffDirectory, type TiffDirectory, tiffChain } from './tiff-directory.ts';

/** Tag numbers of TIFF 6.0. */
const TAG = {
  width: 256,
  height: 257,
  bitsPerSample: 258,
  photometricInterpretation: 262,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  planarConfiguration: 284,
  tileWidth: 322,
  tileHeight: 323,
};
const PALETTE = 3;
const YCBCR = 6;
const SEPARATE_PLANES = 2;
/** More values of bits per sample than any picture that is accepted has. */
const MAXIMUM_SAMPLES = 64;
/** libvips reads pictures of odd kinds by libtiff's own conversion, to 4 bytes a pixel; others it makes 3 of 1. */
const LEAST_PIXEL_BYTES = 4;
/** A strip of more rows is read row by row where it can be (libvips 8.18, tiff2vips.c). */
const MAXIMUM_STRIP_ROWS = 128;
/** libtiff keeps where each strip or tile lies and how long it is, and reads one of the lists once more. */
const PART_BYTES = 24;
/** The values of all pages together may be this many times the file, since they may share them. */
const MAXIMUM_SHARING = 16;

/** What all samples of a TIFF's first page take, and how they are cut up. */
interface Page {
  readonly width: number;
  readonly height: number;
  /** As decoded. */
  readonly pixelBytes: number;
  /** How many times the strips or tiles of one sample there are. */
  readonly planes: number;
}

/** The first page's strips or tiles, and the number of pages. */
export function tiffLayout(bytes: Uint8Array): Layout | undefined {
  const directory = readTiffDirectory(bytes);
  const [width, height] = [directory?.largest(TAG.width), directory?.largest(TAG.height)];
  if (!directory || !width || !height) return undefined;
  const isSeparate = directory.largest(TAG.planarConfiguration) === SEPARATE_PLANES;
  const planes = isSeparate ? samplesOf(directory) : 1;
  const page = { width, height, pixelBytes: pixelBytesOf(directory), planes };
  const tileWidth = directory.largest(TAG.tileWidth);
  const tileHeight = directory.largest(TAG.tileHeight);
  const isTiled = tileWidth !== undefined && tileHeight !== undefined;
  const cutBytes = isTiled
    ? tiledBytes(page, Math.max(1, tileWidth), Math.max(1, tileHeight))
    : strippedBytes(page, directory);
  return {
    ...{ kind: isTiled ? 'tiled tiff' : 'tiff', width, height, parts: pagesOf(bytes) },
    heldBytes: cutBytes + streamedBytes(width * page.pixelBytes, height),
  };
}

/** Two rows of tiles, and buffers for the one that is read. */
function tiledBytes(
  { width, height, pixelBytes, planes }: Page,
  tileWidth: number,
  tileHeight: number,
): number {
  const across = Math.ceil(width / tileWidth);
  const tiles = across * Math.ceil(height / tileHeight) * planes;
  return (2 * (across + 1) + 2) * tileWidth * tileHeight * pixelBytes + tiles * PART_BYTES;
}

/** Two strips, and buffers for the one that is read and for a plane of it; or rows only. */
function strippedBytes({ width, height, pixelBytes, planes }: Page, directory: TiffDirectory): number {
  const rows = Math.max(1, Math.min(height, directory.largest(TAG.rowsPerStrip) ?? height));
  const strips = Math.ceil(height / rows) * planes;
  const mayGoByRow = planes === 1 && directory.largest(TAG.photometricInterpretation) !== YCBCR;
  const heldRows = mayGoByRow && rows > MAXIMUM_STRIP_ROWS ? 1 : rows;
  const kept = Math.min(2, Math.ceil(height / heldRows));
  return (kept + 1 + 1 / planes) * heldRows * width * pixelBytes + strips * PART_BYTES;
}

function samplesOf(directory: TiffDirectory): number {
  return Math.max(1, directory.largest(TAG.samplesPerPixel) ?? 1);
}

/** Bytes of a pixel as it is decoded: a bit takes a byte, a colour of a palette three samples. */
function pixelBytesOf(directory: TiffDirectory): number {
  const listed = Math.min(directory.count(TAG.bitsPerSample), MAXIMUM_SAMPLES);
  const bits = Array.from({ length: listed }, (_, index) => directory.value(TAG.bitsPerSample, index) ?? 0);
  const mostBits = Math.max(8, directory.largest(TAG.bitsPerSample) ?? 0, ...bits);
  const channels = directory.largest(TAG.photometricInterpretation) === PALETTE ? 3 : samplesOf(directory);
  return Math.max(LEAST_PIXEL_BYTES, channels * Math.ceil(mostBits / 8));
}

/** Every page is read to count them, with its lists of strips: too much of that counts as too many pages. */
function pagesOf(bytes: Uint8Array): number {
  const maximum = { directories: MAXIMUM_PARTS, valueBytes: MAXIMUM_SHARING * bytes.length };
  const { directories, valueBytes } = tiffChain(bytes, maximum);
  return valueBytes > maximum.valueBytes ? Infinity : directories;
}
