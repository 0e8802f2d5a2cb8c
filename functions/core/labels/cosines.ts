import { rowProducts } from '../scoring/row-products.ts';
import type { Classifier } from './classifier.ts';
import { labelIndexOf } from './label-index.ts';
import { SCORE_DECIMALS } from './minimum-scores.ts';
import { fillScores, productScale } from './scores.ts';

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

/** What labels and contrasts are weighed by: the model's scale times the cosine, or the line that was fitted. */
export function logitsAt({ labels, contrasts }: Cosines, { logitScale, fit }: Classifier): Cosines {
  return {
    labels: labels.map((cosine, i) =>
      fit ? (fit.slopes[i] ?? 0) * cosine + (fit.offsets[i] ?? 0) : logitScale * cosine,
    ),
    contrasts: contrasts.map((cosine) =>
      fit ? fit.contrast.slope * cosine + fit.contrast.offset : logitScale * cosine,
    ),
  };
}

/** The scores that tagging gives an embedding with these cosines, for each name of the label index, unrounded. */
export function scoresAt({ labels, contrasts }: Cosines, classifier: Classifier): Float64Array {
  const scale = productScale(classifier);
  const scaled = (cosine: number) => scale * cosine;
  const scores = new Float64Array(labelIndexOf(classifier.labelSet).names.length);
  fillScores(scores, { labels: labels.map(scaled), contrasts: contrasts.map(scaled) }, classifier);
  return scores;
}

/** A score as tags carry it. */
export function tagScore(exactScore: number): number {
  return Number(exactScore.toFixed(SCORE_DECIMALS));
}
