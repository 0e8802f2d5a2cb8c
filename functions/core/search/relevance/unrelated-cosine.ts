import type { ImageCollection } from '../image-collection.ts';
import { type Bulk, bulkOf, cosineHistogram } from './cosine-histogram.ts';
import { randomNumbers } from './random-numbers.ts';

const PAIRS = 2_000;
/** Of the fewest pairs that say something: 0 is what embeddings that spread over all directions have. */
const MINIMUM_PAIRS = 50;
/** Above it nothing could be told apart. */
const HIGHEST = 0.8;

/** Where the cosines of images lie that have nothing to do with each other: those of pairs drawn at random, always the same. */
export function unrelatedCosine(
  collection: Pick<ImageCollection, 'cosineOf'>,
  rows: ArrayLike<number>,
): Bulk {
  const random = randomNumbers();
  const draw = () => rows[Math.floor(random() * rows.length)] ?? 0;
  const cosines = new Float32Array(PAIRS).fill(Number.NaN);
  for (let pair = 0; pair < PAIRS; pair++) {
    const [row, other] = [draw(), draw()];
    if (row !== other) cosines[pair] = collection.cosineOf(row, other);
  }
  const { values, counts, total } = cosineHistogram([cosines]);
  if (total < MINIMUM_PAIRS) return { centre: 0, deviation: 0 };
  const { centre, deviation } = bulkOf(values, counts);
  return { centre: Math.min(HIGHEST, centre), deviation };
}
