import stringWidth from 'string-width';
import { printable } from '../core/printable.ts';
import { styled } from './colours.ts';
import { laidOut } from './layout.ts';

/** Rows as lines that show what stands in their cells, whatever that is: other people's names, in any writing. */
export function columns(rows: ReadonlyArray<readonly string[]>): string[] {
  return laidOut(
    rows.map((row) => row.map(printable)),
    widthOf,
  );
}

/** {@link columns} under their heads, which stand out on a terminal. */
export function table(heads: readonly string[], rows: ReadonlyArray<readonly string[]>): string[] {
  const [head = '', ...lines] = columns([heads, ...rows]);
  return [styled('bold', head, process.stdout), ...lines];
}

/** Latin letters and `…` take one cell each. The first text of others costs string-width 20 ms. */
const ONE_CELL_EACH = /^[ -~¡-¬®-ʯ…]*$/;

/** The cells that a text takes on a terminal: two for most letters of East Asia and for emoji, none for some marks. */
export function widthOf(text: string): number {
  return ONE_CELL_EACH.test(text) ? text.length : stringWidth(text);
}
