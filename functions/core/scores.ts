import type { Classifier } from './classifier.ts';
import { dot, type Embedding, requireSameModel } from './embedding.ts';
import type { Label } from './label-set.ts';

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
 * The tags of one image by one label set: best score first, ties by label.
 *
 * @throws {ModelMismatch} when embedding and classifier come from different models
 */
export function tagsFor(embedding: Embedding, classifier: Classifier): readonly Tag[] {
  const { name: set, labels, topK, minimumScore } = classifier.labelSet;
  const thresholds = new Map(labels.map(({ name, threshold }) => [name, threshold ?? minimumScore]));
  return [...scoresByLabel(embedding, classifier)]
    .map(([label, score]) => ({ set, label, score: Number(score.toFixed(SCORE_DECIMALS)) }))
    .filter(({ label, score }) => score >= (thresholds.get(label) ?? minimumScore))
    .sort((a, b) => b.score - a.score || (a.label < b.label ? -1 : 1))
    .slice(0, topK);
}

/** The score of every label and of the parents they imply, unrounded, before thresholds and top-k. */
export function scoresByLabel(embedding: Embedding, classifier: Classifier): ReadonlyMap<string, number> {
  requireSameModel(classifier.modelDigest, embedding.modelDigest);
  const labelLogits = logits(embedding, classifier.labelRows, classifier.logitScale);
  const contrastLogits = logits(embedding, classifier.contrastRows, classifier.logitScale);
  const { labels, mode } = classifier.labelSet;
  return mode === 'exclusive'
    ? withParents(labels, exclusiveScores(labelLogits, contrastLogits), (a, b) => Math.min(1, a + b))
    : withParents(labels, independentScores(labelLogits, contrastLogits), Math.max);
}

/** Scale × cosine of the embedding with each row of a matrix [rows, embedding size]. */
function logits({ values }: Embedding, rows: Float32Array, scale: number): number[] {
  return Array.from(
    { length: rows.length / values.length },
    (_, row) => scale * dot(values, rows, row * values.length),
  );
}

/** One softmax over all labels and "none of these". */
function exclusiveScores(labelLogits: readonly number[], contrastLogits: readonly number[]): number[] {
  const total = logSumExp([...labelLogits, ...contrastLogits]);
  return labelLogits.map((logit) => Math.exp(logit - total));
}

/** For each label a softmax of its own, over it and the contrast prompts. */
function independentScores(labelLogits: readonly number[], contrastLogits: readonly number[]): number[] {
  const contrast = logSumExp(contrastLogits);
  return labelLogits.map((logit) => 1 / (1 + Math.exp(contrast - logit)));
}

/** Logarithm of a sum of exponentials that neither overflows nor underflows: the largest is taken out first. */
function logSumExp(values: readonly number[]): number {
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

/**
 * Adds to every parent what its children say: exclusive scores are shares of one whole and add up,
 * independent ones hold or don't, so the best child decides.
 */
function withParents(
  labels: readonly Label[],
  scores: readonly number[],
  combine: (parent: number, child: number) => number,
): Map<string, number> {
  const parentOf = new Map(labels.map(({ name, parent }) => [name, parent]));
  const result = new Map(labels.map(({ name }, i) => [name, scores[i] ?? 0]));
  labels.forEach(({ parent }, i) => {
    for (let ancestor = parent; ancestor !== undefined; ancestor = parentOf.get(ancestor)) {
      result.set(ancestor, combine(result.get(ancestor) ?? 0, scores[i] ?? 0));
    }
  });
  return result;
}
