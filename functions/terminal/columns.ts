import { printable } from '../core/printable.ts';
import { styled } from './colours.ts';
import { fittedLine, GAP, INDENT } from './fitted-line.ts';
import { laidOut } from './layout.ts';
import { widthOf } from './width.ts';
import { wrapped } from './wrapped.ts';

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
  return lines.map((line, at) => fittedLine(line, cells[at]?.at(-1) ?? '', roomOf(width)));
}

/**
 * {@link columns} under their heads, which stand out on a terminal. Where that has no room for them beside each other, what
 * follows the last one that has stands below, a line for each.
 */
export function table(
  heads: readonly string[],
  rows: ReadonlyArray<readonly string[]>,
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'hasColors'> = process.stdout,
): string[] {
  const all = [heads, ...rows];
  // A terminal of no columns does not say how wide it is.
  const beside = stream.isTTY && stream.columns ? columnsBeside(all, roomOf(stream.columns)) : heads.length;
  const lines = columns(
    all.map((row) => row.slice(0, beside)),
    stream,
  );
  const [head = '', ...others] = lines.map((line, at) =>
    [line, ...(all[at] ?? []).slice(beside).flatMap((cell) => below(cell, roomOf(stream.columns)))].join(
      '\n',
    ),
  );
  return [styled('bold', head, stream), ...others];
}

/** How many columns stand beside each other; the last one of a table goes on below itself in any case. */
function columnsBeside(rows: ReadonlyArray<readonly string[]>, room: number): number {
  const count = rows[0]?.length ?? 0;
  let right = 0;
  for (let column = 0; column < count - 1; column++) {
    right += Math.max(...rows.map((row) => widthOf(printable(row[column] ?? ''))));
    if (right > room) return Math.max(column, 1);
    right += GAP;
  }
  return count;
}

function below(cell: string, room: number): readonly string[] {
  return wrapped(printable(cell), Math.max(room - INDENT, 1)).map((part) => ' '.repeat(INDENT) + part);
}

function roomOf(width: number): number {
  return Math.max(width - SPARE_CELLS, 1);
}
