import type { Classifier } from './classifier.ts';
import { type Cosines, cosinesOf } from './cosines.ts';
import type { Embedding } from './embedding.ts';
import type { Tag } from './scores.ts';
import { sharesOf } from './shares.ts';

/** What people are told of an image without a tag. */
export const NO_LABEL_FITS = 'no label fits';

/** What people are told of a label set where "unknown" wins. */
export const UNKNOWN_TEXT = `unknown: ${NO_LABEL_FITS}`;

/** Whether a label set has a reject option: an exclusive one whose calibration has found a logit for it. */
export function hasRejectOption({ labelSet, fit }: Classifier): boolean {
  return labelSet.mode === 'exclusive' && fit !== undefined && Number.isFinite(fit.unknownLogit);
}

/**
 * Whether "unknown" wins: no label passes, and what stands for none of them takes as much as the best one.
 *
 * @param tags that the label set gives the embedding
 */
export function isUnknown(tags: readonly Tag[], cosines: Cosines, classifier: Classifier): boolean {
  if (tags.length > 0 || !hasRejectOption(classifier)) return false;
  const { labels, noneOfThese, unknown } = sharesOf(cosines, classifier);
  return labels.every((share) => share <= unknown + noneOfThese);
}

/**
 * The label sets that say "unknown" of an embedding, by name.
 *
 * @param tags of all label sets
 */
export function unknownSets(
  { values }: Embedding,
  tags: readonly Tag[],
  classifiers: readonly Classifier[],
): readonly string[] {
  return classifiers
    .filter((classifier) => {
      const own = tags.filter(({ set }) => set === classifier.labelSet.name);
      // The cosines of a label set that gives tags need not be known.
      const canBe = own.length === 0 && hasRejectOption(classifier);
      return canBe && isUnknown(own, cosinesOf(values, classifier), classifier);
    })
    .map(({ labelSet }) => labelSet.name);
}
