import type { ApiImage } from '../../api/contract.ts';
import { nameOf } from './address.ts';

/** Pictures that somebody has chosen, by their names and in the order of choosing; those that nobody sees just now too. */
export type Selection = ReadonlyMap<string, ApiImage>;

/** Nothing can be said or learned of a picture that could not be read. */
export function isSelectable({ status }: ApiImage): boolean {
  return status === 'tagged';
}

export function toggled(selection: Selection, image: ApiImage): Selection {
  const name = nameOf(image);
  const next = new Map(selection);
  if (!next.delete(name) && isSelectable(image)) next.set(name, image);
  return next;
}

/** With all pictures between two places, these included, whichever is the first. */
export function withRange(
  selection: Selection,
  images: readonly ApiImage[],
  from: number,
  to: number,
): Selection {
  const range = images.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1);
  return new Map([
    ...selection,
    ...range.filter(isSelectable).map((image) => [nameOf(image), image] as const),
  ]);
}

/** With a picture as it is now; one that is gone, or cannot be read any more, is chosen no longer. */
export function withChanged(selection: Selection, image: ApiImage): Selection {
  const name = nameOf(image);
  if (!selection.has(name)) return selection;
  const next = new Map(selection);
  if (isSelectable(image)) next.set(name, image);
  else next.delete(name);
  return next;
}
