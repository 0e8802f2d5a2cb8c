import type { Tag } from '../core/labels/scores.ts';
import { printable } from '../core/printable.ts';

/** Tags as people read them, e.g. `dog 0.91, animal 0.97`; with their label sets where there are several. */
export function tagsText(tags: readonly Tag[]): string {
  if (tags.length === 0) return '(no tags)';
  const isOneSet = new Set(tags.map(({ set }) => set)).size === 1;
  return tags
    .map(({ set, label, score }) => `${isOneSet ? '' : `${set}:`}${printable(label)} ${score.toFixed(2)}`)
    .join(', ');
}
