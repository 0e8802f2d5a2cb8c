import type { ApiImage } from '../../api/contract.ts';
import type { LabelName } from '../model/query-text.ts';
import { showChanged } from './answer.ts';
import * as api from './api.ts';
import { showLoneChanged } from './enlarged.ts';
import { tell } from './notices.ts';

/** Says that a label is there, or is not: shown at once, and taken back if the server refuses. */
export async function correct(image: ApiImage, label: LabelName, isThere: boolean): Promise<void> {
  show(corrected(image, label, isThere));
  const { bucket, key } = image;
  const { set, label: name } = label;
  const change = [{ set, label: name }];
  try {
    show(await api.correct({ bucket, key, ...(isThere ? { add: change } : { remove: change }) }));
    tell(isThere ? `“${name}” added` : `“${name}” removed`);
  } catch (error) {
    show(image);
    tell(`“${name}” could not be ${isThere ? 'added' : 'removed'}: ${(error as Error).message}`, 'fault');
  }
}

function show(image: ApiImage): void {
  showLoneChanged(image);
  showChanged(image);
}

/** The image as it will be. A label that a person gives has the best score. */
export function corrected(image: ApiImage, { set, label }: LabelName, isThere: boolean): ApiImage {
  const isOther = (one: LabelName) => one.set !== set || one.label !== label;
  const tags = image.tags.filter(isOther);
  const corrections = (image.corrections ?? []).filter(isOther);
  return {
    ...image,
    tags: isThere ? [{ set, label, score: 1 }, ...tags] : tags,
    corrections: [...corrections, { set, label, isThere, correctedAt: new Date().toISOString() }],
  };
}
