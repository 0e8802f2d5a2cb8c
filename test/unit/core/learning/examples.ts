import { normalised } from '../../../../functions/core/labels/embedding.ts';
import { type EmbeddingMatrix, embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { randomNumbers } from '../../../../functions/core/search/relevance/random-numbers.ts';

export const SIZE = 16;

/** Always the same numbers, about normally distributed. */
export function gaussians(): () => number {
  const random = randomNumbers();
  return () => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
}

/** A picture around a direction of the space. */
export function pictureNear(axis: number, noise: number, next: () => number): Float32Array {
  return normalised(Float32Array.from({ length: SIZE }, (_, i) => (i === axis ? 1 : 0) + noise * next()));
}

/** Pictures around every direction but the first two, which labels may be learned for. */
export function collection(next: () => number, count = 300): EmbeddingMatrix {
  return embeddingMatrix(
    'm',
    Array.from({ length: count }, (_, i) => pictureNear(2 + (i % (SIZE - 2)), 0.2, next)),
  );
}
