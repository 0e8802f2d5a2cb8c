import { widthOf } from './width.ts';

/** A terminal's usual width. */
export const LINE_WIDTH = 80;

/**
 * A text as lines that are no wider than `width` cells, broken at spaces; a word that is wider stands on a line of its own.
 *
 * @example
 * wrapped('one two three', 7) // ['one two', 'three']
 */
export function wrapped(text: string, width = LINE_WIDTH): readonly string[] {
  return filled(text.split(' '), width);
}

/** What somebody copies: it is not to be broken, though it has spaces. */
const COPIED = new RegExp(
  [
    '`[^`]*`|"[^"]*"',
    String.raw`\bnpx cliptag(?: [^\s;,()]+)+`,
    String.raw`\bcliptag [a-z]+(?: --?[\w-]+(?: [A-Z\d/.~][^\s;,()]*)?)*`,
    String.raw`\bexport \w+=.*`,
  ].join('|'),
  'g',
);
/** Columns, and what stands right of something else. */
const LAID_OUT = /^\s|\S {2,}\S/;

/**
 * A text for somebody who reads it on a terminal that is so wide. Commands, what stands between quotes, and lines that are laid out stay
 * whole: the terminal itself breaks them where there is no room, and gives them whole to whoever copies them.
 *
 * @example
 * wrappedForReading('start it by: npx cliptag start', 20) // 'start it by:\nnpx cliptag start'
 */
export function wrappedForReading(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => (LAID_OUT.test(line) || widthOf(line) <= width ? line : filled(units(line), width)))
    .join('\n');
}

/** Words, and what must not be broken. */
function units(line: string): readonly string[] {
  const joined = line.replace(COPIED, (copied) => copied.replaceAll(' ', KEPT));
  return joined.split(' ').map((unit) => unit.replaceAll(KEPT, ' '));
}

/** Stands for a space that is kept; no text that is printed has one. */
const KEPT = '\0';

function filled(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** Names with what is said of each, broken so that all stands right of the names. */
export function definitions(
  rows: ReadonlyArray<readonly [name: string, text: string]>,
  width = LINE_WIDTH,
): readonly (readonly [name: string, text: string])[] {
  const gap = 2;
  const left = rows.reduce((widest, [name]) => Math.max(widest, widthOf(name)), 0) + gap;
  return rows.flatMap(([name, text]) =>
    wrapped(text, width - left).map((line, at) => [at === 0 ? name : '', line] as const),
  );
}
