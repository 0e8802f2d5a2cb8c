import type { ApiImage } from '../../api/contract.ts';
import type { LabelName } from '../model/query-text.ts';
import { asError, showChanged } from './answer.ts';
import * as api from './api.ts';
import { showLoneChanged } from './enlarged.ts';
import type { TypedLabel } from './labels.ts';
import { tell } from './notices.ts';
import { followSelected } from './selection.ts';

/** What a person says of a label: it is there, it is not, or let the model say. */
export type Verdict = 'there' | 'not-there' | 'as-the-model-says';

const FIELDS = { there: 'add', 'not-there': 'remove', 'as-the-model-says': 'clear' } as const;
const DONE = { there: 'added', 'not-there': 'removed', 'as-the-model-says': 'left to the model' } as const;

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

/** A picture that a correction was not taken of. */
export interface UncorrectedImage {
  readonly image: ApiImage;
  readonly reason: string;
}

/** Servers and browsers share a handful of connections, of which one listens for events. */
const MAXIMUM_AT_ONCE = 3;

/**
 * Corrects a label of many pictures, one by one, as the API has it.
 *
 * @param onProgress is told how many pictures are done, whether it was taken of them or not
 * @returns those of which it was not taken
 * @throws {api.ApiProblem} where the label itself is refused, and nothing is changed
 */
export async function correctAll(
  images: readonly ApiImage[],
  { set, label }: TypedLabel,
  verdict: Verdict,
  { onProgress, signal }: { onProgress: (done: number) => void; signal: AbortSignal },
): Promise<readonly UncorrectedImage[]> {
  const failed: UncorrectedImage[] = [];
  let done = 0;
  const correctOne = async (image: ApiImage, isFirst: boolean) => {
    const { bucket, key } = image;
    try {
      show(await api.correct({ bucket, key, [FIELDS[verdict]]: [{ set, label }] }));
    } catch (error) {
      const isRefused = error instanceof api.ApiProblem && error.problem.status === 400;
      if (isFirst && isRefused) throw error;
      failed.push({ image, reason: asError(error).message });
    }
    done += 1;
    onProgress(done);
  };
  const [first, ...others] = images;
  if (first) await correctOne(first, true);
  const worker = async () => {
    for (let image = others.shift(); image && !signal.aborted; image = others.shift())
      await correctOne(image, false);
  };
  await Promise.all(Array.from({ length: MAXIMUM_AT_ONCE }, worker));
  return failed;
}

function show(image: ApiImage): void {
  showLoneChanged(image);
  showChanged(image);
  followSelected(image);
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
