import { adHocFaults, adHocLabelSet } from '../../../core/labels/ad-hoc-label-set.ts';
import type { LabelSet } from '../../../core/labels/label-set.ts';
import { shellWord } from '../../../core/removal-command.ts';
import type { FlagSet, FlagValues } from '../../../terminal/flags.ts';

/** The flags that name labels with no file. */
export const NAMED_LABEL_FLAGS = {
  label: {
    type: 'string',
    multiple: true,
    value: 'L',
    about: 'A label to look for, with no file: a word, or a phrase such as "a drawing of a cat".',
  },
  exclusive: { type: 'boolean', about: 'One --label at most is right. Default: any number may be.' },
} as const satisfies FlagSet;

type Flags = FlagValues<typeof NAMED_LABEL_FLAGS>;

/** What is wrong with them, each being well written. */
export function namedLabelFaults({ label, exclusive }: Flags): readonly string[] {
  if (label) return adHocFaults(label).map((fault) => `--label: ${fault}`);
  return exclusive ? ['--exclusive needs --label: a label set file says it itself'] : [];
}

/** The label set of the labels that are named; `undefined` where none is. */
export function namedLabels({ label, exclusive: isExclusive }: Flags): LabelSet | undefined {
  return label && adHocLabelSet(label, { isExclusive });
}

/** What is said of labels that are probably meant as several. */
export function doubtfulLabels({ label = [] }: Flags): readonly string[] {
  return label
    .filter((text) => /\S,\S/.test(text))
    .map((text) => {
      const several = text.split(',').map((one) => `--label ${shellWord(one.trim())}`);
      return `"${text}" is one label; several are ${several.join(' ')}`;
    });
}
