import type { Classifier } from './classifier.ts';
import { type Embedding, requireSameModel } from './embedding.ts';
import { type LabelIndex, labelIndexOf } from './label-index.ts';
import { rowProducts } from './row-products.ts';

/** A label whose score passed top-k and threshold. */
export interface Tag {
  readonly set: string;
  readonly label: string;
  /** In [0, 1], rounded to {@link SCORE_DECIMALS} decimals: what is shown is what is compared and sorted by. */
  readonly score: number;
}

/** Finer steps than four decimals say nothing about a picture, and label entries sort by the printed score. */
export const SCORE_DECIMALS = 4;

/**
 * Rounding lifts a score by at most half a step: one that lies further below the minimum need not be rounded at all,
 * which is slow.
 */
const LARGEST_LIFT = 10 ** -SCORE_DECIMALS;

/**
 * The tags of one image by one label set: best score first, ties by label.
 *
 * @throws {ModelMismatch} when embedding and classifier come from different models
 */
export function tagsFor(embedding: Embedding, classifier: Classifier): readonly Tag[] {
  const { name: set, topK } = classifier.labelSet;
  const { names, minimumScores } = labelIndexOf(classifier.labelSet);
  const scores = scoresOf(embedding, classifier);
  const tags: Tag[] = [];
  for (const [place, label] of names.entries()) {
    const exactScore = scores[place] ?? 0;
    const minimumScore = minimumScores[place] ?? 0;
    if (exactScore < minimumScore - LARGEST_LIFT) continue;
    const score = Number(exactScore.toFixed(SCORE_DECIMALS));
    if (score >= minimumScore) tags.push({ set, label, score });
  }
  return tags.sort((a, b) => b.score - a.score || (a.label < b.label ? -1 : 1)).slice(0, topK);
}

/** The score of every label and of the parents they imply, unrounded, before thresholds and top-k. */
export function scoresByLabel(embedding: Embedding, classifier: Classifier): ReadonlyMap<string, number> {
  const scores = scoresOf(embedding, classifier);
  return new Map(labelIndexOf(classifier.labelSet).names.map((name, place) => [name, scores[place] ?? 0]));
}

/** One score for each name of the label index, in its order. */
function scoresOf({ modelDigest, values }: Embedding, classifier: Classifier): Float64Array {
  requireSameModel(classifier.modelDigest, modelDigest);
  const { labelSet, labelRows, contrastRows, logitScale, logitBias } = classifier;
  const labelLogits = rowProducts(labelRows, values, logitScale);
  const contrastLogits = rowProducts(contrastRows, values, logitScale);
  const index = labelIndexOf(labelSet);
  if (labelSet.mode === 'exclusive') {
    return withParents(index, exclusiveScores(labelLogits, contrastLogits), (a, b) => Math.min(1, a + b));
  }
  return withParents(
    index,
    logitBias === undefined
      ? independentScores(labelLogits, contrastLogits)
      : sigmoidScores(labelLogits, logitBias),
    Math.max,
  );
}

/** One softmax over all labels and "none of these". */
function exclusiveScores(labelLogits: Float64Array, contrastLogits: Float64Array): Float64Array {
  const total = logSumExp([logSumExp(labelLogits), logSumExp(contrastLogits)]);
  return labelLogits.map((logit) => Math.exp(logit - total));
}

/** For each label a softmax of its own, over it and the contrast prompts. */
function independentScores(labelLogits: Float64Array, contrastLogits: Float64Array): Float64Array {
  const contrast = logSumExp(contrastLogits);
  return labelLogits.map((logit) => 1 / (1 + Math.exp(contrast - logit)));
}

/**
 * Of a model that was trained to tell right from wrong for each label by itself ("Sigmoid Loss for Language Image
 * Pre-Training", arXiv 2303.15343): it needs no contrast prompts.
 */
function sigmoidScores(labelLogits: Float64Array, logitBias: number): Float64Array {
  return labelLogits.map((logit) => 1 / (1 + Math.exp(-(logit + logitBias))));
}

/** Logarithm of a sum of exponentials that neither overflows nor underflows: the largest is taken out first. */
function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i] ?? largest);
  // Of nothing, or of nothing but zeros.
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] ?? 0) - largest);
  return largest + Math.log(sum);
}

/**
 * Adds to every parent what its children say: exclusive scores are shares of one whole and add up,
 * independent ones hold or don't, so the best child decides.
 */
function withParents(
  { names, parents }: LabelIndex,
  labelScores: Float64Array,
  combine: (parent: number, child: number) => number,
): Float64Array {
  const scores = new Float64Array(names.length);
  scores.set(labelScores);
  for (let label = 0; label < labelScores.length; label++) {
    for (let above = parents[label] ?? -1; above >= 0; above = parents[above] ?? -1) {
      scores[above] = combine(scores[above] ?? 0, labelScores[label] ?? 0);
    }
  }
  return scores;
}
