import type { LabelSet } from '../core/labels/label-set.ts';
import type { LabelSetInUse } from './contract.ts';

/** A label set as lists show it. */
export function shownLabelSet(
  { name, version, mode, labels, minimumScore }: LabelSet,
  { digest, ...place }: Pick<LabelSetInUse, 'digest' | 'path' | 'isOwn'>,
): LabelSetInUse {
  return { name, version, mode, labels: labels.map((label) => label.name), minimumScore, digest, ...place };
}
