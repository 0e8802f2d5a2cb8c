import type { Classifier } from '../../../../functions/core/labels/classifier.ts';
import { normalised } from '../../../../functions/core/labels/embedding.ts';
import { type EmbeddingMatrix, embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { labelSetDigest, parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import type { LabelledImages } from '../../../../functions/core/labels/labelled-images.ts';

export const MODEL = 'made-up';
export const SIZE = 64;

/** Always the same numbers in [0, 1) for a seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal (Box and Muller 1958). */
export function normalNumbers(seed: number): () => number {
  const random = randomNumbers(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A direction in which a label lies: one axis each. */
function axis(place: number): Float32Array {
  const row = new Float32Array(SIZE);
  row[place] = 1;
  return row;
}

/** A classifier of labels whose texts are axes; "none of these", or the one contrast prompt, is the last axis. */
export function madeUpClassifier(
  labels: readonly string[],
  mode: 'exclusive' | 'independent' = 'independent',
): Classifier {
  const noneOfThese = mode === 'exclusive' ? { noneOfThese: ['nothing'] } : {};
  const labelSet = parseLabelSet(
    { name: 'made-up', version: 1, mode, labels, minimumScore: 0.5, ...noneOfThese },
    'made-up',
  );
  const labelRows = new Float32Array(labels.length * SIZE);
  for (const place of labels.keys()) labelRows.set(axis(place), place * SIZE);
  return {
    labelSet,
    labelSetDigest: labelSetDigest(labelSet, MODEL),
    modelDigest: MODEL,
    logitScale: 10,
    labelRows,
    contrastRows: axis(SIZE - 1),
  };
}

/**
 * Pictures that lie anywhere, those of a label somewhat towards it.
 *
 * @param ofLabel for each picture the place of its label, undefined for none
 * @param nearness of a picture to its label, in standard deviations of everything else
 */
export function madeUpPictures(
  ofLabel: ReadonlyArray<number | undefined>,
  seed: number,
  nearness = 4,
): EmbeddingMatrix {
  const normal = normalNumbers(seed);
  const rows = ofLabel.map((label) => {
    const values = Float32Array.from({ length: SIZE }, normal);
    if (label !== undefined) values[label] = (values[label] ?? 0) + nearness;
    return normalised(values);
  });
  return embeddingMatrix(MODEL, rows, SIZE);
}

/** Everything is known of every picture: it has its label and no other. */
export function labelledPictures(
  labels: readonly string[],
  ofLabel: ReadonlyArray<number | undefined>,
  embeddings: EmbeddingMatrix,
): LabelledImages {
  return {
    embeddings,
    names: ofLabel.map((_, i) => `picture-${i}.jpg`),
    known: ofLabel.map((own) => ({
      positive: new Set(labels.filter((_, place) => place === own)),
      negative: new Set(labels.filter((_, place) => place !== own)),
    })),
  };
}
