import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergedTokens } from '../../../../functions/adapters/tokens/merged-tokens.ts';
import { mergeTable } from '../../../../functions/adapters/tokens/sorted-tables.ts';

type Merge = readonly [left: number, right: number, result: number];

function tableOf(merges: readonly Merge[]) {
  const column = (place: 0 | 1 | 2) => Uint32Array.from(merges, (merge) => merge[place]);
  return mergeTable({ lefts: column(0), rights: column(1), results: column(2) }, 40);
}

/** The definition: again and again the first merge of the list that applies, at its leftmost place. */
function mergedPlainly(tokens: readonly number[], merges: readonly Merge[]): number[] {
  const merged = [...tokens];
  for (;;) {
    const places = merges.map(([left, right]) =>
      merged.findIndex((token, i) => token === left && merged[i + 1] === right),
    );
    const rank = places.findIndex((place) => place >= 0);
    if (rank < 0) return merged;
    merged.splice(places[rank]!, 2, merges[rank]![2]);
  }
}

describe('merging tokens', () => {
  test.each<[string, number[], Merge[], number[]]>([
    ['nothing', [], [[1, 2, 3]], []],
    ['one token', [1], [[1, 1, 2]], [1]],
    [
      'the lower rank first',
      [1, 2, 3],
      [
        [2, 3, 5],
        [1, 2, 4],
      ],
      [1, 5],
    ],
    ['of one rank the leftmost first', [1, 1, 1], [[1, 1, 2]], [2, 1]],
    [
      'what merging made',
      [1, 2, 3],
      [
        [1, 2, 4],
        [4, 3, 5],
      ],
      [5],
    ],
    [
      'nothing that a merge took away',
      [1, 2, 1],
      [
        [1, 2, 3],
        [2, 1, 4],
      ],
      [3, 1],
    ],
  ])('takes %s', (_, tokens, merges, expected) => {
    expect(mergedTokens(tokens, tableOf(merges))).toEqual(expected);
  });

  test('takes the later of two merges for the same pair', () => {
    const table = tableOf([
      [1, 2, 4],
      [2, 3, 5],
      [1, 2, 4],
    ]);
    expect(mergedTokens([1, 2, 3], table)).toEqual([1, 5]);
  });

  test('gives what the definition gives', () => {
    const token = fc.integer({ min: 0, max: 3 });
    // Results are new tokens, as in a vocabulary, where a merge makes a longer text.
    const merges = fc
      .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 })), {
        maxLength: 20,
        selector: ([left, right]) => `${left} ${right}`,
      })
      .map((pairs) => pairs.map(([left, right], i): Merge => [left, right, 4 + i]));
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), merges, (tokens, list) => {
        expect(mergedTokens(tokens, tableOf(list))).toEqual(mergedPlainly(tokens, list));
      }),
    );
  });
});
