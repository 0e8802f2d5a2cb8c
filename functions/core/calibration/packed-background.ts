import { normalised } from '../labels/embedding.ts';
import { type EmbeddingMatrix, embeddingAt } from '../labels/embedding-matrix.ts';

const GREATEST_INT8 = 127;

/**
 * Embeddings as a file of a model holds them: row by row, a byte a number, each row by its own largest value. Only
 * directions matter, so no scale is kept; a cosine is off by about 0.0005.
 */
export function packedEmbeddings(embeddings: EmbeddingMatrix): Int8Array {
  const packed = new Int8Array(embeddings.values.length);
  for (let row = 0; row < embeddings.count; row++) {
    const values = embeddingAt(embeddings, row);
    const greatest = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    for (const [i, value] of values.entries()) {
      packed[row * embeddings.size + i] = Math.round((GREATEST_INT8 * value) / greatest);
    }
  }
  return packed;
}

/**
 * The inverse of {@link packedEmbeddings}.
 *
 * @param size numbers of each embedding; `packed` has a whole number of them
 * @throws {CliptagError} `not-an-embedding` when a row is all zeros
 */
export function unpackedEmbeddings(packed: Int8Array, size: number, modelDigest: string): EmbeddingMatrix {
  const count = packed.length / size;
  const values = new Float32Array(packed.length);
  for (let row = 0; row < count; row++) {
    values.set(normalised(packed.subarray(row * size, (row + 1) * size)), row * size);
  }
  return { modelDigest, count, size, values };
}
