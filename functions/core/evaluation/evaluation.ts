import type { Classifier } from '../labels/classifier.ts';
import type { Embedding } from '../labels/embedding.ts';
import { scoresByLabel } from '../labels/scores.ts';

export interface ScoredLabel {
  readonly label: string;
  /** In [0, 1], unrounded. */
  readonly score: number;
}

/** What a classifier said of one picture, and what is true of it. */
export interface Answer {
  /** The label that the picture is counted under. */
  readonly label: string;
  /** Every label that is true of the picture, its own among them. */
  readonly right: ReadonlySet<string>;
  /** The classifier's labels, best first; {@link accuracy} looks at five. */
  readonly best: readonly ScoredLabel[];
}

export interface Accuracy {
  readonly pictures: number;
  /** Share of pictures whose best label is right, in [0, 1]; 0 when there are none. */
  readonly top1: number;
  /** Share of pictures with a right label among the best five. */
  readonly top5: number;
}

/**
 * Top-1 and top-5 accuracy. A picture with several true labels is right with any of them, as in
 * ImageNet's re-assessed labels (Beyer et al. 2020, "Are we done with ImageNet?").
 */
export function accuracy(answers: readonly Answer[]): Accuracy {
  const within = (k: number) => answers.filter((answer) => isRightWithin(answer, k)).length;
  return {
    pictures: answers.length,
    top1: share(within(1), answers.length),
    top5: share(within(5), answers.length),
  };
}

/** Whether one of the best `k` labels is right. */
export function isRightWithin({ right, best }: Answer, k: number): boolean {
  return best.slice(0, k).some(({ label }) => right.has(label));
}

/** The labels of a classifier for an embedding, best first, ties by label, whatever their score. */
export function bestLabels(
  embedding: Embedding,
  classifier: Classifier,
  count: number,
): readonly ScoredLabel[] {
  return [...scoresByLabel(embedding, classifier)]
    .sort(([a, scoreA], [b, scoreB]) => scoreB - scoreA || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([label, score]) => ({ label, score }));
}

/**
 * The classifier with each label by itself: a parent's score, which holds its children's, would be ahead of theirs in
 * every ranking.
 */
export function withoutParents(classifier: Classifier): Classifier {
  const labels = classifier.labelSet.labels.map((label) => ({ ...label, parent: undefined }));
  return { ...classifier, labelSet: { ...classifier.labelSet, labels } };
}

/** The share in [0, 1]; 0 when the whole is nothing. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
