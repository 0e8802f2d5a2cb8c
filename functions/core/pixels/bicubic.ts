import { RGB_CHANNELS, type RgbPicture, type Size } from './pixels.ts';

/** Reach of the kernel in source pixels when enlarging, and its sharpness (Catmull-Rom): Pillow's BICUBIC. */
const REACH = 2;
const SHARPNESS = -0.5;

/** What one output pixel takes from a row (or column): `weights` for the source pixels from `start` on. */
interface Taps {
  readonly start: number;
  readonly weights: readonly number[];
}

/**
 * Resizes as Pillow's `Image.resize(size, BICUBIC)` does, to the bit of the reference in the project's tests: rows
 * first, rounded to 8 bit, then columns; weights are cut at the picture's edge and normalised again
 * (Pillow, src/libImaging/Resample.c). A few megapixels a second: meant for pictures smaller than the encoder's
 * input, which libvips would enlarge on a grid displaced by half a pixel (10 of 255 off on `page.png`).
 */
export function resizeBicubic(picture: RgbPicture, size: Size): RgbPicture {
  return resizeColumns(resizeRows(picture, size.width), size.height);
}

function resizeRows({ data, width, height }: RgbPicture, newWidth: number): RgbPicture {
  const resized = new Uint8ClampedArray(newWidth * height * RGB_CHANNELS);
  tapsFor(width, newWidth).forEach((taps, column) => {
    for (let row = 0; row < height; row++) {
      const from = (row * width + taps.start) * RGB_CHANNELS;
      const to = (row * newWidth + column) * RGB_CHANNELS;
      for (let channel = 0; channel < RGB_CHANNELS; channel++) {
        resized[to + channel] = weigh(data, from + channel, RGB_CHANNELS, taps.weights);
      }
    }
  });
  return { data: new Uint8Array(resized.buffer), width: newWidth, height };
}

function resizeColumns({ data, width, height }: RgbPicture, newHeight: number): RgbPicture {
  const rowLength = width * RGB_CHANNELS;
  const resized = new Uint8ClampedArray(rowLength * newHeight);
  tapsFor(height, newHeight).forEach((taps, row) => {
    for (let sample = 0; sample < rowLength; sample++) {
      resized[row * rowLength + sample] = weigh(
        data,
        taps.start * rowLength + sample,
        rowLength,
        taps.weights,
      );
    }
  });
  return { data: new Uint8Array(resized.buffer), width, height: newHeight };
}

/** Weighted sum of every `stride`-th sample; the clamped array rounds it and cuts what overshoots. */
function weigh(data: Uint8Array, start: number, stride: number, weights: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index++) {
    sum += (data[start + index * stride] ?? 0) * (weights[index] ?? 0);
  }
  return sum;
}

function tapsFor(length: number, newLength: number): Taps[] {
  const scale = length / newLength;
  // When reducing, the kernel widens so that it covers every source pixel.
  const stretch = Math.max(scale, 1);
  const reach = REACH * stretch;
  return Array.from({ length: newLength }, (_, index) => {
    const centre = (index + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(length, Math.trunc(centre + reach + 0.5));
    const weights = Array.from({ length: end - start }, (_, tap) =>
      kernel((start + tap + 0.5 - centre) / stretch),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { start, weights: weights.map((weight) => weight / total) };
  });
}

/** Cubic convolution (Keys 1981) at a distance in pixels. */
function kernel(offset: number): number {
  const x = Math.abs(offset);
  if (x >= REACH) return 0;
  return x < 1
    ? ((SHARPNESS + 2) * x - (SHARPNESS + 3)) * x * x + 1
    : (((x - 5) * x + 8) * x - 4) * SHARPNESS;
}
