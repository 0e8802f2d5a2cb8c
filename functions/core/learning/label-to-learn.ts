import { foldedText } from '../labels/folded-text.ts';
import { canonicalName, namedSet } from '../labels/label-names.ts';
import { type LabelSet, parseLabelSet } from '../labels/label-set.ts';
import { LABEL_SET_NAME } from '../labels/label-set-schema.ts';

/** A label that is to be learned, as its label set has it. */
export interface LabelToLearn {
  readonly label: string;
  /** Whether the label set does not have it yet. */
  readonly isNew: boolean;
}

/** @param text as people write a label: `dog`, `Hound` or `general:dog` */
export function labelToLearn(text: string, labelSet: LabelSet | undefined): LabelToLearn {
  const named = namedSet(text);
  const words = named && named.set === labelSet?.name ? named.label : text;
  const name = labelSet && canonicalName(words, labelSet);
  const isNew = !labelSet?.labels.some((label) => label.name === name);
  return { label: name ?? foldedText(words), isNew };
}

/** A label set that is made by learning, but for its labels. Learned scores say how probable a label is: more likely than not. */
export function newLabelSet(name: string) {
  const isName = new RegExp(`^${LABEL_SET_NAME.source}$`).test(name);
  return { name: isName ? name : 'mine', version: 1, mode: 'independent', minimumScore: 0.5 } as const;
}

/**
 * A label set with these labels in it as well.
 *
 * @param source what to call it in an error, e.g. the file's path
 * @throws {InvalidInput} for a label that may not stand in it
 */
export function withNewLabels(
  labelSet: LabelSet | ReturnType<typeof newLabelSet>,
  names: readonly string[],
  source: string,
): LabelSet {
  const before = 'labels' in labelSet ? labelSet.labels : [];
  return parseLabelSet({ ...labelSet, labels: [...before, ...names.map((name) => ({ name }))] }, source);
}
