import type { EmbeddingMatrix } from '../labels/embedding-matrix.ts';
import { bulkOf } from '../search/relevance/cosine-histogram.ts';
import { cosineCounts } from './cosine-counts.ts';
import { type LabelDistribution, labelDistribution } from './label-distribution.ts';
import { offsetForMean } from './mean-logistic.ts';

/**
 * Mean score of what is true, E[p²] / E[p], that the temperature makes. With 0.8 the embedded model's scores are about as
 * often right as they say, on pictures whose labels nobody has told it of (docs/calibration.md).
 */
const SHARPNESS = 0.8;
/** Fewer words, or pictures of each, say nothing. */
const [LEAST_WORDS, LEAST_PICTURES_EACH] = [20, 3];
/** Words beyond these change the temperature by nothing that counts. */
const MAXIMUM_WORDS = 200;
const STEPS = 24;
const [LEAST, GREATEST] = [0.05, 50];
const LEAST_DEVIATION = 2.5e-4;

/**
 * The one temperature of a model: log odds for each deviation that a picture lies above the null distribution of a label.
 * It is chosen so that scores of known words on known pictures are as sharp with one model as with another. Therefore the
 * same label set shows about as many tags with each.
 *
 * @param background pictures of as many kinds as there are words
 * @param words text embeddings of what the pictures show
 * @returns undefined with too few of them
 */
export function modelTemperature(background: EmbeddingMatrix, words: EmbeddingMatrix): number | undefined {
  if (words.count < LEAST_WORDS || background.count < LEAST_PICTURES_EACH * words.count) return undefined;
  const counts = cosineCounts(words.values, background);
  const count = Math.min(MAXIMUM_WORDS, words.count);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * words.count) / count));
  const standardised = chosen.map((word) => standardisedCosines(labelDistribution(word, undefined, counts)));
  let [low, high] = [Math.log(LEAST), Math.log(GREATEST)];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (sharpness(standardised, Math.exp(middle), 1 / words.count) < SHARPNESS) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

interface Standardised {
  readonly values: Float64Array;
  readonly counts: Float64Array;
}

function standardisedCosines({ cosines, all }: LabelDistribution): Standardised {
  const { centre, deviation } = bulkOf(cosines, all);
  const unit = Math.max(LEAST_DEVIATION, deviation);
  return { values: cosines.map((cosine) => (cosine - centre) / unit), counts: all };
}

function sharpness(words: readonly Standardised[], temperature: number, share: number): number {
  let [squares, sum] = [0, 0];
  for (const { values, counts } of words) {
    const logits = values.map((value) => temperature * value);
    const offset = offsetForMean(logits, counts, share);
    for (let i = 0; i < logits.length; i++) {
      const score = 1 / (1 + Math.exp(-((logits[i] ?? 0) + offset)));
      squares += (counts[i] ?? 0) * score * score;
      sum += (counts[i] ?? 0) * score;
    }
  }
  return squares / sum;
}
