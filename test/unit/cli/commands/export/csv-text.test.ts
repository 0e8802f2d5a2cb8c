import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvCell, tagRows } from '../../../../../functions/cli/commands/export/csv-text.ts';

/** A reader of one record: RFC 4180, section 2. */
function cellsOf(record: string): string[] {
  const cells = [...`${record},`.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*),/g)].map(([, cell = '']) => cell);
  return cells.map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
}

it('writes any text so that it is read again', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', 'a') }),
  );
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (cells) => {
      expect(cellsOf(cells.map(csvCell).join(','))).toEqual(cells);
    }),
  );
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])(
  'guards %j, which a spreadsheet would reckon',
  (key) => {
    const image = {
      bucket: 'b',
      key,
      status: 'tagged',
      recordedAt: '',
      tags: [{ set: 's', label: 'x', score: 0.5 }],
    } as const;
    const [plain, guarded] = [tagRows({ isGuarded: false }), tagRows({ isGuarded: true })];
    expect(cellsOf(plain.rowsOf(image)[0] ?? '')).toEqual(['b', key, 's', 'x', '0.5']);
    expect(cellsOf(guarded.rowsOf(image)[0] ?? '')).toEqual(['b', `'${key}`, 's', 'x', '0.5']);
    expect(plain.formulas()).toBe(1);
  },
);

it.each([
  ['a;=1+1.jpg', "a;'=1+1.jpg"],
  ['a\n=1', "a\n'=1"],
  ['a\r\n@x', "a\r\n'@x"],
  ['a;"=1', `a;"'=1`],
  ['a; -b', "a; '-b"],
  ['a\t+1', "a\t'+1"],
  ['a;b=1-2', 'a;b=1-2'],
  ['a\0b\u001b[2J', 'a\ufffdb\ufffd[2J'],
  ['a\tb', 'a\tb'],
])('guards %j within, where a spreadsheet may end a cell', (key, shown) => {
  const image = {
    bucket: 'b',
    key,
    status: 'tagged',
    recordedAt: '',
    tags: [{ set: 's', label: 'x', score: 0.5 }],
  } as const;
  expect(cellsOf(tagRows({ isGuarded: true }).rowsOf(image)[0] ?? '')[1]).toBe(shown);
  expect(cellsOf(tagRows({ isGuarded: false }).rowsOf(image)[0] ?? '')[1]).toBe(key);
});
