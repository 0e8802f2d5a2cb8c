import { signal } from '@preact/signals';
import { countText } from '../model/texts.ts';
import { asError } from './answer.ts';
import * as api from './api.ts';
import { tell } from './notices.ts';

/** The label sets in use, and what is to be done about pictures that have others; undefined where no server tells. */
export const labelSetsInUse = signal<api.LabelSets | undefined>(undefined);

/** Why they are not known. */
export const labelSetsFault = signal<Error | undefined>(undefined);

let asking = 0;

/** A later answer counts, whichever comes first. */
export async function loadLabelSets(): Promise<void> {
  const number = ++asking;
  try {
    const answer = await api.labelSets();
    if (number !== asking) return;
    take(answer);
    labelSetsFault.value = undefined;
  } catch (error) {
    if (number === asking) labelSetsFault.value = asError(error);
  }
}

function take(answer: api.LabelSets, wasRunning = labelSetsInUse.value?.retag?.state === 'running'): void {
  labelSetsInUse.value = answer;
  if (wasRunning && answer.retag?.state === 'done') {
    tell(`${countText(answer.retag.changed ?? 0, 'picture')} got other tags`);
  }
}

/** Has pictures tagged anew that have tags of other label sets. */
export async function retag(): Promise<void> {
  try {
    take(await api.retag(), true);
  } catch (error) {
    tell(`The pictures cannot be tagged anew: ${asError(error).message}`, 'fault');
  }
}
