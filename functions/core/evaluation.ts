import type { Classifier } from './classifier.ts';
import type { Embedding } from './embedding.ts';
import { scoresByLabel, tagsFor } from './scores.ts';

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
  const within = (k: number) =>
    answers.filter(({ right, best }) => best.slice(0, k).some((label) => right.has(label))).length;
  return {
    pictures: answers.length,
    top1: share(within(1), answers.length),
    top5: share(within(5), answers.length),
  };
}

/** The labels of a classifier for an embedding, best first, ties by label, whatever their score. */
export function bestLabels(embedding: Embedding, classifier: Classifier, count: number): readonly string[] {
  return [...scoresByLabel(embedding, classifier)]
    .sort(([a, scoreA], [b, scoreB]) => scoreB - scoreA || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([label]) => label);
}

/** A picture whose labels are known. */
export interface KnownPicture {
  readonly embedding: Embedding;
  /** Every label and parent that is true of it. */
  readonly right: ReadonlySet<string>;
}

/** What users would see of a label set with this minimum score. */
export interface TagQuality {
  readonly minimumScore: number;
  /** Share of the shown tags that are right (precision), in [0, 1]; 0 of no tags. */
  readonly tagsRight: number;
  /** Share of pictures that get a tag at all. */
  readonly picturesTagged: number;
  /** Share of pictures that get a right one. */
  readonly picturesRight: number;
  readonly tagsPerPicture: number;
}

/** Tags the pictures with other minimum scores in place of the label set's own; its top-k and thresholds stay. */
export function qualityByMinimumScore(
  pictures: readonly KnownPicture[],
  classifier: Classifier,
  minimumScores: readonly number[],
): readonly TagQuality[] {
  const lowest = Math.min(...minimumScores);
  const candidates = withMinimumScore(classifier, lowest);
  const tagged = pictures.map(({ embedding, right }) => ({ tags: tagsFor(embedding, candidates), right }));
  return minimumScores.map((minimumScore) => {
    // Raising the minimum only takes tags away from the end of the best k.
    const shown = tagged.map(({ tags, right }) =>
      tags.filter(({ score }) => score >= minimumScore).map(({ label }) => right.has(label)),
    );
    const all = shown.flat();
    return {
      minimumScore,
      tagsRight: share(all.filter(Boolean).length, all.length),
      picturesTagged: share(shown.filter((tags) => tags.length > 0).length, shown.length),
      picturesRight: share(shown.filter((tags) => tags.includes(true)).length, shown.length),
      tagsPerPicture: share(all.length, shown.length),
    };
  });
}

function withMinimumScore(classifier: Classifier, minimumScore: number): Classifier {
  return { ...classifier, labelSet: { ...classifier.labelSet, minimumScore } };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
