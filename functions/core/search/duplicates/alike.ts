import type { DuplicateKind } from '../image-search.ts';

/** How two images compare. */
export interface Comparison {
  /** Bits in which their difference hashes differ, of 64. */
  readonly distance: number;
  /** Cosine of their embeddings on a scale that models share: 0 for images that have nothing to do with each other, 1 for equals. */
  readonly likeness: number;
}

interface Limit {
  readonly maximumDistance: number;
  readonly minimumLikeness: number;
}

/**
 * The same photograph is nearly the same in its hash; the less so, the more its content must be the same. A burst has moved
 * by then, while its content has not changed. Measured on variants of 300 pictures, and against all pairs of 16,598
 * (docs/relevance.md).
 */
const LIMITS: Readonly<Record<DuplicateKind, readonly Limit[]>> = {
  photo: [
    { maximumDistance: 2, minimumLikeness: 0.7 },
    { maximumDistance: 5, minimumLikeness: 0.9 },
    { maximumDistance: 8, minimumLikeness: 0.97 },
  ],
  scene: [{ maximumDistance: 16, minimumLikeness: 0.93 }],
};

/** Whether two images are duplicates of this kind. */
export function isAlike(kind: DuplicateKind, { distance, likeness }: Comparison): boolean {
  return LIMITS[kind].some(
    ({ maximumDistance, minimumLikeness }) => distance <= maximumDistance && likeness >= minimumLikeness,
  );
}

/** @param unrelated cosine of images that have nothing to do with each other, below 1 */
export function likenessOf(cosine: number, unrelated: number): number {
  return (cosine - unrelated) / (1 - unrelated);
}
