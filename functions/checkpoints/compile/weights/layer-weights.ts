import type { Linear } from './linear.ts';

/** A layer norm: (x − mean) / deviation × gain + bias. */
export interface Norm {
  readonly gain: Float32Array;
  readonly bias: Float32Array;
}

/** A layer's four products, by what takes their result: queries, keys and values are one product. */
export type LayerProduct = 'attention' | 'out' | 'up' | 'down';

/** The numbers of one transformer block. */
export interface LayerWeights {
  readonly norm1: Norm;
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly out: Linear;
  readonly norm2: Norm;
  readonly up: Linear;
  readonly down: Linear;
  /** The divisors of `down`'s inputs before they are quantised; shape [mlpWidth]. */
  readonly downScales?: Float32Array;
  /** With int8, the inputs of each product whose weights stay float32. */
  readonly outliers?: Readonly<Record<LayerProduct, readonly number[]>>;
}
