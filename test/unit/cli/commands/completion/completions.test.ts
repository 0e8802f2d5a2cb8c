import { describe, expect, it } from 'vitest';
import { commandGroups, commandTable } from '../../../../../functions/cli/command-table.ts';
import { completionsOf } from '../../../../../functions/cli/commands/completion/completions.ts';
import { start } from '../../../../../functions/local/start/start.ts';
import type { CommandTable } from '../../../../../functions/terminal/command.ts';

const TABLE = commandTable(commandGroups(async () => start));
const names = async (kind: string) => (kind === 'models' ? ['embedded', 'vit-b'] : ['general', 'pets']);
const found = (words: readonly string[], isBash = false) => completionsOf(words, TABLE, { names, isBash });
const words = async (...typed: string[]) => (await found(typed)).words.map(({ word }) => word);

describe('completions', () => {
  it('are all commands, each with what it does', async () => {
    const { words: all } = await found(['']);
    expect(all.map(({ word }) => word)).toEqual([...TABLE.keys()]);
    expect(all.find(({ word }) => word === 'tag')?.about).toBe('Tag image files and folders of them.');
  });

  it('are no names that a shell would run or take apart', async () => {
    const hostile = async () => ['$(touch x)', '`id`', 'a;b', 'a b', "a'b", 'a\nb', '-x', '~', 'bäume-2'];
    for (const line of [
      ['export', '--set', ''],
      ['models', 'compile', ''],
    ]) {
      const { words: all } = await completionsOf(line, TABLE, { names: hostile, isBash: true });
      expect(all.map(({ word }) => word)).toEqual(['bäume-2']);
    }
  });

  it('are all flags of every command, its subcommands and start among them', async () => {
    const check = async (table: CommandTable, before: readonly string[]): Promise<number> => {
      let commands = 0;
      for (const [name, { load }] of table) {
        const { subcommands, description } = await load();
        if (subcommands) commands += await check(subcommands, [...before, name]);
        else {
          commands += 1;
          const flags = Object.keys(description?.flags ?? {}).map((flag) => `--${flag}`);
          expect(await words(...before, name, '-')).toEqual(flags);
        }
      }
      return commands;
    };
    expect(await check(TABLE, [])).toBeGreaterThan(30);
  });

  it.each<[readonly string[], readonly string[], boolean?]>([
    [['ta'], ['tag']],
    [['s'], ['start', 'search', 'similar', 'show', 'status']],
    [['--v'], ['--version']],
    [
      ['labels', 'l'],
      ['list', 'learn'],
    ],
    [['models', 'list', '--j'], ['--json']],
    [['nothing', ''], []],
    [['tag', '--min'], ['--min-score']],
    [
      ['tag', '--label', 'x', '--label'],
      ['--label', '--labels'],
    ],
    [['tag', '--exclusive', '--exc'], []],
    [['tag', 'a.jpg'], [], true],
    [['tag', '--', '--min'], [], true],
    [['tag', '--label', ''], []],
    [['tag', '--labels', ''], [], true],
    [['tag', '--model', 'e'], ['embedded'], true],
    [['tag', '--model=e'], ['--model=embedded'], true],
    [
      ['tag', '--for', ''],
      ['any', 'lightroom', 'photoprism'],
    ],
    [['export', '--set', 'p'], ['pets']],
    [
      ['search', '--order', 'n'],
      ['newest', 'name'],
    ],
    [['labels', 'calibrate', 'g'], ['general'], true],
    [['labels', 'unlearn', 'dog', '--set', ''], ['general', 'pets'], true],
    [['show', ''], []],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['tag', '--constructor=', ''], [], true],
  ])('of %j are %j', async (typed, expected, withFiles = false) => {
    const answer = await found(typed);
    expect(answer.words.map(({ word }) => word)).toEqual(expected);
    expect(answer.withFiles).toBe(withFiles);
  });

  it('are what stands behind = in bash, which breaks words there', async () => {
    expect((await found(['tag', '--model', '=', 'e'], true)).words).toEqual([{ word: 'embedded' }]);
    expect((await found(['tag', '--model', '='], true)).words).toHaveLength(2);
  });
});
