import { InvalidInput } from '../errors.ts';

/** Many embeddings of one model. */
export interface EmbeddingMatrix {
  readonly modelDigest: string;
  readonly count: number;
  /** Numbers of each embedding. */
  readonly size: number;
  /** Shape [count, size], row-major; each row has length 1. */
  readonly values: Float32Array;
}

/** One row, without copying it. */
export function embeddingAt({ values, size }: EmbeddingMatrix, row: number): Float32Array {
  return values.subarray(row * size, (row + 1) * size);
}

/**
 * @param rows unit vectors, all of the same length
 * @throws {InvalidInput} where one has another length
 */
export function embeddingMatrix(
  modelDigest: string,
  rows: readonly Float32Array[],
  size = rows[0]?.length ?? 0,
): EmbeddingMatrix {
  const values = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) {
    if (row.length !== size) {
      throw new InvalidInput('These are no embeddings of one model', [
        `row ${i}: Expected ${size} numbers but received ${row.length}`,
      ]);
    }
    values.set(row, i * size);
  }
  return { modelDigest, count: rows.length, size, values };
}
