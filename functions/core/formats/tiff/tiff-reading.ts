import { ImageFault } from '../../errors.ts';
import { readTiffDirectory, type TiffDirectory } from './tiff-directory.ts';
import {
  CMYK,
  ICC_LAB,
  JPEG,
  LAB,
  PALETTE,
  PREMULTIPLIED_ALPHA,
  RGB,
  readTiffHeader,
  TIFF_TAG,
  type TiffHeader,
  YCBCR,
} from './tiff-header.ts';
import { tiffRefusal } from './tiff-refusals.ts';

/** Size, samples, compression and colours, where strips and tiles lie, and the colour profile. */
const PIXEL_TAGS = [
  ...[256, 257, 258, 259, 262, 273, 277, 278, 279, 292, 293, 317, 320, 322, 323, 324, 325],
  ...[332, 338, 347, 529, 530, 531, 532, 34675],
];
/** Tags that count only where their value is from 1 to this; otherwise as if they were missing. */
const MOST_VALUES = new Map([
  [TIFF_TAG.fillOrder, 2],
  [TIFF_TAG.orientation, 8],
  [TIFF_TAG.planarConfiguration, 2],
  [TIFF_TAG.sampleFormat, 6],
]);
const ALPHA = 2;
/** Corel Draw's number for alpha (Pillow, TiffImagePlugin.py, OPEN_INFO). */
const COREL_ALPHA = 999;

/** What Y, Cb and Cr stand for (TIFF 6.0, section 21). */
export interface YcbcrMeaning {
  /** How much red, green and blue count in Y. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** Y of black and of white, then of Cb and of Cr: no colour, and the most of it. */
  readonly reference: readonly [number, number, number, number, number, number];
}

/** How the samples of a TIFF that libvips does not know as colours become colours. */
export interface TiffChannels {
  readonly colours: 'rgb' | 'ycbcr' | 'lab' | 'icc-lab';
  /** Samples that the file has beside the colours. */
  readonly extraSamples: number;
  /** Which of the extra samples is alpha. */
  readonly alpha?: number;
  /** Whether that is guessed: the file does not say what its fourth sample is. */
  readonly alphaIsGuessed: boolean;
  readonly ycbcr: YcbcrMeaning;
}

/** How to read a TIFF. */
export interface TiffReading {
  /** The file as libvips is to see it: its first page, with what decides on the pixels and nothing else. */
  readonly bytes: Uint8Array;
  /** Undefined where libvips reads it rightly by itself. */
  readonly channels?: TiffChannels;
}

/**
 * How to read a TIFF, by its header.
 *
 * @throws {ImageFault} `unsupported-format`, with its name, for a layout that libvips reads wrongly or has no code for
 */
export function tiffReading(bytes: Uint8Array): TiffReading {
  const directory = readTiffDirectory(bytes);
  if (!directory) return { bytes };
  const header = readTiffHeader(directory);
  const refusal = tiffRefusal(header, directory);
  if (refusal) {
    const message = `Expected a TIFF of a usual layout but received one ${refusal}`;
    throw new ImageFault('unsupported', 'unsupported-format', message);
  }
  checkColourMap(header, directory);
  const channels = channelsOf(header, directory);
  return { bytes: plainTiff(directory, channels), ...(channels && { channels }) };
}

/** libtiff makes grey of a palette's numbers where the palette is not whole. */
function checkColourMap({ photometric, bits }: TiffHeader, directory: TiffDirectory): void {
  const expected = 3 * 2 ** bits;
  if (photometric !== PALETTE || directory.count(TIFF_TAG.colourMap) >= expected) return;
  const received = `its colour map has ${directory.count(TIFF_TAG.colourMap)} values, not ${expected}`;
  const message = `Expected a whole image of format tiff but received a corrupt one: ${received}`;
  throw new ImageFault('failed', 'corrupt', message);
}

/**
 * The file without what is no matter to its pixels: libtiff fails for an Orientation of 0, in a page that nobody asked for as
 * well.
 */
function plainTiff(directory: TiffDirectory, channels: TiffChannels | undefined): Uint8Array {
  const keeps = (tag: number) => {
    const most = MOST_VALUES.get(tag);
    if (most === undefined) return PIXEL_TAGS.includes(tag);
    const value = directory.value(tag) ?? 0;
    return value >= 1 && value <= most;
  };
  // Nobody is to convert colours that are converted here.
  const isConverted = channels !== undefined && channels.colours !== 'rgb';
  return directory.rewritten(keeps, new Map(isConverted ? [[TIFF_TAG.photometric, RGB]] : []));
}

function channelsOf(header: TiffHeader, directory: TiffDirectory): TiffChannels | undefined {
  const { extras, namesExtras } = header;
  const colours = coloursOf(header);
  const isAlpha = (type: number) => [PREMULTIPLIED_ALPHA, ALPHA, COREL_ALPHA].includes(type);
  const named = extras.findIndex(isAlpha);
  const alphaIsGuessed = !namesExtras && extras.length === 1;
  const alpha = alphaIsGuessed ? 0 : named;
  const knownToLibvips =
    extras.length === 0 || (extras.length === 1 && named === 0 && header.photometric !== CMYK);
  if (colours === 'rgb' && knownToLibvips) return undefined;
  return {
    colours,
    extraSamples: extras.length,
    alphaIsGuessed,
    ...(alpha >= 0 && { alpha }),
    ycbcr: ycbcrMeaning(directory),
  };
}

function ycbcrMeaning(directory: TiffDirectory): YcbcrMeaning {
  const coefficient = (index: number, otherwise: number) =>
    directory.rational(TIFF_TAG.coefficients, index) || otherwise;
  const [black = 0, white = 255, blueZero = 128, blueMost = 255, redZero = 128, redMost = 255] = [
    0, 1, 2, 3, 4, 5,
  ].map((index) => directory.rational(TIFF_TAG.referenceBlackWhite, index));
  return {
    red: coefficient(0, 0.299),
    green: coefficient(1, 0.587),
    blue: coefficient(2, 0.114),
    reference: [black, white, blueZero, blueMost, redZero, redMost],
  };
}

/** `rgb` for all that libvips makes RGB of. */
function coloursOf({ photometric, compression, subsampling }: TiffHeader): TiffChannels['colours'] {
  if (photometric === LAB) return 'lab';
  if (photometric === ICC_LAB) return 'icc-lab';
  return photometric === YCBCR && compression !== JPEG && subsampling === '1 x 1' ? 'ycbcr' : 'rgb';
}

/** libvips reads tiles as if nothing were wrong with them, unless it is to fail on warnings too. */
export function isTiledTiff(bytes: Uint8Array): boolean {
  return readTiffDirectory(bytes)?.has(TIFF_TAG.tileWidth) ?? false;
}
