import type { Relevance, RelevanceModel } from '../relevance.ts';
import { type Bulk, bulkOf, type CosineHistogram, cosineHistogram } from './cosine-histogram.ts';
import { relevantShareLogOdds } from './relevant-share.ts';

/** What is known of cosines before those of one text, or of one image, have been looked at. */
export interface Background extends Bulk {
  /** Log likelihood ratio for each step of 1 in the cosine. Above 0. */
  readonly slope: number;
  /** Log odds of the smallest share of relevant images. @default that of `relevant-share.ts` */
  readonly leastLogOdds?: number | undefined;
}

/**
 * Cosines of what does not fit are no normal distribution: near misses (a T-shirt for "a long-sleeve shirt") make its upper
 * end heavy. The log likelihood ratio is lowered by this much for them. Of 1, 1.75, 2, 2.25, 3 and 4 this was the best
 * compromise over collections where few, many, all or no images fit (docs/relevance.md).
 */
const NEAR_MISSES = 2;

/** The background weighs as much as this many images of the collection; with 10 and 100 the figures are the same. */
const BACKGROUND_WEIGHT = 30;

/** Bulk and share settle within these. */
const ROUNDS = 6;

/** An image is relevant when it is rather so than not. */
const MINIMUM_SCORE = 0.5;

/**
 * Relevance by the cosines' own distribution over the collection: each image has a log likelihood ratio of being relevant,
 * and the collection tells the share of relevant images, from none to all. So the same cosine may be relevant among
 * wedding photographs and not among all others. A text may be a little nearer to all images than others are: the bulk of
 * those that are not relevant tells.
 *
 * @example
 * const { scoreOf, minimumScore } = fittedRelevance(background).of(collection.cosines(text));
 */
export function fittedRelevance(background: Background): RelevanceModel {
  return {
    of: (cosines) => logistic(fitted(cosineHistogram([cosines]), background)),
    from: ([slope, intercept, ...rest]) =>
      slope !== undefined && slope > 0 && intercept !== undefined && rest.length === 0
        ? logistic({ slope, intercept })
        : undefined,
  };
}

/** Log odds of being relevant, by the cosine. */
interface LogOdds {
  readonly slope: number;
  /** At a cosine of 0. */
  readonly intercept: number;
}

function logistic({ slope, intercept }: LogOdds): Relevance {
  return {
    scoreOf: (cosine) => 1 / (1 + Math.exp(-(slope * cosine + intercept))),
    minimumScore: MINIMUM_SCORE,
    numbers: [slope, intercept],
  };
}

function fitted(histogram: CosineHistogram, background: Background): LogOdds {
  const { values, counts } = histogram;
  let odds = logOdds(histogram, background, background);
  for (let round = 0; round < ROUNDS; round++) {
    const { slope, intercept } = odds;
    const others = counts.map((count, i) => count / (1 + Math.exp(slope * (values[i] ?? 0) + intercept)));
    odds = logOdds(histogram, background, settledBulk(values, others, background));
  }
  return odds;
}

/** With the share of relevant images that suits this bulk of others. */
function logOdds(
  { values, counts }: CosineHistogram,
  { slope, leastLogOdds }: Background,
  { centre, deviation }: Bulk,
): LogOdds {
  const ratioAtZero = -slope * centre - (slope * deviation) ** 2 / 2 - NEAR_MISSES;
  const logRatios = values.map((value) => slope * value + ratioAtZero);
  return { slope, intercept: ratioAtZero + relevantShareLogOdds(logRatios, counts, leastLogOdds) };
}

/** The bulk of the images that are not relevant, drawn to the background's where there are few. */
function settledBulk(values: Float64Array, others: Float64Array, background: Bulk): Bulk {
  const weight = others.reduce((sum, other) => sum + other, 0);
  if (!(weight > 0)) return background;
  const { centre, deviation } = bulkOf(values, others);
  const mixed = (own: number, given: number) =>
    (weight * own + BACKGROUND_WEIGHT * given) / (weight + BACKGROUND_WEIGHT);
  return {
    centre: mixed(centre, background.centre),
    deviation: Math.sqrt(mixed(deviation ** 2, background.deviation ** 2)),
  };
}
