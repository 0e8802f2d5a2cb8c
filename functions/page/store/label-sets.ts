import { signal } from '@preact/signals';
import { asError } from './answer.ts';
import * as api from './api.ts';
import { tell } from './notices.ts';

/** The label sets in use, and what is to be done about pictures that have others; undefined where no server tells. */
export const labelSetsInUse = signal<api.LabelSets | undefined>(undefined);

let asking = 0;

/** A later answer counts, whichever comes first. */
export async function loadLabelSets(): Promise<void> {
  const number = ++asking;
  try {
    const answer = await api.labelSets();
    if (number === asking) labelSetsInUse.value = answer;
  } catch {
    // The connection tells what is wrong; an older server does not tell its label sets.
  }
}

/** Has pictures tagged anew that have tags of other label sets. */
export async function retag(): Promise<void> {
  try {
    labelSetsInUse.value = await api.retag();
  } catch (error) {
    tell(`The pictures cannot be tagged anew: ${asError(error).message}`, 'fault');
  }
}
