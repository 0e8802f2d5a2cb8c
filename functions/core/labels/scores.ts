import { rowProducts } from '../scoring/row-products.ts';
import type { Classifier } from './classifier.ts';
import { type Embedding, requireSameModel } from './embedding.ts';
import { toFittedExclusive, toFittedIndependent } from './fitted-scores.ts';
import { type LabelIndex, labelIndexOf } from './label-index.ts';
import { largest, logSumExp } from './log-sum-exp.ts';
import { minimumScoresOf, SCORE_DECIMALS } from './minimum-scores.ts';

/** A label whose score passed top-k and threshold. */
export interface Tag {
  readonly set: string;
  readonly label: string;
  /** In [0, 1], rounded to {@link SCORE_DECIMALS} decimals: what is shown is what is compared and sorted by. */
  readonly score: number;
}

/**
 * Rounding lifts a score by at most half a step. A score that lies further below the minimum is not rounded, since
 * rounding is slow.
 */
const MAXIMUM_LIFT = 10 ** -SCORE_DECIMALS;

/**
 * The tags of one image by one label set: best score first, ties by label.
 *
 * @throws {ModelMismatch} when embedding and classifier come from different models
 */
export function tagsFor(embedding: Embedding, classifier: Classifier): readonly Tag[] {
  return passingTags(scoresOf(embedding, classifier), classifier);
}

/** The score of every label and of the parents they imply, unrounded, before thresholds and top-k. */
export function scoresByLabel(embedding: Embedding, classifier: Classifier): ReadonlyMap<string, number> {
  const scores = scoresOf(embedding, classifier);
  return new Map(labelIndexOf(classifier.labelSet).names.map((name, place) => [name, scores[place] ?? 0]));
}

/** One score for each name of the label index, in its order. */
function scoresOf({ modelDigest, values }: Embedding, classifier: Classifier): Float64Array {
  requireSameModel(classifier.modelDigest, modelDigest);
  const { labelSet, labelRows, contrastRows } = classifier;
  const scale = productScale(classifier);
  const products = {
    labels: rowProducts(labelRows, values, scale),
    contrasts: rowProducts(contrastRows, values, scale),
  };
  const scores = new Float64Array(labelIndexOf(labelSet).names.length);
  fillScores(scores, products, classifier);
  return scores;
}

/**
 * The tags whose scores pass threshold and top-k.
 *
 * @param scores one for each name of the label index
 */
export function passingTags(scores: Float64Array, classifier: Classifier): readonly Tag[] {
  const { name: set, topK } = classifier.labelSet;
  const { names } = labelIndexOf(classifier.labelSet);
  const minimumScores = minimumScoresOf(classifier);
  const tags = hopefulPlaces(scores, minimumScores, topK).flatMap((place): Tag[] => {
    const score = Number((scores[place] ?? 0).toFixed(SCORE_DECIMALS));
    return score >= (minimumScores[place] ?? 0) ? [{ set, label: names[place] ?? '', score }] : [];
  });
  return tags.sort((a, b) => b.score - a.score || (a.label < b.label ? -1 : 1)).slice(0, topK);
}

/**
 * Places whose scores may pass threshold and top-k once they are rounded. Where a set lets many labels pass, most of them cannot:
 * those that lie below the topK-th of the ones that surely pass, by more than rounding moves them.
 */
function hopefulPlaces(scores: Float64Array, minimumScores: Float64Array, topK: number): readonly number[] {
  const above = (place: number) => (scores[place] ?? 0) - (minimumScores[place] ?? 0);
  const places: number[] = [];
  for (let place = 0; place < scores.length; place++) if (above(place) >= -MAXIMUM_LIFT) places.push(place);
  if (places.length <= topK) return places;
  const sure = places.filter((place) => above(place) >= MAXIMUM_LIFT);
  if (sure.length <= topK) return places;
  const ascending = Float64Array.from(sure, (place) => scores[place] ?? 0).sort();
  const least = (ascending[ascending.length - topK] ?? 0) - MAXIMUM_LIFT;
  return places.filter((place) => (scores[place] ?? 0) >= least);
}

/** What cosines are multiplied with before scores are made of them: a fit has a line for each label instead. */
export function productScale({ fit, logitScale }: Classifier): number {
  return fit ? 1 : logitScale;
}

/** {@link productScale} × cosine of one image with every row of a classifier, in double precision. */
export interface Products {
  readonly labels: Float64Array;
  readonly contrasts: Float64Array;
}

/**
 * Makes scores of products, the same way for one image as for a block of them. Nothing is allocated, and the products are
 * used up: those of labels become the scores of the labels by themselves.
 *
 * @param scores one for each name of the label index, to be filled
 */
export function fillScores(scores: Float64Array, products: Products, classifier: Classifier): void {
  const { labelSet, logitBias, fit } = classifier;
  const isExclusive = labelSet.mode === 'exclusive';
  if (fit && isExclusive) toFittedExclusive(products, fit);
  else if (fit) toFittedIndependent(products, fit, logitBias);
  else if (isExclusive) toExclusive(products);
  else if (logitBias === undefined) toIndependent(products);
  else toSigmoid(products, logitBias);
  const combine = isExclusive ? (a: number, b: number) => Math.min(1, a + b) : Math.max;
  fillWithParents(scores, products.labels, labelIndexOf(labelSet), combine);
}

/** One softmax over all labels and "none of these". The largest logit is subtracted first, so that nothing overflows. */
function toExclusive({ labels, contrasts }: Products): void {
  const highest = Math.max(largest(labels), largest(contrasts));
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const share = Math.exp((labels[i] ?? 0) - highest);
    labels[i] = share;
    total += share;
  }
  for (let i = 0; i < contrasts.length; i++) total += Math.exp((contrasts[i] ?? 0) - highest);
  for (let i = 0; i < labels.length; i++) labels[i] = (labels[i] ?? 0) / total;
}

/** For each label a softmax of its own, over it and the contrast prompts. */
function toIndependent({ labels, contrasts }: Products): void {
  const contrast = logSumExp(contrasts);
  for (let i = 0; i < labels.length; i++) labels[i] = 1 / (1 + Math.exp(contrast - (labels[i] ?? 0)));
}

/**
 * For each label its own sigmoid, with a model that was trained to judge each label by itself ("Sigmoid Loss for Language
 * Image Pre-Training", arXiv 2303.15343): it needs no contrast prompts.
 */
function toSigmoid({ labels }: Products, logitBias: number): void {
  for (let i = 0; i < labels.length; i++) labels[i] = 1 / (1 + Math.exp(-((labels[i] ?? 0) + logitBias)));
}

/**
 * Gives every parent the scores of its children: exclusive scores are shares of one whole and add up; with independent
 * ones the best child decides.
 */
function fillWithParents(
  scores: Float64Array,
  labelScores: Float64Array,
  { parents }: LabelIndex,
  combine: (parent: number, child: number) => number,
): void {
  scores.set(labelScores);
  scores.fill(0, labelScores.length);
  for (let label = 0; label < labelScores.length; label++) {
    for (let above = parents[label] ?? -1; above >= 0; above = parents[above] ?? -1) {
      scores[above] = combine(scores[above] ?? 0, labelScores[label] ?? 0);
    }
  }
}
