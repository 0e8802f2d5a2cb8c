import { InvalidInput } from '../errors.ts';
import { distinctExamples } from './distinct-examples.ts';
import { type LearnedDirection, learnedDirection } from './learned-direction.ts';
import { type LearningQuality, learningQuality } from './learning-quality.ts';
import type { SharedCovariance } from './shared-covariance.ts';

/** A label and the pictures that show what it means. All embeddings are unit vectors of one model. */
export interface LabelExamples {
  /** The label's text embedding: its row of the classifier. */
  readonly text: Float32Array;
  readonly positives: readonly Float32Array[];
  /** Pictures that the label is not true of. @default none: what a collection is like says enough */
  readonly negatives?: readonly Float32Array[];
  readonly covariance: SharedCovariance;
  /** The model's learned multiplier of cosines, already exponentiated. */
  readonly logitScale: number;
}

/** A label learned from examples: logit = slope × cosine with its direction + offset. */
export interface LearnedLabel extends LearnedDirection {
  readonly quality: LearningQuality;
}

/**
 * Learns a label from its words and examples. Neither the order of the examples nor copies among them matter.
 *
 * @example
 * const { direction, slope, offset, quality } = learnedLabel({ text, positives, covariance, logitScale });
 * if (quality.verdict === 'no better') console.warn('The words alone do as well.');
 * @throws {InvalidInput} where embeddings differ in size
 */
export function learnedLabel({ positives, negatives = [], ...label }: LabelExamples): LearnedLabel {
  requireOneSize(label.covariance.size, { text: [label.text], positives, negatives });
  const evidence = {
    ...label,
    positives: distinctExamples(positives),
    negatives: distinctExamples(negatives),
  };
  return { ...learnedDirection(evidence), quality: learningQuality(evidence) };
}

export function requireOneSize(
  size: number,
  groups: Readonly<Record<string, readonly Float32Array[]>>,
): void {
  const faults = Object.entries(groups).flatMap(([name, embeddings]) =>
    embeddings.flatMap(({ length }, i) =>
      length === size ? [] : [`${name}[${i}]: Expected ${size} numbers but received ${length}`],
    ),
  );
  if (faults.length > 0) throw new InvalidInput('These are no embeddings of one model', faults);
}
