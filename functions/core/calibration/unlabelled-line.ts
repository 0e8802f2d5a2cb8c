import { type Bulk, bulkOf } from '../search/relevance/cosine-histogram.ts';
import { relevantShareLogOdds } from '../search/relevance/relevant-share.ts';
import type { LabelDistribution } from './label-distribution.ts';
import { offsetForMean } from './mean-logistic.ts';

/** What is known of a label's score before anybody has said of a picture whether it has the label. */
export interface UnlabelledLine {
  /** logit = slope × cosine + offset, the log odds that a picture has the label. */
  readonly slope: number;
  readonly offset: number;
  /** Cosines of pictures without the label. */
  readonly null: Bulk;
  /** Share of the collection that the label is thought to be true of. */
  readonly share: number;
}

/** Cosines that differ by less are the same: a step of the counts. */
const LEAST_DEVIATION = 2.5e-4;
/** Null distribution and share settle within these. */
const ROUNDS = 4;
/**
 * How much likelier than by its place above the null a picture must be before the collection's own share of a label is
 * believed to be higher than expected; near misses make upper ends heavy (docs/calibration.md). On a logarithmic scale.
 */
const NEAR_MISSES = 6;

/**
 * One of a set's labels is expected to be true of a picture on average, as long as that makes between one picture in 400
 * and one in 50 for each label: a few labels are not all that a picture may show, and of a thousand several are true at
 * once.
 */
export function expectedShare(labelCount: number): number {
  return Math.min(1 / 50, Math.max(1 / 400, 1 / labelCount));
}

/**
 * The line of a label by its cosines alone. Its slope is the model's temperature over the deviation of the null
 * distribution, so that the logit counts deviations; its offset makes the mean score the share of pictures that are
 * expected to have the label. So a label that lies near to all pictures needs a higher cosine, and one that the model
 * hardly knows is not shown more often than others.
 *
 * @param temperature log odds for each deviation; above 0
 * @param expected share of pictures, see {@link expectedShare}
 */
export function unlabelledLine(
  distribution: LabelDistribution,
  temperature: number,
  expected: number,
): UnlabelledLine {
  const { cosines, collection, all, collectionImages, images } = distribution;
  let bulk = startingBulk(distribution);
  let share = expected;
  for (let round = 0; round < ROUNDS; round++) {
    const logRatios = logRatiosOf(distribution, bulk, temperature);
    if (collectionImages > 0) share = collectionShare(logRatios, collection, expected);
    const logOdds = Math.log(share / (1 - share));
    const others = all.map((count, i) => count / (1 + Math.exp((logRatios[i] ?? 0) + logOdds)));
    bulk = bulkOf(cosines, others);
  }
  const slope = temperature / Math.max(LEAST_DEVIATION, bulk.deviation);
  const meanShare = (collectionImages * share + (images - collectionImages) * expected) / images;
  const offset = offsetForMean(
    cosines.map((cosine) => slope * cosine),
    all,
    meanShare,
  );
  return { slope, offset, null: bulk, share };
}

/** Before anything is known: of the background, since half the collection may have the label. */
function startingBulk({ cosines, collection, all, collectionImages, images }: LabelDistribution): Bulk {
  if (images === collectionImages) return bulkOf(cosines, all);
  return bulkOf(
    cosines,
    all.map((count, i) => count - (collection[i] ?? 0)),
  );
}

/** Log likelihood ratio of having the label, by how far a cosine lies above what the null distribution expects. */
function logRatiosOf({ cosines }: LabelDistribution, bulk: Bulk, temperature: number): Float64Array {
  const deviation = Math.max(LEAST_DEVIATION, bulk.deviation);
  const least = temperature ** 2 / 2 + NEAR_MISSES;
  return cosines.map((cosine) => (temperature * (cosine - bulk.centre)) / deviation - least);
}

/** The share that the collection itself tells, never below the expected one: few are never proof of none. */
function collectionShare(logRatios: Float64Array, counts: Float64Array, expected: number): number {
  const logOdds = relevantShareLogOdds(logRatios, counts, Math.log(expected / (1 - expected)));
  return Math.max(expected, 1 / (1 + Math.exp(-logOdds)));
}
