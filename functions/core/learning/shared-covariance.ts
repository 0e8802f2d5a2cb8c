import type { EmbeddingMatrix } from '../labels/embedding-matrix.ts';
import { scatterMatrix } from './scatter-matrix.ts';

/** How the pictures of a collection scatter, which all labels share: estimated once, used by every label. */
export interface SharedCovariance {
  readonly modelDigest: string;
  /** Numbers of each embedding. */
  readonly size: number;
  /** Pictures that it comes from. */
  readonly images: number;
  readonly mean: Float64Array;
  /** Shape [size, size], row-major: (1 − shrinkage)·S + shrinkage·tr(S)/size·I. */
  readonly matrix: Float64Array;
  /** Share of the multiple of the identity, in [0, 1]. */
  readonly shrinkage: number;
  /** Some of the collection's pictures, spread evenly over it, that learned labels are compared with words on. */
  readonly background: EmbeddingMatrix;
}

/** Enough to place an example among: the share of pictures above it is known to ± 1 % (√(¼/2000)). */
const BACKGROUND_IMAGES = 2_000;
/**
 * Of a collection whose pictures are all the same, no direction is better than another. With less, that of the rounding to
 * float16, slopes would grow beyond what a fit can hold.
 */
const NO_VARIANCE = 1e-8;

/**
 * The covariance of a collection's embeddings, shrunk towards a multiple of the identity by as much as makes the expected
 * squared error least: Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices" (2004),
 * in the form of scikit-learn's `ledoit_wolf`. No labels are needed.
 *
 * @example
 * const covariance = sharedCovariance(embeddings); // once
 * const { direction } = learnedLabel({ text, positives, covariance, logitScale }); // for each label
 */
export function sharedCovariance(collection: EmbeddingMatrix): SharedCovariance {
  const { modelDigest, size, count, values } = collection;
  const mean = meanRow(values, size);
  const { matrix, fourthPowers } = scatterMatrix(values, size, () => mean);
  for (let i = 0; i < matrix.length; i++) matrix[i] = (matrix[i] ?? 0) / Math.max(1, count);
  const shrinkage = ledoitWolfShrinkage(matrix, size, fourthPowers / Math.max(1, count), count);
  const background = evenSample(collection, BACKGROUND_IMAGES);
  return {
    modelDigest,
    size,
    images: count,
    mean,
    matrix: shrunk(matrix, size, shrinkage),
    shrinkage,
    background,
  };
}

/** (1 − share)·matrix + share·tr(matrix)/size·I */
export function shrunk(matrix: Float64Array, size: number, share: number): Float64Array {
  const variance = Math.max(NO_VARIANCE, trace(matrix, size) / size);
  const result = matrix.map((value) => (1 - share) * value);
  for (let i = 0; i < size; i++) result[i * size + i] = (result[i * size + i] ?? 0) + share * variance;
  return result;
}

export function trace(matrix: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += matrix[i * size + i] ?? 0;
  return sum;
}

/** @param fourthPower mean of ‖x − mean‖⁴ */
function ledoitWolfShrinkage(matrix: Float64Array, size: number, fourthPower: number, count: number): number {
  if (count < 2) return 1;
  const squares = matrix.reduce((sum, value) => sum + value * value, 0);
  const distance = squares - trace(matrix, size) ** 2 / size;
  const error = (fourthPower - squares) / count;
  return distance > 0 ? Math.min(1, Math.max(0, error) / distance) : 1;
}

function meanRow(values: Float32Array, size: number): Float64Array {
  const mean = new Float64Array(size);
  const rows = values.length / Math.max(1, size);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < size; i++) mean[i] = (mean[i] ?? 0) + (values[row * size + i] ?? 0);
  }
  return mean.map((sum) => sum / Math.max(1, rows));
}

function evenSample({ modelDigest, size, count, values }: EmbeddingMatrix, maximum: number): EmbeddingMatrix {
  const rows = Math.min(count, maximum);
  const sample = new Float32Array(rows * size);
  for (let i = 0; i < rows; i++) {
    const row = Math.floor((i * count) / rows);
    sample.set(values.subarray(row * size, (row + 1) * size), i * size);
  }
  return { modelDigest, count: rows, size, values: sample };
}
