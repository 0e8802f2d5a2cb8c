import { computed, signal } from '@preact/signals';
import { type LabelName, labelTerm } from '../model/query-text.ts';
import * as api from './api.ts';

/** All labels with how many pictures carry them, most frequent first. */
export const labels = signal<readonly api.LabelCount[]>([]);

/** Names of label sets, always in the same order: their colours go by it. */
export const labelSets = computed(() => [...new Set(labels.value.map(({ set }) => set))].sort());

export async function loadLabels(): Promise<void> {
  try {
    labels.value = await api.labels();
  } catch {
    // Suggestions are a help only; the connection tells what is wrong.
  }
}

const setsByLabel = computed(() => {
  const sets = new Map<string, number>();
  for (const { label } of labels.value) sets.set(label, (sets.get(label) ?? 0) + 1);
  return sets;
});

/** How a query asks for a label: `label:dog`, with the label set where another one has a label of the same name. */
export function termOf(label: LabelName): string {
  return labelTerm(label, (setsByLabel.value.get(label.label) ?? 0) > 1);
}

/** A label as typed: which label sets know it, only the server may know. */
export type TypedLabel = Pick<LabelName, 'label'> & { readonly set?: string | undefined };

/** With its label set where pictures have such a label; of all others the server knows more. */
export function labelTyped(typed: string, set: string): TypedLabel {
  const isMeant = (one: LabelName) => one.label === typed.toLowerCase() && (set === '' || one.set === set);
  return labels.value.find(isMeant) ?? { label: typed, ...(set !== '' && { set }) };
}

const COLOURS = 6;

/** Which of the colours of label sets this one has, from 0. */
export function colourOf(set: string): number {
  return Math.max(0, labelSets.value.indexOf(set)) % COLOURS;
}
