import type { Tag } from '../core/labels/scores.ts';
import { NO_LABEL_FITS, UNKNOWN_TEXT } from '../core/labels/unknown.ts';
import { printable } from '../core/printable.ts';

/**
 * Tags as people read them, e.g. `dog 0.91, animal 0.97`; with their label sets where there are several.
 *
 * @param unknown label sets of which none of the labels fits
 */
export function tagsText(tags: readonly Tag[], unknown: readonly string[] = []): string {
  const isOneSet = new Set([...tags.map(({ set }) => set), ...unknown]).size === 1;
  const named = (set: string, text: string) => `${isOneSet ? '' : `${set}:`}${text}`;
  const texts = [
    ...tags.map(({ set, label, score }) => named(set, `${printable(label)} ${score.toFixed(2)}`)),
    ...unknown.map((set) => named(set, UNKNOWN_TEXT)),
  ];
  return texts.length === 0 ? NO_LABEL_FITS : texts.join(', ');
}
