import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldedText, fromWindows1252, wordKey } from '../../../../functions/core/labels/folded-text.ts';

describe('foldedText', () => {
  it.each([
    ['cat’s ‘face’ “x” ʼn', `cat's 'face' "x" 'n`],
    ['ｃａｔ　Ｄｏｇ', 'cat Dog'],
    ['ﾊﾟﾝ ｶﾞ ﾡ', 'パン ガ ᄀ'],
    ['cafe\u0301', 'café'],
    ['ﬁsh oﬃce ĳs', 'fish office ijs'],
    [' ice\u00a0\u3000 cream\n', 'ice cream'],
    ['a\u0092b\u0000\u001b[1mc\ufeff\ud800', "a'bc\ufffd"],
    ['R&amp;B Straße ½ №', 'R&amp;B Straße ½ №'],
    ['Eiffel Tower', 'Eiffel Tower'],
  ])('makes %j into %j', (text, folded) => expect(foldedText(text)).toBe(folded));

  it('leaves what it has made as it is: a label set that is stored and read again keeps its digest', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        ' ',
        '\u00a0',
        '\u0301',
        '\u001b[',
        'm',
        'ŉ',
        '\u0092',
        'ﾞ',
        'ｶ',
        '\u3000',
        '\u1161',
        'ﾡ',
        '\r',
      ),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const folded = foldedText(parts.join(''));
        expect(foldedText(folded)).toBe(folded);
      }),
    );
  });

  it('knows a word in any letter case and spelling', () => {
    expect(wordKey(' ＣＡＦＥ\u0301 ')).toBe(wordKey('café'));
    expect(wordKey('cat')).not.toBe(wordKey('cats'));
  });
});

it('reads Windows-1252 where it differs from Latin-1', () => {
  expect(fromWindows1252('\u0080\u0092\u0081é')).toBe('€’\u0081é');
});
