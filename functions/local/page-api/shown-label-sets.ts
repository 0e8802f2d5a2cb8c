import type { LabelSetsAnswer } from '../../api/contract.ts';
import { shownLabelSet } from '../../api/shown-label-set.ts';
import { labelSetChangeText } from '../../core/labels/label-set-changes.ts';
import type { LabellingState } from '../label-sets/labelling.ts';

/** The label sets of the moment as they go over the API. */
export function shownLabelSets(
  { files, classifiers, others, changes, faults, retag }: LabellingState,
  isOwn: (path: string, name: string) => boolean,
): LabelSetsAnswer {
  return {
    labelSets: files.map(({ path, labelSet }, i) =>
      shownLabelSet(labelSet, {
        ...{ digest: classifiers[i]?.labelSetDigest ?? '', path },
        isOwn: isOwn(path, labelSet.name),
      }),
    ),
    others,
    changes: changes.map(labelSetChangeText),
    faults: [...faults],
    ...(retag && { retag: { ...retag } }),
    canWrite: true,
  };
}
