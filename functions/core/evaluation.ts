import type { Classifier } from './classifier.ts';
import type { Embedding } from './embedding.ts';
import { scoresByLabel } from './scores.ts';

/** What a classifier said of one picture, and what is true of it. */
export interface Answer {
  /** Every label that is true of the picture, at least one. */
  readonly right: ReadonlySet<string>;
  /** The classifier's labels, best first; {@link accuracy} looks at five. */
  readonly best: readonly string[];
}

export interface Accuracy {
  readonly pictures: number;
  /** Share of pictures whose best label is right, in [0, 1]; 0 of no pictures. */
  readonly top1: number;
  /** Share of pictures with a right label among the best five. */
  readonly top5: number;
}

/**
 * Top-1 and top-5 accuracy. A picture of which several labels are true is right with any of them, as in
 * ImageNet's re-assessed labels (Beyer et al. 2020, "Are we done with ImageNet?").
 */
export function accuracy(answers: readonly Answer[]): Accuracy {
  const share = (k: number) => {
    const hits = answers.filter(({ right, best }) => best.slice(0, k).some((label) => right.has(label)));
    return answers.length === 0 ? 0 : hits.length / answers.length;
  };
  return { pictures: answers.length, top1: share(1), top5: share(5) };
}

/** The labels of a classifier for an embedding, best first, ties by label, whatever their score. */
export function bestLabels(embedding: Embedding, classifier: Classifier, count: number): readonly string[] {
  return [...scoresByLabel(embedding, classifier)]
    .sort(([a, scoreA], [b, scoreB]) => scoreB - scoreA || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([label]) => label);
}
