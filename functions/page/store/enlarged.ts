import { computed, signal } from '@preact/signals';
import type { ApiImage } from '../../api/contract.ts';
import { type ImageName, nameOf } from '../model/address.ts';
import { address } from './address.ts';
import { answer, asError, placeInAnswer } from './answer.ts';
import * as api from './api.ts';

/** A picture that is enlarged though the answer does not (yet) have it, as after following a link. */
export const lone = signal<ApiImage | undefined>(undefined);
export const loneFault = signal<Error | undefined>(undefined);

/** The enlarged picture as it stands now. */
export const enlarged = computed<ApiImage | undefined>(() => {
  const name = address.value.image;
  if (name === undefined) return undefined;
  const { images } = answer.value;
  const at = placeInAnswer(name);
  if (at !== undefined) return images[at];
  return lone.value && nameOf(lone.value) === nameOf(name) ? lone.value : undefined;
});

export async function loadLone(name: ImageName): Promise<void> {
  loneFault.value = undefined;
  try {
    lone.value = await api.image(name);
  } catch (error) {
    loneFault.value = asError(error);
  }
}

export function showLoneChanged(image: ApiImage): boolean {
  if (lone.value === undefined || nameOf(lone.value) !== nameOf(image)) return false;
  lone.value = image;
  return true;
}

/** Where the picture that was enlarged last stands in the answer. */
export const lastEnlarged = signal<number | undefined>(undefined);
