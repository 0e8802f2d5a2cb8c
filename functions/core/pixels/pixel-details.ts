import { differenceHash } from './difference-hash.ts';
import { greySquare } from './grey-square.ts';
import { meanColour } from './mean-colour.ts';
import type { Pixels } from './pixels.ts';
import { sharpness } from './sharpness.ts';

/** What the pixels of a picture tell beside its embedding. */
export interface PixelDetails {
  /** 64 bits, 16 hexadecimal digits. */
  readonly differenceHash: string;
  readonly sharpness: number;
  /** `#rrggbb` */
  readonly colour: string;
}

/** Reads them from the square that the encoder takes: half a millisecond of 256 × 256 pixels. */
export function pixelDetails(pixels: Pick<Pixels, 'size' | 'data'>): PixelDetails {
  const grey = greySquare(pixels);
  return { differenceHash: differenceHash(grey), sharpness: sharpness(grey), colour: meanColour(pixels) };
}
