import { tableLines } from '../terminal/table-lines.ts';
import type { CommandGroup } from './command-table.ts';

/** What each exit code means, as help and documents say it. */
export const EXIT_CODES: ReadonlyArray<readonly [code: string, meaning: string]> = [
  ['0', 'Done.'],
  ['1', 'It did not work, or not one image could be read, found or shown.'],
  ['2', 'It was asked for wrongly, or there is no pipeline, table or stack.'],
  ['3', '`start`: a pipeline runs with this data folder already.'],
  ['130', 'Stopped by Ctrl-C.'],
];

/** What `cliptag --help` prints, and `cliptag` alone. */
export function generalHelp(groups: readonly CommandGroup[]): string {
  const lines = tableLines(groups.map(({ commands }) => commands));
  return [
    'Usage: cliptag COMMAND [ARGUMENTS] [FLAGS]',
    '',
    'Tags images with CLIP. `cliptag COMMAND --help` tells more of a command.',
    '',
    ...groups.flatMap(({ title }, at) => [`${title}:`, ...(lines[at] ?? []), '']),
    'Example: cliptag tag ~/Pictures',
    '',
    'Flags:',
    '  -h, --help  Print this help.',
    '  --version   Print the version.',
    '',
    'Exit code:',
    ...EXIT_CODES.map(([code, meaning]) => `  ${code.padEnd(3)}  ${meaning}`),
  ].join('\n');
}
