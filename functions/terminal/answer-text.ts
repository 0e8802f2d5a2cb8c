import type { Tag } from '../core/labels/scores.ts';
import { printable } from '../core/printable.ts';

/** Rows as lines, each column as wide as its widest cell; the last one is left ragged. */
export function columns(rows: ReadonlyArray<readonly string[]>): string[] {
  const shown = rows.map((row) => row.map(printable));
  const widths = (shown[0] ?? []).map((_, column) =>
    shown.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  );
  return shown.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** Tags as people read them, e.g. `dog 0.91, animal 0.97`; with their label sets where there are several. */
export function tagsText(tags: readonly Tag[]): string {
  if (tags.length === 0) return '(no tags)';
  const isOneSet = new Set(tags.map(({ set }) => set)).size === 1;
  return tags
    .map(({ set, label, score }) => `${isOneSet ? '' : `${set}:`}${printable(label)} ${score.toFixed(2)}`)
    .join(', ');
}
