/** Halvings of the interval of log odds, which is at most 7 wide: the share is exact to a billionth of it. */
const STEPS = 34;

/**
 * The share is held between these log odds. At least one image in 400: the one zebra among 100,000 photographs would prove
 * nothing else, while people would rather see its near misses than not see it. At most three in four: among wedding
 * photographs, a picture of a cat passes for none. What else they cost and bring is in docs/relevance.md.
 */
const LEAST_LOG_ODDS = -6;
const MOST = 1;
/** What lies above it is as certain, and nothing overflows. */
const GREATEST_LOG_RATIO = 500;

/**
 * The share of relevant images that explains the likelihood ratios best, as log odds (the maximum of Σ log(1 - π + π LR),
 * which is concave; Saerens et al., "Adjusting the outputs of a classifier to new a priori probabilities", 2002).
 *
 * It never comes nearer to none or all than half an image would: by its own share alone no image passes, nor fails to.
 *
 * @param logRatios log of how much more likely an image is if it is relevant than if it is not
 * @param counts images that have it
 * @param least {@link LEAST_LOG_ODDS}, or what takes its place
 */
export function relevantShareLogOdds(
  logRatios: Float64Array,
  counts: Float64Array,
  least = LEAST_LOG_ODDS,
): number {
  const ratios = logRatios.map((ratio) => Math.exp(Math.min(ratio, GREATEST_LOG_RATIO)));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const extreme = Math.log(2 * total + 1);
  let low = Math.max(least, -extreme);
  let high = Math.min(MOST, extreme);
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (gain(ratios, counts, 1 / (1 + Math.exp(-middle))) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The slope of the likelihood over the share: above 0 while a larger share would explain more. */
function gain(ratios: Float64Array, counts: Float64Array, share: number): number {
  let sum = 0;
  for (let i = 0; i < ratios.length; i++) {
    const ratio = ratios[i] ?? 0;
    sum += ((counts[i] ?? 0) * (ratio - 1)) / (share * ratio + 1 - share);
  }
  return sum;
}
