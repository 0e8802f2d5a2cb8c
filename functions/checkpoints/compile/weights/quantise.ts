import type { Linear } from './linear.ts';

/** A matrix of whole numbers with one multiplier for each row. */
export interface QuantisedRows {
  /** The shape is the matrix's; values are in [-127, 127]. */
  readonly values: Int8Array;
  /** The value of one step; shape [rows]. */
  readonly scales: Float32Array;
}

/** −128 is not used, so that the range is symmetric and zero stays zero. */
const LARGEST = 127;

/** Rounds a matrix [rows, columns] to 8 bits, each row by its own largest value. */
export function quantisedRows(matrix: Float32Array, rows: number): QuantisedRows {
  const columns = matrix.length / rows;
  const values = new Int8Array(matrix.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const scale = largestMagnitude(matrix.subarray(start, start + columns)) / LARGEST || 1;
    scales[row] = scale;
    for (let i = start; i < start + columns; i++) values[i] = Math.round((matrix[i] ?? 0) / scale);
  }
  return { values, scales };
}

/** A product's weights, each output by its own largest weight. */
export function quantisedLinear({ weight, outputs }: Linear): QuantisedRows {
  return quantisedRows(weight, outputs);
}

function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
