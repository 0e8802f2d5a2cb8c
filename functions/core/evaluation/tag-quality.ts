import type { Classifier } from '../labels/classifier.ts';
import type { Tag } from '../labels/scores.ts';
import type { ScoredAnswer } from './calibration.ts';
import { share } from './evaluation.ts';

/** A picture's tags, and every label and parent that is true of it. */
export interface KnownTags {
  readonly tags: readonly Tag[];
  readonly right: ReadonlySet<string>;
}

/** What users would see of a label set. */
export interface TagQuality {
  /** Share of the shown tags that are right (precision), in [0, 1]; 0 when there are none. */
  readonly tagsRight: number;
  /** Share of pictures that get a tag at all. */
  readonly picturesTagged: number;
  /** Share of pictures that get a right one. */
  readonly picturesRight: number;
  readonly tagsPerPicture: number;
}

/** The quality of the tags of these pictures. */
export function tagQuality(pictures: readonly KnownTags[]): TagQuality {
  const shown = pictures.map(({ tags, right }) => tags.map(({ label }) => right.has(label)));
  const all = shown.flat();
  return {
    tagsRight: share(all.filter(Boolean).length, all.length),
    picturesTagged: share(shown.filter((tags) => tags.length > 0).length, shown.length),
    picturesRight: share(shown.filter((tags) => tags.includes(true)).length, shown.length),
    tagsPerPicture: share(all.length, shown.length),
  };
}

/**
 * The quality with each of these minimum scores.
 *
 * @param pictures tagged with the lowest of them: a higher minimum only takes away the last of the best k tags
 */
export function qualityByMinimumScore(
  pictures: readonly KnownTags[],
  minimumScores: readonly number[],
): ReadonlyArray<TagQuality & { readonly minimumScore: number }> {
  return minimumScores.map((minimumScore) => {
    const shown = pictures.map(({ tags, right }) => ({
      tags: tags.filter(({ score }) => score >= minimumScore),
      right,
    }));
    return { minimumScore, ...tagQuality(shown) };
  });
}

/** The classifier with another minimum score; its top-k and its labels' own thresholds stay. */
export function withMinimumScore(classifier: Classifier, minimumScore: number): Classifier {
  return { ...classifier, labelSet: { ...classifier.labelSet, minimumScore } };
}

/** The score of every shown tag, and whether the tag is right. */
export function scoredTags(pictures: readonly KnownTags[]): readonly ScoredAnswer[] {
  return pictures.flatMap(({ tags, right }) =>
    tags.map(({ label, score }) => ({ score, isRight: right.has(label) })),
  );
}
