import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { LearningAnswer } from '../../api/contract.ts';
import { asError } from '../store/answer.ts';
import { learnLabel } from '../store/api.ts';
import { loadLabelSets } from '../store/label-sets.ts';
import { loadLabels } from '../store/labels.ts';
import type { LabelDraft } from './label-draft.ts';

/** Tries a label, and has it saved: what was tried counts as long as the draft stays as it was then. */
export function useLearningRun({ request }: Pick<LabelDraft, 'request'>) {
  const state = useSignal<'idle' | 'trying' | 'saving'>('idle');
  const tried = useSignal<{ readonly question: string; readonly answer: LearningAnswer } | undefined>(
    undefined,
  );
  const saved = useSignal<LearningAnswer | undefined>(undefined);
  const fault = useSignal<Error | undefined>(undefined);
  const trial = useComputed(() =>
    tried.value?.question === JSON.stringify(request.value) ? tried.value?.answer : undefined,
  );
  const asking = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => asking.current?.abort(), []);

  async function ask(doing: 'trying' | 'saving'): Promise<void> {
    const asked = request.value;
    if (asked === undefined || state.value !== 'idle') return;
    const controller = new AbortController();
    asking.current = controller;
    [state.value, fault.value] = [doing, undefined];
    const isSaving = doing === 'saving';
    try {
      // What was tried is what is saved, better or not: the button says so.
      const answer = await learnLabel({ ...asked, dryRun: !isSaving, force: isSaving }, controller.signal);
      if (isSaving) {
        // Before it is told that it is saved, for then it is said what is to be done.
        await Promise.all([loadLabelSets(), loadLabels()]);
        saved.value = answer;
      } else tried.value = { question: JSON.stringify(asked), answer };
    } catch (error) {
      if (!controller.signal.aborted) fault.value = asError(error);
    }
    state.value = 'idle';
  }

  return { state, trial, saved, fault, tryIt: () => ask('trying'), save: () => ask('saving') };
}
