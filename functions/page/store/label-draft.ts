import { computed, effect, signal } from '@preact/signals';
import { typedLabels } from '../model/typed-labels.ts';
import { asError } from './answer.ts';
import * as api from './api.ts';
import { labelSetsInUse } from './label-sets.ts';
import { tell } from './notices.ts';

/** A label set that is being written. */
export interface LabelDraft {
  /** As it is typed. */
  readonly text: string;
  readonly mode: api.LabelSetInUse['mode'];
  readonly name: string;
  readonly minimumScore?: number | undefined;
  /** The label set that it takes the place of. */
  readonly original?: api.LabelSetInUse | undefined;
}

const EMPTY: LabelDraft = { text: '', mode: 'independent', name: '' };

/** None while label sets are only listed. */
export const draft = signal<LabelDraft | undefined>(undefined);
export const draftLabels = computed(() => typedLabels(draft.value?.text ?? ''));

/** What pictures the labels would be given to; of the draft as it was a moment ago. */
export const preview = signal<api.LabelSetPreview | undefined>(undefined);
export const previewFault = signal<Error | undefined>(undefined);
export const isPreviewing = signal(false);

const DEBOUNCE_MILLISECONDS = 300;
/** The server compares no more at once. */
const MAXIMUM_PREVIEWED = 100;

export function beginDraft(original?: api.LabelSetInUse): void {
  preview.value = undefined;
  previewFault.value = undefined;
  const { name = '', mode = 'independent', labels = [], minimumScore } = original ?? {};
  draft.value = original ? { name, mode, text: labels.join('\n'), minimumScore, original } : EMPTY;
}

export function changeDraft(change: Partial<LabelDraft>): void {
  if (draft.value) draft.value = { ...draft.value, ...change };
}

export function leaveDraft(): void {
  draft.value = undefined;
}

/** @returns whether it was taken */
export async function saveDraft(name: string): Promise<boolean> {
  const { mode, minimumScore, original } = draft.value ?? EMPTY;
  const labels = [...draftLabels.value];
  try {
    const digest = original?.digest;
    labelSetsInUse.value = await api.saveLabelSet({ name, mode, labels, minimumScore, digest });
    tell(`“${name}” is in use`);
    leaveDraft();
    return true;
  } catch (error) {
    tell(`“${name}” cannot be saved: ${asError(error).message}`, 'fault');
    return false;
  }
}

export async function deleteLabelSet(name: string): Promise<void> {
  try {
    labelSetsInUse.value = await api.deleteLabelSet(name);
    tell(`“${name}” is removed`);
  } catch (error) {
    tell(`“${name}” cannot be removed: ${asError(error).message}`, 'fault');
  }
}

/** What is asked for; the same text for the same question. */
const question = computed(() => {
  if (draft.value === undefined || draftLabels.value.length === 0) return undefined;
  const { mode, minimumScore } = draft.value;
  return JSON.stringify({ mode, minimumScore, labels: draftLabels.value.slice(0, MAXIMUM_PREVIEWED) });
});

effect(() => {
  const asked = question.value;
  if (asked === undefined) {
    preview.value = undefined;
    isPreviewing.value = false;
    return;
  }
  const controller = new AbortController();
  isPreviewing.value = true;
  const timer = setTimeout(async () => {
    try {
      const answer = await api.previewLabelSet(JSON.parse(asked), controller.signal);
      if (controller.signal.aborted) return;
      [preview.value, previewFault.value] = [answer, undefined];
    } catch (error) {
      if (controller.signal.aborted) return;
      previewFault.value = asError(error);
    }
    isPreviewing.value = false;
  }, DEBOUNCE_MILLISECONDS);
  return () => {
    clearTimeout(timer);
    controller.abort();
  };
});
