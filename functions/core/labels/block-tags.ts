import { type BlockMultiplier, blockMultiplier } from '../scoring/block-products.ts';
import type { Classifier } from './classifier.ts';
import { type Embedding, requireSameModel } from './embedding.ts';
import { labelIndexOf } from './label-index.ts';
import { fillScores, passingTags, productScale, type Tag } from './scores.ts';

/**
 * What `tagsFor` gives for each of the embeddings, to the last digit, and many times as fast.
 *
 * @throws {ModelMismatch} when an embedding and the classifier come from different models
 */
export function tagsForEach(
  embeddings: readonly Embedding[],
  classifier: Classifier,
): ReadonlyArray<readonly Tag[]> {
  for (const { modelDigest } of embeddings) requireSameModel(classifier.modelDigest, modelDigest);
  const tags: Array<readonly Tag[]> = [];
  const vectors = embeddings.map(({ values }) => values);
  scoresForEach(vectors, classifier, (scores) => tags.push(passingTags(scores, classifier)));
  return tags;
}

/**
 * The scores of every label and of the parents that they imply, as `scoresByLabel` gives them, for one image after the other.
 *
 * @param vectors unit embeddings of the classifier's model
 * @param each called with one score for each name of the label index; they are valid until it returns
 */
export function scoresForEach(
  vectors: readonly Float32Array[],
  classifier: Classifier,
  each: (scores: Float64Array, image: number) => void,
): void {
  const { labelSet } = classifier;
  const labelCount = labelSet.labels.length;
  const scores = new Float64Array(labelIndexOf(labelSet).names.length);
  multiplierOf(classifier).products(vectors, productScale(classifier), (row, image) => {
    const parts = { labels: row.subarray(0, labelCount), contrasts: row.subarray(labelCount) };
    fillScores(scores, parts, classifier);
    each(scores, image);
  });
}

const multipliers = new WeakMap<Classifier, BlockMultiplier>();

/**
 * The classifier's rows, labels first, packed for the kernel; made at the first call and kept as long as the classifier
 * is.
 */
function multiplierOf(classifier: Classifier): BlockMultiplier {
  const known = multipliers.get(classifier);
  if (known) return known;
  const { labelSet, labelRows, contrastRows } = classifier;
  const rows = new Float32Array(labelRows.length + contrastRows.length);
  rows.set(labelRows);
  rows.set(contrastRows, labelRows.length);
  const multiplier = blockMultiplier(rows, labelRows.length / labelSet.labels.length);
  multipliers.set(classifier, multiplier);
  return multiplier;
}
