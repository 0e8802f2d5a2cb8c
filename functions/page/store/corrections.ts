import type { ApiImage } from '../../api/contract.ts';
import type { LabelName } from '../model/query-text.ts';
import { asError, showChanged } from './answer.ts';
import * as api from './api.ts';
import { showLoneChanged } from './enlarged.ts';
import { tell } from './notices.ts';

/** What a person says of a label: it is there, it is not, or let the model say. */
export type Verdict = 'there' | 'not-there' | 'as-the-model-says';

const FIELDS = { there: 'add', 'not-there': 'remove', 'as-the-model-says': 'clear' } as const;
const DONE = { there: 'added', 'not-there': 'removed', 'as-the-model-says': 'left to the model' } as const;

/** A label as typed: which label sets know it, only the server may know. */
export type TypedLabel = Pick<LabelName, 'label'> & { readonly set?: string | undefined };

/**
 * Corrects a label: shown at once where its label set is known, and taken back if the server refuses.
 *
 * @returns whether it was taken
 */
export async function correct(
  image: ApiImage,
  { set, label }: TypedLabel,
  verdict: Verdict,
): Promise<boolean> {
  if (set !== undefined) show(corrected(image, { set, label }, verdict));
  const { bucket, key } = image;
  try {
    show(await api.correct({ bucket, key, [FIELDS[verdict]]: [{ set, label }] }));
    tell(`“${label}” ${DONE[verdict]}`);
    return true;
  } catch (error) {
    show(image);
    tell(`“${label}” cannot be ${DONE[verdict]}: ${asError(error).message}`, 'fault');
    return false;
  }
}

function show(image: ApiImage): void {
  showLoneChanged(image);
  showChanged(image);
}

/** The image as it will be. What the model says of a label that is left to it, only the server knows. */
function corrected(image: ApiImage, { set, label }: LabelName, verdict: Verdict): ApiImage {
  const isOther = (one: LabelName) => one.set !== set || one.label !== label;
  const tags = image.tags.filter(isOther);
  const corrections = (image.corrections ?? []).filter(isOther);
  if (verdict === 'as-the-model-says') return { ...image, tags, corrections };
  const isThere = verdict === 'there';
  return {
    ...image,
    tags: isThere ? [{ set, label, score: 1 }, ...tags] : tags,
    corrections: [...corrections, { set, label, isThere, correctedAt: new Date().toISOString() }],
  };
}
