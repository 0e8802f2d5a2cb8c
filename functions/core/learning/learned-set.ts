import { distinctExamples, inOrder } from './distinct-examples.ts';
import { learnedDirection, peersOf } from './learned-direction.ts';
import { type LabelExamples, type LearnedLabel, requireOneSize } from './learned-label.ts';
import { learningQuality } from './learning-quality.ts';
import type { SharedCovariance } from './shared-covariance.ts';

/** The labels of a set with their examples; one without examples stays what its words are. */
export interface SetExamples {
  readonly labels: ReadonlyArray<Omit<LabelExamples, 'covariance' | 'logitScale'>>;
  readonly covariance: SharedCovariance;
  /** The model's learned multiplier of cosines, already exponentiated. */
  readonly logitScale: number;
}

/**
 * Learns the labels of a set together: each from its own words and examples, all by one covariance, to which the examples of
 * all add how those of one label differ. Neither the order of labels nor that of examples matters.
 *
 * @example
 * const learned = learnedSet({ labels: [{ text, positives }, …], covariance, logitScale });
 * @throws {InvalidInput} where embeddings differ in size
 */
export function learnedSet({ labels, covariance, logitScale }: SetExamples): readonly LearnedLabel[] {
  for (const { text, positives, negatives = [] } of labels) {
    requireOneSize(covariance.size, { text: [text], positives, negatives });
  }
  const evidence = labels.map((label) => ({
    ...label,
    positives: distinctExamples(label.positives),
    negatives: distinctExamples(label.negatives ?? []),
    covariance,
    logitScale,
  }));
  // Sums of numbers depend on their order in their last bits.
  const ordered = [...evidence].sort(
    (a, b) => inOrder(a.text, b.text) || inOrder(a.positives[0] ?? a.text, b.positives[0] ?? b.text),
  );
  const peers = peersOf(ordered, covariance);
  return evidence.map((label) => ({
    ...learnedDirection(label, peers),
    quality: learningQuality(label, peers),
  }));
}
