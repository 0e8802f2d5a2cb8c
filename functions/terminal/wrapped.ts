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
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
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
