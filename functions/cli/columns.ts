import { printable } from './printable.ts';

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
