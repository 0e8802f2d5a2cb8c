import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandGroups } from '../../../functions/cli/command-table.ts';
import { EXIT_CODES, generalHelp } from '../../../functions/cli/general-help.ts';
import { start } from '../../../functions/local/start/start.ts';
import type { Command, CommandTable } from '../../../functions/terminal/command.ts';
import { EXIT } from '../../../functions/terminal/exit-code.ts';
import { readRepositoryFile } from '../../fixtures/documents.ts';

const THIS = 'test/unit/cli/cli-document.test.ts';
const DOCUMENT = 'docs/cli.md';
const GROUPS = commandGroups(async () => start);
/** The line above it is the last that people write. */
const MARKER = /^<!-- All below is made by .* -->\n/m;

it(`every command is in ${DOCUMENT} (npx vitest run ${THIS} -u writes it)`, async () => {
  await expect(await documentText()).toMatchFileSnapshot(join(import.meta.dirname, '../../..', DOCUMENT));
});

describe('the general help', () => {
  const lines = generalHelp(GROUPS).split('\n');

  it('fits a terminal of 80 cells', () => {
    expect(lines.filter(({ length }) => length > 80)).toEqual([]);
  });

  it('has each command in one line', () => {
    for (const { commands } of GROUPS) {
      for (const [name, { about }] of commands) {
        expect(lines.filter((line) => line.startsWith(`  ${name} `) && line.endsWith(about))).toHaveLength(1);
      }
    }
  });

  it('has every exit code', () => {
    expect(EXIT_CODES.map(([code]) => Number(code))).toEqual(Object.values(EXIT));
  });
});

async function documentText(): Promise<string> {
  const text = readRepositoryFile(DOCUMENT);
  const end = MARKER.exec(text);
  if (!end) throw new Error(`Expected ${DOCUMENT} to have the marker ${MARKER}`);
  return [
    text.slice(0, end.index + end[0].length),
    '## Exit codes',
    '',
    '| Code | Meaning |',
    '|---|---|',
    ...EXIT_CODES.map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    'A command whose codes mean more says so in its help.',
    '',
    '## Commands',
    '',
    ...fenced(generalHelp(GROUPS)),
    ...(await Promise.all(GROUPS.map(({ commands }) => sections(commands)))).flat(2),
  ].join('\n');
}

async function sections(table: CommandTable, of = ''): Promise<string[]> {
  const parts = await Promise.all(
    [...table].map(async ([name, { load }]) => {
      const command = await load();
      const full = `${of}${name}`;
      const head = [`### ${full}`, '', ...fenced(await helpOf(command))];
      return command.subcommands ? [...head, ...(await sections(command.subcommands, `${full} `))] : head;
    }),
  );
  return parts.flat();
}

async function helpOf(command: Command): Promise<string> {
  const lines: string[] = [];
  const output = { line: async (text: string) => void lines.push(text), remark: () => {}, fault: () => {} };
  await command(['--help'], output);
  return lines.join('\n');
}

function fenced(text: string): string[] {
  return ['```text', text, '```', ''];
}
