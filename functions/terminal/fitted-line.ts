import { widthOf } from './width.ts';
import { wrapped } from './wrapped.ts';

/** Less room makes a column of single words. */
const MINIMUM_ROOM = 24;
/** Cells between columns. */
export const GAP = 2;
/** How far a last cell that has no room beside the others stands right, below them. */
export const INDENT = 4;

/**
 * A row of a table as lines that fit a terminal: its last cell goes on below itself, or, where there is little room, below
 * the row. Other cells stay whole, for keys and names are there to be copied.
 *
 * @param line the row as it is laid out
 * @param last its last cell
 */
export function fittedLine(line: string, last: string, width: number): string {
  if (widthOf(line) <= width || !line.endsWith(last)) return line;
  const before = line.slice(0, line.length - last.length);
  const left = widthOf(before);
  const room = width - left;
  if (room >= MINIMUM_ROOM || left === 0) return hanging(before, wrapped(last, Math.max(room, 1)), left);
  const below = wrapped(last, Math.max(width - INDENT, 1));
  return [before.slice(0, -GAP).trimEnd(), ...below.map((part) => `${' '.repeat(INDENT)}${part}`)].join('\n');
}

function hanging(before: string, [first = '', ...others]: readonly string[], left: number): string {
  return [`${before}${first}`, ...others.map((part) => `${' '.repeat(left)}${part}`)].join('\n');
}
