import type { CommandTable } from './command.ts';
import { indented, laidOut } from './layout.ts';

/**
 * Each command of some tables in a line, as their help lists them: all in the same columns.
 *
 * @example
 * tableLines([new Map([['tag', { operands: 'PATH…', about: 'Tag images.', load }]])]) // [['  tag PATH…  Tag images.']]
 */
export function tableLines(tables: readonly CommandTable[]): readonly (readonly string[])[] {
  const rows = tables.map((table) =>
    [...table].map(([name, { operands = '', about }]) => [`${name} ${operands}`.trimEnd(), about]),
  );
  const lines = indented(laidOut(rows.flat(), ({ length }) => length));
  return rows.map(({ length }) => lines.splice(0, length));
}
