import { posix } from 'node:path';
import { ALLOWED_IMPORTS } from './allowed-imports.ts';
import type { Import } from './import-graph.ts';

/** The lines of the table: room → what it may import. */
const LINES: ReadonlyMap<string, readonly string[]> = new Map(
  ALLOWED_IMPORTS.replace(/^ *#.*$/gm, '')
    .split(/\n {2}(?! )/)
    .flatMap((line) => {
      const [room, allowed = ''] = line.split(/:(?=\s|$)/);
      return room?.trim() ? [[inRepository(room.trim()), allowed.split(/\s+/).filter(Boolean)] as const] : [];
    }),
);

export const ROOMS: readonly string[] = [...LINES.keys()];

/** The room of a file: the file itself where the table has a line for it, else its folder. */
export function roomOf(file: string): string {
  return LINES.has(file) ? file : posix.dirname(file);
}

/** Files of one room may import each other, if the room has a line; all else takes a word in it. */
export function isAllowed(made: Import): boolean {
  const words = LINES.get(roomOf(made.from));
  if (!words) return false;
  const isOwn = made.kind === 'file' && roomOf(made.to) === roomOf(made.from);
  return isOwn || words.some((word) => fits(word, made));
}

/** Words of the table that no import needs. */
export function unusedWords(imports: readonly Import[]): readonly string[] {
  return [...LINES].flatMap(([room, words]) => {
    const made = imports.filter(({ from }) => roomOf(from) === room);
    return words.filter((word) => !made.some((one) => fits(word, one))).map((word) => `${room}: ${word}`);
  });
}

function fits(word: string, { kind, to }: Import): boolean {
  if (kind === 'file') return inRepository(word) === roomOf(to);
  return word.endsWith('*') ? to.startsWith(word.slice(0, -1)) : to === word;
}

/** The table leaves out `functions/`, where most rooms are. */
function inRepository(room: string): string {
  return /^(functions|infra|models)(\/|$)/.test(room) ? room : `functions/${room}`;
}
