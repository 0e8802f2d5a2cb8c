import type { GreySquare } from './grey-square.ts';

const DIGITS = 3;

/**
 * How sharp a square is: the variance of its Laplacian, with three digits (Pech-Pacheco et al., "Diatom autofocusing in
 * brightfield microscopy", 2000). It compares pictures that are alike, such as the shots of a burst: what is in the
 * picture counts more than how well it is focused.
 *
 * @returns 0 for one colour, hundreds for an ordinary photograph
 */
export function sharpness({ size, data }: GreySquare): number {
  const inner = (size - 2) ** 2;
  if (size < 3) return 0;
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < size - 1; y++) {
    for (let at = y * size + 1; at < (y + 1) * size - 1; at++) {
      const around =
        (data[at - 1] ?? 0) + (data[at + 1] ?? 0) + (data[at - size] ?? 0) + (data[at + size] ?? 0);
      const value = 4 * (data[at] ?? 0) - around;
      sum += value;
      squares += value * value;
    }
  }
  return Number((squares / inner - (sum / inner) ** 2).toPrecision(DIGITS));
}
