import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ApiImage } from '../../api/contract.ts';
import { countText } from '../model/texts.ts';
import { asError } from '../store/answer.ts';
import { correctAll, type UncorrectedImage } from '../store/corrections.ts';
import { labelTyped, type TypedLabel } from '../store/labels.ts';
import { tell } from '../store/notices.ts';

const DONE = { there: 'added to', 'not-there': 'removed from' } as const;

/** Corrects a label of many pictures: how far it is, what is wrong with the label, and of which it was not taken. */
export function useCorrectingRun(verdict: 'there' | 'not-there') {
  /** How many of how many; undefined while nothing goes on. */
  const progress = useSignal<{ readonly done: number; readonly total: number } | undefined>(undefined);
  const fault = useSignal('');
  const failed = useSignal<readonly UncorrectedImage[]>([]);
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  /** @returns whether it was taken of all */
  async function correct(images: readonly ApiImage[], label: TypedLabel): Promise<boolean> {
    const total = images.length;
    const controller = new AbortController();
    running.current = controller;
    let done = 0;
    [progress.value, fault.value, failed.value] = [{ done, total }, '', []];
    const onProgress = (count: number) => {
      done = count;
      progress.value = { done, total };
    };
    try {
      failed.value = await correctAll(images, label, verdict, { onProgress, signal: controller.signal });
      tell(`“${label.label}” ${DONE[verdict]} ${countText(done - failed.value.length, 'picture')}`);
    } catch (error) {
      fault.value = asError(error).message;
    }
    progress.value = undefined;
    return fault.value === '' && failed.value.length === 0;
  }

  /** Those of which it was not taken the last time, or else all of these. */
  async function run(images: readonly ApiImage[], typed: string, set: string): Promise<boolean> {
    if (typed === '' || progress.value !== undefined) return false;
    const wanted = failed.value.length > 0 ? failed.value.map(({ image }) => image) : images;
    return correct(wanted, labelTyped(typed, set));
  }

  /** What was told of another label is not true of this one. */
  function forget(): void {
    [fault.value, failed.value] = ['', []];
  }

  return { progress, fault, failed, run, forget };
}
