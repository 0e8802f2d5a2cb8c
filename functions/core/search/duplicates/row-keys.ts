import type { ImageCollection } from '../image-collection.ts';
import { cosineHistogram } from '../relevance/cosine-histogram.ts';
import { randomNumbers } from '../relevance/random-numbers.ts';

/** Keys that alike rows nearly share, for `nearbyKeys`. */
export interface RowKeys {
  /** Shape [rows, parts]. */
  readonly keys: Uint16Array;
  readonly parts: number;
}

/** A 64-bit hash as four parts: of hashes that differ in 11 bits at most, one part differs in two at most. */
const HASH_PARTS = 4;

export function hashKeys({ rowCount, hashOf }: Pick<ImageCollection, 'rowCount' | 'hashOf'>): RowKeys {
  const keys = new Uint16Array(rowCount * HASH_PARTS);
  for (let row = 0; row < rowCount; row++) {
    const [high, low] = hashOf(row) ?? [0, 0];
    keys.set([high >>> 16, high & 0xffff, low >>> 16, low & 0xffff], row * HASH_PARTS);
  }
  return { keys, parts: HASH_PARTS };
}

/**
 * Sides of 128 random directions on which an embedding lies, in eight parts (locality-sensitive hashing, Charikar 2002). At
 * a likeness of 0.9 a bit differs in 14 of 100 cases: 99.9 of 100 pairs have a part that differs in two bits at most.
 */
const DIRECTION_PARTS = 8;
const PART_BITS = 16;

export async function directionKeys(
  collection: Pick<ImageCollection, 'rowCount' | 'cosines' | 'embeddingSize'>,
  pause: () => Promise<void>,
): Promise<RowKeys> {
  const { rowCount, embeddingSize = 0 } = collection;
  const keys = new Uint16Array(rowCount * DIRECTION_PARTS);
  const random = randomNumbers();
  if (embeddingSize === 0) return { keys, parts: DIRECTION_PARTS };
  for (let bit = 0; bit < DIRECTION_PARTS * PART_BITS; bit++) {
    await pause();
    const cosines = collection.cosines(randomDirection(embeddingSize, random));
    // Embeddings lie in a cone: only about its middle do they fall on both sides.
    const middle = middleOf(cosines);
    const part = Math.floor(bit / PART_BITS);
    for (let row = 0; row < rowCount; row++) {
      if (!((cosines[row] ?? Number.NaN) > middle)) continue;
      const place = row * DIRECTION_PARTS + part;
      keys[place] = (keys[place] ?? 0) | (1 << (bit % PART_BITS));
    }
  }
  return { keys, parts: DIRECTION_PARTS };
}

function middleOf(cosines: Float32Array): number {
  const { values, counts, total } = cosineHistogram([cosines]);
  return total === 0 ? 0 : values.reduce((sum, value, i) => sum + value * (counts[i] ?? 0), 0) / total;
}

/** Of length 1, evenly distributed: sums of twelve even random numbers are as good as normal ones here. */
function randomDirection(size: number, random: () => number): Float32Array {
  const values = Float64Array.from({ length: size }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random();
    return sum;
  });
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}
