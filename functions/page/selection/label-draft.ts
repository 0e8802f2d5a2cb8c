import { useComputed, useSignal } from '@preact/signals';
import { examplesOf, setToLearnIn } from '../model/learning.ts';
import { nameFault, suggestedName } from '../model/typed-labels.ts';
import { labelSetsInUse } from '../store/label-sets.ts';
import { selection } from '../store/selection.ts';

/** A label that is to be learned, as it is written down. */
export type LabelDraft = ReturnType<typeof useLabelDraft>;

/** The label, where it is to stand, and what the chosen pictures say of it. */
export function useLabelDraft() {
  const text = useSignal('');
  /** As chosen by hand: '' for a new label set. */
  const chosenSet = useSignal<string | undefined>(undefined);
  const newName = useSignal('');
  /** Names of the chosen pictures that have not what the others have. */
  const lacking = useSignal<ReadonlySet<string>>(new Set());
  /** Whether earlier examples are forgotten. */
  const isReplacing = useSignal(false);
  const sets = useComputed(() => labelSetsInUse.value?.labelSets ?? []);
  const likelySet = useComputed(() => setToLearnIn(text.value, sets.value) ?? '');
  const set = useComputed(() => chosenSet.value ?? likelySet.value);
  const taken = useComputed(() => sets.value.map(({ name }) => name));
  const suggested = useComputed(() => suggestedName(['mine'], taken.value));
  const finalSet = useComputed(() => set.value || newName.value || suggested.value);
  const fault = useComputed(() => (set.value === '' ? nameFault(finalSet.value, taken.value) : undefined));
  const request = useComputed(() => {
    const label = text.value.trim();
    const examples = examplesOf(selection.value, lacking.value);
    if (label === '' || fault.value !== undefined || examples.positive.length === 0) return undefined;
    const { positive, negative } = examples;
    return {
      ...{ set: finalSet.value, label, replace: isReplacing.value },
      ...{ positive: [...positive], negative: [...negative] },
    };
  });
  return { text, sets, set, chosenSet, newName, suggested, fault, lacking, isReplacing, request };
}
