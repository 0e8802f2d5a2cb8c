import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText } from '../../../../functions/adapters/onnx/clean-text.ts';

describe('cleanText, as open_clip cleans texts', () => {
  // Each as `whitespace_clean(basic_clean(text))` of open_clip gives it, with ftfy 6.3.1.
  it.each([
    ['cat’s ‘face’ “x”', `cat's 'face' "x"`],
    ['ｃａｔ　ＤＯＧ', 'cat DOG'],
    ['ｶﾞﾗｽ ﾡ', 'ガラス ᄀ'],
    ['cafe\u0301 \u212b', 'café Å'],
    ['ﬁsh oﬃce Ǆ ŉ', "fish office DŽ 'n"],
    ['P&eacute;rez P&EACUTE;REZ &nEACUTE;', 'Pérez PÉREZ &nEACUTE;'],
    ['R&amp;amp;B &notit; &copy', 'R&B ¬it; ©'],
    ['<b>&rsquo;</b>', '<b>’</b>'],
    ['a\u0092b\u0000c\u001b[31md', "a'bcd"],
    ['&#3;x&#128;&#xfdd0;&#0;y&#59;', 'x€�y;'],
    [' a\u00a0\u2009\u1680 b\u2028c\ufeff ', 'a b c'],
    ['a\u200bb', 'a\u200bb'],
    ['a photo of a cat', 'a photo of a cat'],
  ])('makes %j into %j', (text, clean) => expect(cleanText(text)).toBe(clean));

  it('takes any text, and what it has cleaned as it is but for entities', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const clean = cleanText(text);
        if (!clean.includes('&')) expect(cleanText(clean)).toBe(clean);
      }),
    );
  });

  it('is done in time with what unescapes into more to unescape', () => {
    const nested = `&${'amp;'.repeat(200_000)}lt;`;
    const began = process.cpuUsage();
    expect(cleanText(nested).length).toBeGreaterThan(700_000);
    expect(process.cpuUsage(began).user).toBeLessThan(5_000_000);
  });
});
