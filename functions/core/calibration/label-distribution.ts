import { binMiddle, COSINE_BINS } from './cosine-counts.ts';

/** Cosines of one label with the pictures of the user's own and of the background, as counts by size. */
export interface LabelDistribution {
  /** Ascending; each is some picture's. */
  readonly cosines: Float64Array;
  /** Pictures of the collection that have it. */
  readonly collection: Float64Array;
  /** Of both together: so much weighs a picture of the background as one of the collection. */
  readonly all: Float64Array;
  readonly collectionImages: number;
  readonly images: number;
}

/** @param label its place among the rows that were counted */
export function labelDistribution(
  label: number,
  collection: Uint32Array | undefined,
  background: Uint32Array | undefined,
): LabelDistribution {
  const begin = label * COSINE_BINS;
  const [cosines, own, all]: [number[], number[], number[]] = [[], [], []];
  for (let bin = 0; bin < COSINE_BINS; bin++) {
    const ownCount = collection?.[begin + bin] ?? 0;
    const count = ownCount + (background?.[begin + bin] ?? 0);
    if (count === 0) continue;
    cosines.push(binMiddle(bin));
    own.push(ownCount);
    all.push(count);
  }
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  return {
    cosines: Float64Array.from(cosines),
    collection: Float64Array.from(own),
    all: Float64Array.from(all),
    collectionImages: sum(own),
    images: sum(all),
  };
}
