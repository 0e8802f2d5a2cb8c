import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { printable } from '../../../functions/core/printable.ts';
import { styled } from '../../../functions/terminal/colours.ts';
import { columns, table } from '../../../functions/terminal/columns.ts';
import { tagsText } from '../../../functions/terminal/tags-text.ts';
import { widthOf } from '../../../functions/terminal/width.ts';
import { file, screen } from './screen.ts';

describe('text for people', () => {
  it('shows control characters and turned writing, and leaves the rest as it is', () => {
    expect(printable('a\u001b[31m\n\u0085\u202e')).toBe('a\\u001b[31m\\u000a\\u0085\\u202e');
    expect(printable('Käse 🧀 日本.jpg')).toBe('Käse 🧀 日本.jpg');
  });

  it('stands in columns', () => {
    const rows = [
      ['a', 'long cell', 'x'],
      ['longer', 'b', ''],
    ];
    expect(columns(rows)).toEqual(['a       long cell  x', 'longer  b']);
    expect(columns([])).toEqual([]);
  });

  it('fits a terminal: the last cell goes on below itself, and no other is broken', async () => {
    const rows = [
      ['0.91', 's3://photos/日本語.jpg', 'one two three four five six seven eight nine ten'],
      ['0.90', 's3://photos/b.jpg', '日本 日本 日本 日本 日本 日本 日本 日本 日本 日本'],
    ];
    const { stream, lines } = screen({ columns: 64 });
    for (const line of columns(rows, stream)) stream.write(`${line}\n`);
    expect(await lines()).toEqual([
      '0.91  s3://photos/日本語.jpg  one two three four five six',
      '                              seven eight nine ten',
      '0.90  s3://photos/b.jpg       日本 日本 日本 日本 日本 日本',
      '                              日本 日本 日本 日本',
    ]);
    expect(columns(rows, file().stream)).toEqual(columns(rows, { isTTY: true, columns: 1000 }));
  });

  it('goes on below the row where a terminal has no room beside it', () => {
    const row = ['0.91', 's3://photos/a-long-name.jpg', 'one two three four five six seven eight'];
    expect(columns([row], { isTTY: true, columns: 44 })).toEqual([
      '0.91  s3://photos/a-long-name.jpg\n    one two three four five six seven\n    eight',
    ]);
    expect(columns([['s3://photos/nothing-can-be-broken-here.jpg']], { isTTY: true, columns: 20 })).toEqual([
      's3://photos/nothing-can-be-broken-here.jpg',
    ]);
  });

  it('fits every terminal, whatever stands in it but words that are wider', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'é', '日', '🧀'), minLength: 1, maxLength: 6 });
    const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, text), { maxLength: 4 }),
        fc.integer({ min: 30, max: 200 }),
        (rows, width) => {
          for (const line of columns(rows, { isTTY: true, columns: width }).join('\n').split('\n')) {
            if (line.trim().includes(' ')) expect(widthOf(line)).toBeLessThanOrEqual(width);
          }
        },
      ),
    );
  });

  it.each([
    '日本語.jpg',
    '🧀.jpg',
    '👩‍🔬.jpg',
    'Käse.jpg',
    'Ka\u0308se.jpg',
    '한국어.png',
    '🇨🇭',
    'ﾊﾟﾝ',
    'Größe … ÿ',
    'a\u00adb',
  ])('lines up beside %s, by the cells that it takes on a terminal', (name) => {
    const lines = columns([
      [name, 'x'],
      ['a name of twenty signs', 'x'],
    ]);
    expect(lines.map((line) => stringWidth(line))).toEqual([25, 25]);
    expect(lines.map((line) => line.at(-1))).toEqual(['x', 'x']);
  });

  it('stands in the same columns on a terminal', async () => {
    const { stream, lines } = screen();
    for (const line of columns([
      ['日本語.jpg', 'x'],
      ['ascii.jpg', 'x'],
    ])) {
      stream.write(`${line}\n`);
    }
    // The terminal gives letters of two cells two cells.
    expect((await lines()).map((line) => stringWidth(line))).toEqual([13, 13]);
  });

  it('stands under heads, which are plain where there is no terminal', () => {
    expect(table(['NAME', 'N'], [['general', '1']])).toEqual(['NAME     N', 'general  1']);
  });

  it('has what follows the last column with room below, a line for each', () => {
    const heads = ['NAME', 'SIZE', 'LICENCE', 'PATH'];
    const rows = [['tiny', '1 MB', 'For research, and for other things that earn no money', '/models/tiny']];
    const stream = { ...screen({ columns: 50 }).stream, hasColors: () => false } as NodeJS.WriteStream;
    expect(table(heads, rows, stream).join('\n').split('\n')).toEqual([
      'NAME  SIZE',
      '    LICENCE',
      '    PATH',
      'tiny  1 MB',
      '    For research, and for other things that',
      '    earn no money',
      '    /models/tiny',
    ]);
    expect(table(heads, rows, file().stream)).toHaveLength(2);
    const wide = { ...stream, columns: 100 } as NodeJS.WriteStream;
    expect(table(heads, rows, wide)).toEqual(table(heads, rows, file().stream));
    const unknown = { ...stream, columns: 0 } as NodeJS.WriteStream;
    expect(table(heads, rows, unknown)).toEqual(table(heads, rows, file().stream));
  });

  it('has colours on a terminal only, and only where it shows them', () => {
    expect(styled('red', 'no', screen().stream)).toBe('\u001b[31mno\u001b[39m');
    expect(styled('red', 'no', file().stream)).toBe('no');
    expect(styled('red', 'no', { isTTY: true, hasColors: () => false })).toBe('no');
  });

  it('names label sets only where there are several', () => {
    const dog = { set: 'general', label: 'dog', score: 0.9123 };
    expect(tagsText([])).toBe('no label fits');
    expect(tagsText([dog, { ...dog, label: 'pet', score: 1 }])).toBe('dog 0.91, pet 1.00');
    expect(tagsText([dog, { ...dog, set: 'mine' }])).toBe('general:dog 0.91, mine:dog 0.91');
  });
});
