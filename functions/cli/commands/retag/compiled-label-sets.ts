import type { LabelSet } from '../../../core/labels/label-set.ts';
import type { LabelSetsOfModel } from '../../../core/retag/retagging.ts';
import { openModel } from '../../../tagger/model-parts.ts';
import type { Output } from '../../../terminal/output.ts';

/** Label sets as a model of this machine sees them. */
export async function compiledLabelSets(
  labelSets: readonly LabelSet[],
  model: string | undefined,
  output: Output,
): Promise<LabelSetsOfModel> {
  const { identity, classifiersOf } = await openModel(model);
  return {
    modelDigest: identity.modelDigest,
    classifiers: await classifiersOf(labelSets, output.remark),
  };
}
