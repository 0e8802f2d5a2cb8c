import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../functions/core/digest.ts';

describe('digestOf', () => {
  it('is 16 hexadecimal digits of SHA-256', () => {
    // printf '{"a":1}' | sha256sum
    expect(digestOf({ a: 1 })).toBe('015abd7f5cc57a2d');
  });

  it('does not depend on the order of keys, however deep', () => {
    expect(digestOf({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(digestOf({ b: [{ d: 3, c: 2 }], a: 1 }));
  });

  const DIFFERENT: ReadonlyArray<readonly [string, unknown, unknown]> = [
    ['the order of a list', [1, 2], [2, 1]],
    ['a number and its text', 1, '1'],
    ['a key and its absence', { a: null }, {}],
    ['a list and an object', [1], { 0: 1 }],
    ['letter case', 'Cat', 'cat'],
    ['composed and decomposed letters', '\u00e9', 'e\u0301'],
  ];
  for (const [name, a, b] of DIFFERENT) {
    it(`tells ${name} apart`, () => {
      expect(digestOf(a)).not.toBe(digestOf(b));
    });
  }

  it('takes a missing value and an undefined one for the same', () => {
    expect(digestOf({ a: 1, b: undefined })).toBe(digestOf({ a: 1 }));
  });
});
