import { embeddingToBytes, normalised } from '../../../functions/core/labels/embedding.ts';
import type { CollectedRecord } from '../../../functions/core/search/image-collection.ts';

export const DIMENSIONS = 512;
export const MODEL = 'sha256:synthetic';
export const BUCKET = 'photos';
/** Photographs of a few hundred motives, as people take them. */
const CLUSTERS = 400;
const LABELS = 300;
const TAGS = 5;
const KEY_LENGTH = 60;
const SECONDS_APART = 457;

/** The same numbers for the same seed: mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A random direction. */
export function direction(random: () => number): Float32Array {
  // Sums of three are near enough to a normal distribution.
  return normalised(Float32Array.from({ length: DIMENSIONS }, () => random() + random() + random() - 1.5));
}

const centres = Array.from({ length: CLUSTERS }, (_, i) => direction(randomNumbers(i + 1)));

/** The direction of one image: its motive's, and as much of its own. */
export function imageDirection(i: number): Float32Array {
  const random = randomNumbers(1_000_000 + i);
  const centre = centres[i % CLUSTERS] ?? new Float32Array(DIMENSIONS);
  return normalised(centre.map((value) => value + 0.15 * (random() - 0.5)));
}

/** One of the images: the same in every process. */
export function syntheticImage(i: number): CollectedRecord & { readonly key: string } {
  const random = randomNumbers(2_000_000 + i);
  const labels = new Set<number>();
  while (labels.size < TAGS) labels.add(Math.floor(LABELS * random() ** 2));
  const time = new Date(Date.UTC(2020, 0, 1) + i * SECONDS_APART * 1_000).toISOString();
  return {
    bucket: BUCKET,
    key: `albums/${i % 97}/holiday pictures of a family/DSC_${i}.jpg`.padStart(KEY_LENGTH, '_'),
    status: 'tagged',
    sequencer: (i + 1).toString(16).toUpperCase().padStart(16, '0').padEnd(32, '0'),
    revision: 1,
    tags: [...labels].map((label) => ({
      set: 'general',
      label: `label ${label}`,
      score: Math.round(1e4 * (0.5 + random() / 2)) / 1e4,
    })),
    width: 6_000,
    height: 4_000,
    sizeBytes: 4_000_000 + i,
    modelDigest: MODEL,
    embedding: embeddingToBytes({ modelDigest: MODEL, values: imageDirection(i) }),
    recordedAt: time,
    takenAt: time.slice(0, 19),
    camera: ['Canon EOS R5', 'NIKON Z 6', 'Pixel 9'][i % 3],
    latitude: 180 * random() - 90,
    longitude: 360 * random() - 180,
    differenceHash: Math.floor(2 ** 52 * random())
      .toString(16)
      .padStart(16, '0'),
  };
}
