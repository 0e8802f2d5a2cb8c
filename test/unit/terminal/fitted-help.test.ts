import { describe, expect, it } from 'vitest';
import { commandGroups } from '../../../functions/cli/command-table.ts';
import { generalHelp } from '../../../functions/cli/general-help.ts';
import { start } from '../../../functions/local/start/start.ts';
import type { CommandTable } from '../../../functions/terminal/command.ts';
import { fittedHelp } from '../../../functions/terminal/fitted-help.ts';
import { widthOf } from '../../../functions/terminal/width.ts';
import { screen } from './screen.ts';

const GROUPS = commandGroups(async () => start);

const HELP = `Usage: cliptag tag PATH… [--label L]… [--exclusive] [--min-score S] [--top N] [--labels FILE|FOLDER]…
       [--xmp [--root WORD]]

Tags images with no server: files, whatever they are called, and the images in folders at any depth,
without hidden ones.
--json: {"path","status","reason"?,"width","height","embedding","model","tags"}, where status is tagged or failed, and width and
height are null.
Exit code: 0.

Flags:
  --labels FILE|FOLDER …  Label sets to use instead of the default ones.
  --json                  Print JSON.`;

describe('a help', () => {
  it('is broken at spaces where a terminal has less room, with what is said right of the names', async () => {
    const { stream, lines } = screen({ columns: 60, rows: 30 });
    stream.write(fittedHelp(HELP, stream));
    expect(await lines()).toEqual([
      'Usage: cliptag tag PATH… [--label L]… [--exclusive]',
      '       [--min-score S] [--top N] [--labels FILE|FOLDER]…',
      '       [--xmp [--root WORD]]',
      'Tags images with no server: files, whatever they are called,',
      'and the images in folders at any depth, without hidden ones.',
      '--json: {"path", "status", "reason"?, "width", "height",',
      '"embedding", "model", "tags"}, where status is tagged or',
      'failed, and width and height are null.',
      'Exit code: 0.',
      'Flags:',
      '  --labels FILE|FOLDER …  Label sets to use instead of the',
      '                          default ones.',
      '  --json                  Print JSON.',
    ]);
  });

  it('says it below the names where there is little room', () => {
    expect(fittedHelp(HELP, { isTTY: true, columns: 40 }).split('\n').slice(-4)).toEqual([
      '  --labels FILE|FOLDER …',
      '      Label sets to use instead of the',
      '      default ones.',
      '  --json                  Print JSON.',
    ]);
  });

  it('stays as it is in a pipe, and where there is room', () => {
    expect(fittedHelp(HELP, { isTTY: false })).toBe(HELP);
    expect(fittedHelp(HELP, { isTTY: true, columns: 200 })).toBe(HELP);
  });

  it.each([100, 80, 60, 40])('of every command fits %d cells, and loses no word', async (columns) => {
    const helps = (await Promise.all(GROUPS.map(({ commands }) => helpsOf(commands)))).flat();
    expect(helps.length).toBeGreaterThan(30);
    for (const help of [generalHelp(GROUPS), ...helps]) {
      const shown = fittedHelp(help, { isTTY: true, columns });
      expect(letters(shown)).toBe(letters(help));
      const tooWide = shown
        .split('\n')
        .filter((line) => widthOf(line) > columns && line.trim().includes(' '));
      expect(tooWide).toEqual([]);
    }
  });
});

function letters(text: string): string {
  return text.replace(/\s+/g, '');
}

async function helpsOf(table: CommandTable): Promise<string[]> {
  const helps = await Promise.all(
    [...table.values()].map(async ({ load }) => {
      const command = await load();
      const lines: string[] = [];
      const output = {
        line: async (text: string) => void lines.push(text),
        remark: () => {},
        fault: () => {},
      };
      await command(['--help'], output);
      return [lines.join('\n'), ...(command.subcommands ? await helpsOf(command.subcommands) : [])];
    }),
  );
  return helps.flat();
}
