import type { Taps } from './cubic-taps.ts';

/** Taps with weights of integers, as many for each pixel. */
export interface Weighing {
  /** For each pixel the first one that it takes. */
  readonly starts: readonly number[];
  /** For each pixel its weights, an even number; those that are missing are 0. */
  readonly pairs: Int16Array;
  /** Weights of a pixel, and their bytes. */
  readonly length: number;
  readonly pairBytes: number;
}

/** Bits behind the point: a weight is below 2, and below 1 wherever more than one pixel counts. */
const WEIGHT_BITS = 14;
const ONE = 2 ** WEIGHT_BITS;

/** Rounds weights to 14 bits; those of a pixel still add up to 1, so that an even colour stays what it is. */
export function weighing(taps: readonly Taps[]): Weighing {
  const most = taps.reduce((count, { weights }) => Math.max(count, weights.length), 0);
  const length = most + (most % 2);
  const pairs = new Int16Array(taps.length * length);
  const starts: number[] = [];
  for (const { start, weights } of taps) {
    roundInto(pairs, starts.length * length, weights);
    starts.push(start);
  }
  return { starts, pairs, length, pairBytes: length * Int16Array.BYTES_PER_ELEMENT };
}

/** What rounding takes or adds, the greatest weight gives back. */
function roundInto(pairs: Int16Array, from: number, weights: readonly number[]): void {
  let [rest, greatest] = [ONE, 0];
  for (let tap = 0; tap < weights.length; tap++) {
    const weight = Math.round((weights[tap] ?? 0) * ONE);
    pairs[from + tap] = weight;
    rest -= weight;
    if (weight > (pairs[from + greatest] ?? 0)) greatest = tap;
  }
  pairs[from + greatest] = (pairs[from + greatest] ?? 0) + rest;
}
