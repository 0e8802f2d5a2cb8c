import { RGB_CHANNELS } from './pixels.ts';

/** A square picture without its colours, 8 bit, row-major: `[size, size]`. */
export interface GreySquare {
  readonly size: number;
  readonly data: Uint8Array;
}

/** The light of a square of RGB, by the weights of ITU-R BT.601 in 256ths. */
export function greySquare({ size, data }: { readonly size: number; readonly data: Uint8Array }): GreySquare {
  const grey = new Uint8Array(size * size);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += RGB_CHANNELS) {
    grey[pixel] = ((data[at] ?? 0) * 77 + (data[at + 1] ?? 0) * 150 + (data[at + 2] ?? 0) * 29) >> 8;
  }
  return { size, data: grey };
}
