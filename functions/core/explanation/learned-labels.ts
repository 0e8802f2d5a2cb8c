import { currentFit } from '../labels/classifier-fit.ts';
import { type LabelSet, labelSetDigest } from '../labels/label-set.ts';
import type { ImageRecord } from '../records/image-record.ts';
import type { LabelName } from './asked-labels.ts';

/** Those tags of an image that were learned from examples, as the label sets tell that it was tagged with. */
export function learnedLabels(
  { tags, modelDigest, labelSets: used = {} }: Pick<ImageRecord, 'tags' | 'modelDigest' | 'labelSets'>,
  labelSets: readonly LabelSet[],
): readonly LabelName[] {
  if (modelDigest === undefined) return [];
  const learned = labelSets
    .filter((labelSet) => used[labelSet.name] === labelSetDigest(labelSet, modelDigest))
    .flatMap((labelSet) => {
      const fits = currentFit(labelSet, modelDigest)?.labels ?? [];
      return labelSet.labels
        .filter((_, place) => fits[place]?.direction !== undefined)
        .map(({ name }) => ({ set: labelSet.name, label: name }));
    });
  const isLearned = (tag: LabelName) =>
    learned.some(({ set, label }) => set === tag.set && label === tag.label);
  return tags.filter(isLearned).map(({ set, label }) => ({ set, label }));
}
