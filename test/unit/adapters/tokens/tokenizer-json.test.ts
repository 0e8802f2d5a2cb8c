import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteFallbackTokens } from '../../../../functions/adapters/tokens/byte-fallback-tokens.ts';
import {
  isByteFallback,
  tablesOfTokenizerJson,
} from '../../../../functions/adapters/tokens/tokenizer-json.ts';
import { CliptagError } from '../../../../functions/core/errors.ts';
import { gemmaJson } from '../../../fixtures/gemma/gemma.ts';

describe('a tokenizer.json with byte fallback', () => {
  test.each<[string, unknown, boolean]>([
    ["Gemma's", gemmaJson(), true],
    ["CLIP's", { model: { type: 'BPE', byte_fallback: false } }, false],
    ['one that does not say it', { model: { type: 'BPE' } }, false],
    ['a list', [], false],
    ['nothing', null, false],
  ])('is told from others: %s', (_, value, expected) => {
    expect(isByteFallback(value)).toBe(expected);
  });

  test('has the tokens that end and fill texts', () => {
    expect(tablesOfTokenizerJson(gemmaJson(), 'x')).toMatchObject({ endToken: 1, padToken: 0 });
  });

  test('may put texts in lower case itself', () => {
    const json = gemmaJson();
    const normalizer = { type: 'Sequence', normalizers: [{ type: 'Lowercase' }, json.normalizer] };
    expect(tablesOfTokenizerJson({ ...json, normalizer } as typeof json, 'x')).toEqual(
      tablesOfTokenizerJson(json, 'x'),
    );
  });

  test.each<[string, unknown]>([
    ['an object that is no text', [{ toString: 1, valueOf: 1 }, 'b']],
    ['lists within lists, deeper than the stack', JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)],
  ])('is refused where a merge is %s', (_, merge) => {
    const json = gemmaJson() as { model: object };
    const given = { ...json, model: { ...json.model, merges: [merge] } };
    expect(() => tablesOfTokenizerJson(given, 'x')).toThrow(
      /model\.merges\.0: Expected two tokens that make a third but received \[/,
    );
  });

  test('finds the longest of its whole tokens, however many there are', () => {
    const json = gemmaJson();
    const more = Array.from({ length: 200_000 }, (_, i) => ({ id: 2, content: `<unused${i}>` }));
    const added = [...more, { id: 3, content: '<a>' }, { id: 4, content: '<a><' }, { id: 5, content: '' }];
    const tokensOf = byteFallbackTokens(
      tablesOfTokenizerJson({ ...json, added_tokens: added } as typeof json, 'x'),
    );
    expect(tokensOf('<a><unused7><a><a><')).toEqual([4, ...tokensOf('unused7>'), 4, ...tokensOf('a><')]);
    expect(tokensOf('<unused199999><a>')).toEqual([2, 3]);
  });

  test('rejects what is none, whatever stands in it', () => {
    const small = (value: unknown) => ({
      ...gemmaJson(),
      ...(value as object),
    });
    const model = fc.record(
      {
        vocab: fc.oneof(fc.dictionary(fc.string(), fc.anything()), fc.anything()),
        merges: fc.oneof(fc.array(fc.anything()), fc.anything()),
        byte_fallback: fc.constant(true),
        type: fc.oneof(fc.constant('BPE'), fc.anything()),
      },
      { requiredKeys: ['byte_fallback'] },
    );
    const changes = fc.oneof(
      fc.record({ model }),
      fc.record({ added_tokens: fc.anything() }),
      fc.record({ normalizer: fc.anything(), pre_tokenizer: fc.anything() }),
    );
    fc.assert(
      fc.property(changes, (change) => {
        try {
          byteFallbackTokens(tablesOfTokenizerJson(small(change) as never, 'x'))('a photo');
        } catch (error) {
          expect(error).toBeInstanceOf(CliptagError);
        }
      }),
      { numRuns: 60 },
    );
  });
});
