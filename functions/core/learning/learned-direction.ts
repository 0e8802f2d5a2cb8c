import { dot, normalised } from '../labels/embedding.ts';
import { choleskySolve } from './cholesky.ts';
import { type LabelMetric, labelMetric, sharedMetric } from './label-metric.ts';
import type { SharedCovariance } from './shared-covariance.ts';

/** What a label is learned from: its words, and pictures that are distinct. */
export interface LabelEvidence {
  /** The label's text embedding: its row of the classifier. */
  readonly text: Float32Array;
  readonly positives: readonly Float32Array[];
  readonly negatives: readonly Float32Array[];
  readonly covariance: SharedCovariance;
  /** The model's learned multiplier of cosines, already exponentiated. */
  readonly logitScale: number;
}

/** logit = slope × cosine with the direction + offset */
export interface LearnedDirection {
  /** Unit vector. */
  readonly direction: Float32Array;
  readonly slope: number;
  readonly offset: number;
}

/** The words count as much as one example. */
const TEXT_WEIGHT = 1;
/** Examples by which the label's mean is drawn to the collection's, since few examples say little about it. */
const PRIOR_EXAMPLES = 2;
/** Share of the negatives' mean that is taken off: more turns the direction away from the label itself. */
const NEGATIVE_SHARE = 1 / 8;
/** The shared covariance makes labels look further apart than they are; by test/bench/learning/learning.ts. */
const TEMPERATURE = 5;

/**
 * The Gaussian classifier with a shared covariance, in closed form: w = Σ⁻¹(m − μ), b = −½(m − μ)ᵀΣ⁻¹(m − μ) (Wang et al.,
 * "A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation", ICLR 2024). Σ and μ are the collection's and stand for
 * all that is not the label (Hariharan et al., "Discriminative Decorrelation", ECCV 2012), so that no negatives are needed.
 * The words are one more example; without others they are all there is, and the label is what it was.
 */
export function learnedDirection(
  evidence: LabelEvidence,
  among: Peers = aloneWith(evidence),
): LearnedDirection {
  const { text, positives, covariance, logitScale } = evidence;
  if (positives.length === 0) return { direction: text, slope: logitScale, offset: 0 };
  const shift = labelShift(evidence);
  const solved = choleskySolve(among.metric.factor, shift);
  const weights = solved.map((weight) => weight / among.temperature);
  const slope = Math.sqrt(dot(weights, weights));
  const offset = -dot(weights, covariance.mean) - dot(weights, shift) / 2 + among.textEvidence;
  return { direction: normalised(weights), slope, offset };
}

/** What a label has in common with those that are learned with it. */
export interface Peers {
  readonly metric: LabelMetric;
  readonly temperature: number;
  /** What {@link textEvidence} is for the words of a label. */
  readonly textEvidence: number;
}

/**
 * Labels that are learned together: their examples tell how examples of one label differ. That lets labels look further
 * apart, so that the temperature rises by as much.
 *
 * @param labels in an order of their own
 */
export function peersOf(labels: readonly LabelEvidence[], covariance: SharedCovariance): Peers {
  const alone = labelMetric(covariance);
  const learned = labels.filter(({ positives }) => positives.length > 0);
  const metric = sharedMetric(
    covariance,
    learned.map(({ positives }) => positives),
  );
  const spread = ({ factor }: LabelMetric) =>
    total(learned.map(labelShift).map((shift) => dot(choleskySolve(factor, shift), shift)));
  return {
    metric,
    temperature: metric === alone ? TEMPERATURE : (TEMPERATURE * spread(metric)) / spread(alone),
    textEvidence: total(labels.map(textEvidence)) / labels.length,
  };
}

function aloneWith(evidence: LabelEvidence): Peers {
  return {
    metric: labelMetric(evidence.covariance),
    temperature: TEMPERATURE,
    textEvidence: textEvidence(evidence),
  };
}

/** The label's mean less the collection's. */
function labelShift({ text, positives, negatives, covariance }: LabelEvidence): Float64Array {
  const textLength = TEXT_WEIGHT * labelMetric(covariance).radius;
  const likeness = sumOf(positives, covariance.mean);
  const unlikeness = sumOf(negatives, covariance.mean);
  return likeness.map(
    (sum, i) =>
      (sum + textLength * (text[i] ?? 0)) / (PRIOR_EXAMPLES + positives.length) -
      (NEGATIVE_SHARE * (unlikeness[i] ?? 0)) / (1 + negatives.length),
  );
}

/** Sum of what embeddings have beyond a centre. */
function sumOf(embeddings: readonly Float32Array[], centre: Float64Array): Float64Array {
  const sum = new Float64Array(centre.length);
  for (const embedding of embeddings) {
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + ((embedding[i] ?? 0) - (centre[i] ?? 0));
  }
  return sum;
}

/**
 * Logarithm of the mean of exp(logit) that the words alone have over the collection, taken for a Gaussian. A learned label
 * has it, too, so that in an exclusive set no label gains or loses by the learning of others.
 */
function textEvidence({ text, covariance, logitScale }: LabelEvidence): number {
  const { matrix, size, mean } = covariance;
  const variance = total(Array.from(text, (value, i) => value * dot(text, matrix, i * size)));
  return logitScale * dot(text, mean) + (logitScale ** 2 * variance) / 2;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
