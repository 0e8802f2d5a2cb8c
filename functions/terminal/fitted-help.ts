import { widthOf } from './width.ts';
import { wrapped } from './wrapped.ts';

type Terminal = Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>;

/** Longer lines of the source end where it had no more room, so that the sentence goes on in the next one. */
const FULL_LINE = 90;
/** Lines that begin anew whatever stands above them: `--json: …`, `Exit code: 0; …`. */
const BEGINS_ANEW = /^(-|Usage:|Exit code:|Example:)/;
/** Less room beside a name makes a column of single words. */
const MINIMUM_ROOM = 24;
const INDENT = 4;

/**
 * A help as a terminal shows it whose lines are shorter than those of the source: broken at spaces, with what is said of a
 * flag or a command right of it. Elsewhere, as in a pipe, it stays as it is.
 */
export function fittedHelp(help: string, { isTTY, columns: width }: Terminal = process.stdout): string {
  if (!isTTY || !width || help.split('\n').every((line) => widthOf(line) <= width)) return help;
  return joined(help.split('\n'))
    .flatMap((line) => fitted(line, width))
    .join('\n');
}

/** Each sentence in one line. */
function joined(lines: readonly string[]): readonly string[] {
  const result: string[] = [];
  let last = '';
  for (const line of lines) {
    if (goesOn(last, line)) result.push(`${result.pop()?.trimEnd()} ${line.trimStart()}`);
    else result.push(line);
    last = line;
  }
  return result;
}

function goesOn(last: string, line: string): boolean {
  if (last === '' || line === '') return false;
  // The flags of a usage that has many.
  if (/^ +\[/.test(line)) return true;
  return last.length >= FULL_LINE && !/^ /.test(last) && !/^ /.test(line) && !BEGINS_ANEW.test(line);
}

function fitted(line: string, width: number): readonly string[] {
  if (widthOf(line) <= width) return [line];
  const [, before = '', indent = '', text = ''] = /^((Usage: |\s*)(?:\S.*?\S {2,})?)(\S.*)$/.exec(line) ?? [];
  if (before === indent) return hanging(before, text, indent.length, width);
  const room = width - widthOf(before);
  if (room >= MINIMUM_ROOM) return hanging(before, text, widthOf(before), width);
  return [
    before.trimEnd(),
    ...hanging(' '.repeat(indent.length + INDENT), text, indent.length + INDENT, width),
  ];
}

function hanging(before: string, text: string, left: number, width: number): readonly string[] {
  const [first = '', ...others] = wrapped(breakable(text, width - left), width - left);
  return [before + first, ...others.map((part) => ' '.repeat(left) + part)].map(unbroken);
}

/** What stands in for a space at which no line is broken: within the brackets of a usage. */
const KEPT_SPACE = '\u00a0';

/** Words as they may stand at the end of a line: `[--top N]` whole, JSON that is wider than a line broken behind commas. */
function breakable(text: string, room: number): string {
  return text
    .replace(/\[[^\]]*\]/g, (flag) => (widthOf(flag) <= room ? flag.replaceAll(' ', KEPT_SPACE) : flag))
    .split(' ')
    .map((word) => (widthOf(word) > room ? word.replaceAll(',"', ', "').replaceAll('"|"', '"| "') : word))
    .join(' ');
}

function unbroken(line: string): string {
  return line.replaceAll(KEPT_SPACE, ' ').trimEnd();
}
