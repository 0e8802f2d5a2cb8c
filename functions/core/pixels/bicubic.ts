import { cubicTaps } from './cubic-taps.ts';
import { RGB_CHANNELS, type RgbPicture, type Size } from './pixels.ts';

/**
 * Resizes as Pillow's `Image.resize(size, BICUBIC)` does, to the bit of the reference in the project's tests: rows
 * first, rounded to 8 bit, then columns (Pillow, src/libImaging/Resample.c). A few megapixels a second: meant for
 * pictures smaller than the encoder's input, which libvips would enlarge on a grid displaced by half a pixel (10 of 255
 * off on `page.png`).
 */
export function resizeBicubic(picture: RgbPicture, size: Size): RgbPicture {
  return resizeColumns(resizeRows(picture, size.width), size.height);
}

function resizeRows({ data, width, height }: RgbPicture, newWidth: number): RgbPicture {
  const resized = new Uint8ClampedArray(newWidth * height * RGB_CHANNELS);
  cubicTaps(width, newWidth).forEach((taps, column) => {
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
  cubicTaps(height, newHeight).forEach((taps, row) => {
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
