import { type Cosines, scoresAt, tagScore } from '../labels/cosines.ts';
import { minimumScoresOf } from '../labels/minimum-scores.ts';
import type { ScoredEmbedding } from './scored-embedding.ts';

/** Halvings of the cosine's range: finer than a float32 tells apart. */
const HALVINGS = 26;

/**
 * The lowest cosine with which a label would reach its threshold, everything else as it is: found by scoring, so that it holds
 * in every mode and with every fit. A score never falls as its own cosine rises.
 *
 * @param place of the label in the label set
 * @returns undefined where even a cosine of 1 would not do, where every one does, as for a label that its narrower ones carry,
 *   or where the label has none of its own
 */
export function neededCosine({ classifier, cosines }: ScoredEmbedding, place: number): number | undefined {
  if (place >= cosines.labels.length) return undefined;
  const minimumScore = minimumScoresOf(classifier)[place] ?? 0;
  const passesWith = (cosine: number) => {
    const scores = scoresAt(withCosine(cosines, place, cosine), classifier);
    return tagScore(scores[place] ?? 0) >= minimumScore;
  };
  let [below, above] = [-1, 1];
  if (!passesWith(above) || passesWith(below)) return undefined;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (below + above) / 2;
    if (passesWith(middle)) above = middle;
    else below = middle;
  }
  return above;
}

function withCosine({ labels, contrasts }: Cosines, place: number, cosine: number): Cosines {
  return { labels: labels.with(place, cosine), contrasts };
}
