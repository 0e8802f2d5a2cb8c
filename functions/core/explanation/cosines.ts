import type { Classifier } from '../labels/classifier.ts';
import { type LabelIndex, labelIndexOf } from '../labels/label-index.ts';
import { fillScores, type Logits, SCORE_DECIMALS } from '../labels/scores.ts';
import { rowProducts } from '../scoring/row-products.ts';

/** Cosines of one embedding with every row of a classifier: all that its scores are made of. */
export interface Cosines {
  /** In the order of the label set; parents that are not listed have none. */
  readonly labels: Float64Array;
  readonly contrasts: Float64Array;
}

export function cosinesOf(values: Float32Array, { labelRows, contrastRows }: Classifier): Cosines {
  // A scale of 1 changes no bit of a product.
  return { labels: rowProducts(labelRows, values, 1), contrasts: rowProducts(contrastRows, values, 1) };
}

export function logitsAt({ labels, contrasts }: Cosines, { logitScale }: Classifier): Logits {
  const scaled = (cosine: number) => logitScale * cosine;
  return { labels: labels.map(scaled), contrasts: contrasts.map(scaled) };
}

/** The scores that tagging gives an embedding with these cosines, for each name of the label index, unrounded. */
export function scoresAt(cosines: Cosines, classifier: Classifier): Float64Array {
  const scores = new Float64Array(indexOf(classifier).names.length);
  fillScores(scores, logitsAt(cosines, classifier), classifier);
  return scores;
}

export function indexOf({ labelSet }: Classifier): LabelIndex {
  return labelIndexOf(labelSet);
}

/** A score as tags carry it. */
export function tagScore(exactScore: number): number {
  return Number(exactScore.toFixed(SCORE_DECIMALS));
}
