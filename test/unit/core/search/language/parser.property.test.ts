import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidQuery } from '../../../../../functions/core/search/language/invalid-query.ts';
import { parseQuery } from '../../../../../functions/core/search/language/parser.ts';
import { MAXIMUM_QUERY_LENGTH } from '../../../../../functions/core/search/language/query-limits.ts';
import { conditionsOf } from '../../../../../functions/core/search/language/query-parts.ts';
import { queryText } from '../../../../../functions/core/search/language/query-text.ts';
import { randomQueries, VOCABULARY } from '../random-queries.ts';

/** Pieces that queries are made of, and what stands between them. */
const PIECES = [
  ...[
    'dog',
    'hot dog',
    'sunset',
    'label:',
    'label:dog',
    'text:x',
    'similar:a',
    'on:2025',
    'after:',
    'size>2mp',
    'score>0.6',
  ],
  ...[
    'AND',
    'OR',
    'NOT',
    '(',
    ')',
    '|',
    '-',
    '+',
    ' - ',
    ' + ',
    '*',
    '2*',
    '"',
    '\u201c',
    '\\',
    ' ',
    ' ',
    ' ',
    '\u00a0',
  ],
  ...[
    'near:1,2,3km',
    'size>',
    'score',
    '<',
    '>=',
    ':',
    'x:y',
    '\ud83d',
    '\ud83d\ude00',
    '\u0000',
    'é',
    '1e999',
    '\n',
  ],
];

/** Cases; CLIPTAG_PROPERTY_RUNS asks for more, as of those of tagImage. */
const RUNS = Math.ceil(Number(process.env.CLIPTAG_PROPERTY_RUNS ?? 4000) / 3);

describe('parseQuery', () => {
  it('understands what queryText prints as the very same query', () => {
    fc.assert(
      fc.property(randomQueries(), (query) => {
        const printed = queryText(query, VOCABULARY);
        fc.pre(printed.length <= MAXIMUM_QUERY_LENGTH);
        expect(parseQuery(printed, VOCABULARY).query).toEqual(query);
      }),
      { numRuns: RUNS },
    );
  });

  it('rejects whatever it does not understand with a column in the query, and prints what it understands', () => {
    const anything = fc.oneof(
      fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join('')),
      fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(' ')),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    let understood = 0;
    fc.assert(
      fc.property(anything, (text) => {
        try {
          const { query } = parseQuery(text, VOCABULARY);
          expect(parseQuery(queryText(query, VOCABULARY), VOCABULARY).query).toEqual(query);
          understood++;
        } catch (error) {
          if (!(error instanceof InvalidQuery)) throw error;
          expect(error.column).toBeGreaterThanOrEqual(1);
          expect(error.column).toBeLessThanOrEqual(text.length + 1);
        }
      }),
      { numRuns: RUNS },
    );
    expect(understood).toBeGreaterThan(RUNS / 40);
  });

  it.each([
    ['(', ''],
    ['-', 'x'],
    ['NOT ', 'x'],
    ['"a" + ', 'x'],
    ['dog OR ', 'dog'],
    ['label:dog|', 'dog'],
    ['\\', ''],
    ['a ', ''],
    ['dog ', ''],
    ['"', ''],
    ['score>0.1 ', 'dog'],
  ])('ends within its limits for many of %j', (piece, end) => {
    for (const count of [100, 300, 1990]) {
      const text = (piece.repeat(count).slice(0, MAXIMUM_QUERY_LENGTH - end.length) + end).trim();
      try {
        expect(conditionsOf(parseQuery(text, VOCABULARY).query).length).toBeLessThanOrEqual(100);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidQuery);
      }
    }
  });
});
