import stringWidth from 'string-width';
import { printable } from '../core/printable.ts';
import { styled } from './colours.ts';

/** Rows as lines, each column as wide as its widest cell on a terminal; the last one is left ragged. */
export function columns(rows: ReadonlyArray<readonly string[]>): string[] {
  const shown = rows.map((row) => row.map(printable));
  const widths = (shown[0] ?? []).map((_, column) =>
    shown.reduce((widest, row) => Math.max(widest, stringWidth(row[column] ?? '')), 0),
  );
  return shown.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** {@link columns} under their heads, which stand out on a terminal. */
export function table(heads: readonly string[], rows: ReadonlyArray<readonly string[]>): string[] {
  const [head = '', ...lines] = columns([heads, ...rows]);
  return [styled('bold', head, process.stdout), ...lines];
}

/** Letters of East Asia and emoji take two cells: `padEnd` would count them as one, or by their code units. */
function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - stringWidth(cell)));
}
