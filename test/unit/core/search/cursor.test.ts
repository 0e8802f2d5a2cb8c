import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorOf, cursorText } from '../../../../functions/core/search/cursor.ts';
import { searchedWorld } from './searched-world.ts';

const REQUEST = { query: 'dog', order: 'best' as const };
const POSITION = {
  isBeyond: true,
  verdict: 0.123456789,
  time: 1.5e12,
  key: 'a b/"\n\u0001.jpg',
  bucket: 'photos',
};

describe('cursorOf', () => {
  it('reads what cursorText writes', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    const cursors = fc.record({
      position: fc.record({
        isBeyond: fc.boolean(),
        verdict: number,
        time: number,
        key: fc.string({ unit: 'grapheme' }),
        bucket: fc.constantFrom('photos', 'a.b-c'),
      }),
      relevances: fc.array(fc.array(number, { maxLength: 3 }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(cursors, (cursor) => {
        expect(cursorOf(cursorText(cursor, REQUEST), REQUEST)).toEqual(cursor);
      }),
    );
  });

  it('fits the longest name with 16 relevances into what the HTTP API takes', () => {
    const position = { ...POSITION, key: '\u0001'.repeat(1024), bucket: 'b'.repeat(63) };
    const relevances = Array.from({ length: 16 }, () => [-1 / 3, 2 / 3]);
    expect(cursorText({ position, relevances }, REQUEST).length).toBeLessThanOrEqual(4000);
  });

  it.each([
    [{ ...REQUEST, query: 'cat' }],
    [{ ...REQUEST, order: 'newest' as const }],
    [{ ...REQUEST, isAll: true }],
  ])('rejects a cursor of another request than %j', (request) => {
    const text = cursorText({ position: POSITION, relevances: [] }, REQUEST);
    expect(() => cursorOf(text, request)).toThrow('Expected a cursor of the same query and order');
  });

  it.each([
    '',
    'x',
    '🐕',
    'W10K',
    'a'.repeat(100_000),
    '[[[[',
    Buffer.from('[1,2]\n/').toString('base64url'),
  ])('rejects %.20j', (text) => {
    expect(() => cursorOf(text, REQUEST)).toThrow(expect.objectContaining({ code: 'invalid-cursor' }));
  });

  it('rejects a cursor whose bytes were changed, or takes it for another position', () => {
    const text = cursorText({ position: POSITION, relevances: [[1, 2]] }, REQUEST);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.base64String({ minLength: 4, maxLength: 4 }), (at, other) => {
        const changed = text.slice(0, at) + other[0] + text.slice(at + 1);
        try {
          const { position, relevances } = cursorOf(changed, REQUEST);
          expect([position.verdict, position.time, ...relevances.flat()].every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-cursor' });
        }
      }),
    );
  });

  it('is rejected by the search where it has the relevance of too few or too many texts', async () => {
    const { search } = await searchedWorld([{ key: 'a', embedding: [1] }]);
    const request = { query: '"sunset"', order: 'best' as const };
    for (const relevances of [
      [],
      [[1]],
      [[1, 2, 3]],
      [
        [1, 2],
        [1, 2],
      ],
    ]) {
      const cursor = cursorText({ position: POSITION, relevances }, request);
      await expect(search.search({ ...request, limit: 1, cursor })).rejects.toMatchObject({
        code: 'invalid-cursor',
      });
    }
  });
});
