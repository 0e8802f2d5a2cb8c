import type { Classifier } from './classifier.ts';
import { labelIndexOf } from './label-index.ts';

/** Finer steps than four decimals say nothing about a picture. Label entries sort by the printed score. */
export const SCORE_DECIMALS = 4;

const found = new WeakMap<Classifier, Float64Array>();

/**
 * For each name of the label index, the lowest score of a tag: the label's own threshold, else the fit's, else the label
 * set's minimum, which also holds for parents that are not listed. Made at the first call.
 */
export function minimumScoresOf(classifier: Classifier): Float64Array {
  const known = found.get(classifier);
  if (known) return known;
  const { labels, minimumScore } = classifier.labelSet;
  const scores = Float64Array.from(
    labelIndexOf(classifier.labelSet).names,
    (_, place) => labels[place]?.threshold ?? fittedThreshold(classifier, place) ?? minimumScore,
  );
  found.set(classifier, scores);
  return scores;
}

/** Rounded as scores are: a picture that stands exactly at it gets the tag. */
function fittedThreshold({ fit }: Classifier, place: number): number | undefined {
  const threshold = fit?.thresholds[place] ?? Number.NaN;
  return Number.isNaN(threshold) ? undefined : Number(threshold.toFixed(SCORE_DECIMALS));
}
