import { RGB_CHANNELS, type RgbPicture, type Size } from '../../pixels/pixels.ts';
import type { TiffChannels } from './tiff-reading.ts';

/** A picture's samples, 8 bit each, row-major: `[height, width, channels]`, the colours first. */
export interface Samples extends Size {
  readonly data: Uint8Array;
  readonly channels: number;
}

type Convert = (source: Uint8Array, from: number, target: Uint8Array, to: number) => void;

const OPAQUE = 255;
/** Pixels that are converted at a stretch; then others have their turn. */
const STRETCH_PIXELS = 2 ** 20;

/** The colours of a TIFF's samples, over white where it has an alpha. */
export async function tiffColours(samples: Samples, reading: TiffChannels): Promise<RgbPicture> {
  const { data, channels, width, height } = samples;
  const convert = CONVERSIONS[reading.colours](reading);
  const alpha = alphaChannel(samples, reading);
  const rgb = new Uint8Array(width * height * RGB_CHANNELS);
  for (let start = 0; start < width * height; start += STRETCH_PIXELS) {
    const end = Math.min(width * height, start + STRETCH_PIXELS);
    for (let pixel = start; pixel < end; pixel++) {
      convert(data, pixel * channels, rgb, pixel * RGB_CHANNELS);
      if (alpha !== undefined) overWhite(rgb, pixel * RGB_CHANNELS, data[pixel * channels + alpha] ?? OPAQUE);
    }
    await new Promise(setImmediate);
  }
  return { data: rgb, width, height };
}

/** A fourth sample of which the file says nothing is alpha, as Pillow has it, unless it would hide everything. */
function alphaChannel(
  { data, channels }: Samples,
  { alpha, alphaIsGuessed }: TiffChannels,
): number | undefined {
  if (alpha === undefined) return undefined;
  const channel = RGB_CHANNELS + alpha;
  if (!alphaIsGuessed) return channel;
  for (let at = channel; at < data.length; at += channels) if (data[at] !== 0) return channel;
  return undefined;
}

function overWhite(rgb: Uint8Array, at: number, alpha: number): void {
  if (alpha === OPAQUE) return;
  for (let channel = at; channel < at + RGB_CHANNELS; channel++) {
    rgb[channel] = Math.round(((rgb[channel] ?? 0) * alpha) / OPAQUE + OPAQUE - alpha);
  }
}

const CONVERSIONS: Readonly<Record<TiffChannels['colours'], (reading: TiffChannels) => Convert>> = {
  rgb: () => (source, from, target, to) => {
    for (let channel = 0; channel < RGB_CHANNELS; channel++)
      target[to + channel] = source[from + channel] ?? 0;
  },
  ycbcr: fromYcbcr,
  lab: () => fromLab((sample) => (sample << 24) >> 24),
  'icc-lab': () => fromLab((sample) => sample - 128),
};

/** TIFF 6.0, section 21. */
function fromYcbcr({ ycbcr }: TiffChannels): Convert {
  const { red, green, blue, reference } = ycbcr;
  const [black, white, blueZero, blueMost, redZero, redMost] = reference;
  const lumaScale = OPAQUE / (white - black);
  const blueScale = (127 / (blueMost - blueZero)) * (2 - 2 * blue);
  const redScale = (127 / (redMost - redZero)) * (2 - 2 * red);
  return (source, from, target, to) => {
    const y = ((source[from] ?? 0) - black) * lumaScale;
    const r = y + ((source[from + 2] ?? 0) - redZero) * redScale;
    const b = y + ((source[from + 1] ?? 0) - blueZero) * blueScale;
    target[to] = byteOf(r);
    target[to + 1] = byteOf((y - red * r - blue * b) / green);
    target[to + 2] = byteOf(b);
  };
}

function byteOf(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

/** D50, which CIE L*a*b* of TIFF and ICC is relative to. */
const WHITE_POINT = [0.96422, 1, 0.82521] as const;
/** XYZ relative to D50 to linear sRGB (Bradford-adapted; http://www.brucelindbloom.com, "RGB/XYZ Matrices"). */
const XYZ_TO_RGB = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const;

/** @param chromaOf a* or b* of its sample */
function fromLab(chromaOf: (sample: number) => number): Convert {
  return (source, from, target, to) => {
    const fy = ((source[from] ?? 0) / 2.55 + 16) / 116;
    const fx = fy + chromaOf(source[from + 1] ?? 0) / 500;
    const fz = fy - chromaOf(source[from + 2] ?? 0) / 200;
    const x = WHITE_POINT[0] * cubeOf(fx);
    const y = WHITE_POINT[1] * cubeOf(fy);
    const z = WHITE_POINT[2] * cubeOf(fz);
    XYZ_TO_RGB.forEach(([ofX, ofY, ofZ], channel) => {
      target[to + channel] = byteOf(255 * gamma(ofX * x + ofY * y + ofZ * z));
    });
  };
}

/** CIE 15:2004, 8.2.1. */
function cubeOf(value: number): number {
  return value > 6 / 29 ? value ** 3 : (value - 16 / 116) * 3 * (6 / 29) ** 2;
}

/** IEC 61966-2-1. */
function gamma(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}
