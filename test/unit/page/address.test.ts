import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Address,
  ORDERS,
  readAddress,
  START,
  VIEWS,
  writeAddress,
} from '../../../functions/page/model/address.ts';

describe('the address of the page', () => {
  it.each([
    [{}, '/'],
    [{ query: 'dog label:"a b"' }, '/?q=dog+label:%22a+b%22'],
    [
      { query: 'dog', image: { bucket: 'photos', key: '2024/a&b #1.jpg' } },
      '/?q=dog&image=photos/2024/a%26b+%231.jpg',
    ],
    [{ view: 'duplicates', kind: 'scene' }, '/?view=duplicates&kind=scene'],
  ] as ReadonlyArray<readonly [Partial<Address>, string]>)('says %j as %s', (change, path) => {
    expect(writeAddress({ ...START, ...change })).toBe(path);
  });

  it('is read as it was written', () => {
    const name = fc.record({
      bucket: fc.stringMatching(/^[a-z0-9.-]{3,10}$/),
      key: fc.string({ minLength: 1, unit: 'grapheme' }),
    });
    const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
    const addresses = fc.record({
      ...{ view: fc.constantFrom(...VIEWS), query: fc.string({ unit: 'grapheme' }), isAll: fc.boolean() },
      ...{ order: optional(fc.constantFrom(...ORDERS)), image: optional(name), similar: optional(name) },
      kind: fc.constant('photo' as const),
    });
    fc.assert(
      fc.property(addresses, (address) => {
        expect(readAddress(writeAddress(address).slice(1))).toEqual(address);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['?view=x&order=y&image=nokey&similar=/a&kind=z&all=2', '?%E0%A4%A', '?image='])(
    'takes what is unknown in %s as left out',
    (search) =>
      expect(readAddress(search)).toEqual({
        ...START,
        order: undefined,
        image: undefined,
        similar: undefined,
      }),
  );
});
