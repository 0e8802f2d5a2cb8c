import { RGB_CHANNELS } from './pixels.ts';

/**
 * The mean colour of RGB pixels, which stands for a picture until that is there.
 *
 * @example meanColour(pixels) // '#6f7a4c'
 */
export function meanColour({ data }: { readonly data: Uint8Array }): string {
  const pixels = data.length / RGB_CHANNELS;
  let [red, green, blue] = [0, 0, 0];
  for (let at = 0; at < data.length; at += RGB_CHANNELS) {
    red += data[at] ?? 0;
    green += data[at + 1] ?? 0;
    blue += data[at + 2] ?? 0;
  }
  return `#${[red, green, blue].map((sum) => hexByte(sum / pixels)).join('')}`;
}

function hexByte(value: number): string {
  return Math.round(value).toString(16).padStart(2, '0');
}
