import { expect, it } from 'vitest';
import { printable } from '../../../functions/core/printable.ts';

it.each([
  ['an escape sequence', 'a\u001b[31mb.jpg', 'a\\u001b[31mb.jpg'],
  ['the ends of lines, and tabs', 'a\n\r\tb', 'a\\u000a\\u000d\\u0009b'],
  ['control characters of the second block', 'a\u009bb', 'a\\u009bb'],
  ['marks that turn the direction of writing', '\u202egpj.exe\u2069', '\\u202egpj.exe\\u2069'],
])('%s is written out', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

it('all else stays as it is', () => {
  for (const text of ['', 'a b/ü 日本.jpg', '👩‍🚀', '\u200d', '\\u001b']) {
    expect(printable(text)).toBe(text);
  }
});
