import { posix } from 'node:path';
import { ALLOWED_IMPORTS } from './allowed-imports.ts';
import type { Import } from './import-graph.ts';

/** The room of a file: the file itself where the table has a line for it, else its folder. */
export function roomOf(file: string): string {
  return Object.hasOwn(ALLOWED_IMPORTS, file) ? file : posix.dirname(file);
}

/** Deny by default: files of one room may import each other; all else takes a line of the table. */
export function isAllowed(made: Import): boolean {
  const room = roomOf(made.from);
  if (made.kind === 'file' && roomOf(made.to) === room) return Object.hasOwn(ALLOWED_IMPORTS, room);
  return (ALLOWED_IMPORTS[room] ?? []).some((line) => fits(line, made));
}

/** Words of the table that no import needs. */
export function unusedLines(imports: readonly Import[]): readonly string[] {
  return Object.entries(ALLOWED_IMPORTS).flatMap(([room, lines]) => {
    const made = imports.filter(({ from }) => roomOf(from) === room);
    return lines.filter((line) => !made.some((one) => fits(line, one))).map((line) => `${room}: ${line}`);
  });
}

/** A room is meant exactly, a package by its name; `*` stands for any end. */
function fits(line: string, { kind, to }: Import): boolean {
  const target = kind === 'file' ? roomOf(to) : to;
  return line.endsWith('*') ? target.startsWith(line.slice(0, -1)) : target === line;
}
