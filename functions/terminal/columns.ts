import { printable } from '../core/printable.ts';
import { styled } from './colours.ts';
import { fittedLine } from './fitted-line.ts';
import { laidOut } from './layout.ts';
import { widthOf } from './width.ts';

/** Cells that a table leaves free on a terminal: some stand indented. */
const SPARE_CELLS = 4;

/**
 * Rows as lines that show what stands in their cells, whatever that is: other people's names, in any writing. On a
 * terminal, a row that is wider has several lines in its text.
 */
export function columns(
  rows: ReadonlyArray<readonly string[]>,
  { isTTY, columns: width }: Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>> = process.stdout,
): string[] {
  const cells = rows.map((row) => row.map(printable));
  const lines = laidOut(cells, widthOf);
  if (!isTTY || !width) return lines;
  return lines.map((line, at) => fittedLine(line, cells[at]?.at(-1) ?? '', Math.max(width - SPARE_CELLS, 1)));
}

/** {@link columns} under their heads, which stand out on a terminal. */
export function table(heads: readonly string[], rows: ReadonlyArray<readonly string[]>): string[] {
  const [head = '', ...lines] = columns([heads, ...rows]);
  return [styled('bold', head, process.stdout), ...lines];
}
