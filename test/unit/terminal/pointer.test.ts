import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { pointedAt } from '../../../functions/terminal/pointer.ts';

it.each<[string, number, [string, string]]>([
  ['dog lable:beach', 5, ['  dog lable:beach', '      ^']],
  ['dog', 1, ['  dog', '  ^']],
  // The query ends too early.
  ['dog AND', 8, ['  dog AND', '         ^']],
  ['', 1, ['  ', '  ^']],
  // Two cells a letter, and a control character that is written out.
  ['日本 x:', 4, ['  日本 x:', '       ^']],
  ['a\u001bb x:', 5, ['  a\\u001bb x:', '           ^']],
])('stands under column %2$d of %1$j', (text, column, lines) => {
  expect(pointedAt(text, column)).toEqual(lines);
});

it('shows of a long text what stands around the column', () => {
  const [shown = '', caret = ''] = pointedAt(`${'a'.repeat(300)}!${'b'.repeat(300)}`, 301);
  expect(shown).toBe(`  …${'a'.repeat(50)}!${'b'.repeat(49)}…`);
  expect(shown[caret.indexOf('^')]).toBe('!');
});

it('points at the letter, whatever text it is, and wherever a column is said to be', () => {
  const property = fc.property(
    fc.string({ unit: 'grapheme' }),
    fc.integer({ min: -5, max: 60 }),
    (text, column) => {
      const [shown = '', caret = ''] = pointedAt(text, column);
      expect(caret).toMatch(/^ {2,}\^$/);
      expect(caret.length).toBeLessThanOrEqual(stringWidth(shown) + 1);
    },
  );
  fc.assert(property, { numRuns: 300 });
});
