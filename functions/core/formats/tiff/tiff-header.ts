import type { TiffDirectory } from './tiff-directory.ts';

/** Tag numbers of TIFF 6.0. */
export const TIFF_TAG = {
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  orientation: 274,
  samplesPerPixel: 277,
  planarConfiguration: 284,
  colourMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
  coefficients: 529,
  subsampling: 530,
  referenceBlackWhite: 532,
};
/** PhotometricInterpretation. */
export const WHITE_IS_ZERO = 0;
export const BLACK_IS_ZERO = 1;
export const RGB = 2;
export const PALETTE = 3;
export const CMYK = 5;
export const YCBCR = 6;
export const LAB = 8;
export const ICC_LAB = 9;
/** Samples of a pixel that are colour, by PhotometricInterpretation; what comes beyond these is extra. */
export const COLOUR_SAMPLES: Readonly<Record<number, number>> = {
  [WHITE_IS_ZERO]: 1,
  [BLACK_IS_ZERO]: 1,
  [RGB]: 3,
  [PALETTE]: 1,
  [CMYK]: 4,
  [YCBCR]: 3,
  [LAB]: 3,
  [ICC_LAB]: 3,
};

/** Compression: each strip or tile is a JPEG. */
export const JPEG = 7;
/** ExtraSamples. */
export const PREMULTIPLIED_ALPHA = 1;

/** More samples than any picture has that is for the eye. */
export const MAXIMUM_SAMPLES = 64;

/** The header's values that decide how a TIFF's first page is read. */
export interface TiffHeader {
  readonly compression: number;
  readonly photometric: number;
  readonly samples: number;
  readonly bits: number;
  readonly subsampling: string;
  readonly extras: readonly number[];
  /** Whether the file names its extra samples. */
  readonly namesExtras: boolean;
}

export function readTiffHeader(directory: TiffDirectory): TiffHeader {
  const photometric = directory.value(TIFF_TAG.photometric) ?? WHITE_IS_ZERO;
  const samples = directory.value(TIFF_TAG.samplesPerPixel) ?? 1;
  const extraSamples = Math.max(0, Math.min(samples, MAXIMUM_SAMPLES) - (COLOUR_SAMPLES[photometric] ?? 1));
  return {
    photometric,
    samples,
    compression: directory.value(TIFF_TAG.compression) ?? 1,
    bits: directory.value(TIFF_TAG.bitsPerSample) ?? 1,
    subsampling: [0, 1].map((index) => directory.value(TIFF_TAG.subsampling, index) ?? 2).join(' x '),
    extras: Array.from(
      { length: extraSamples },
      (_, index) => directory.value(TIFF_TAG.extraSamples, index) ?? 0,
    ),
    namesExtras: directory.has(TIFF_TAG.extraSamples),
  };
}
