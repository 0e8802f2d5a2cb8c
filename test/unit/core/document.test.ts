import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checked, hasKey, isPlainObject, parseJson } from '../../../functions/core/document.ts';
import { MessageFault } from '../../../functions/core/errors.ts';

const faultOf = (call: () => unknown): MessageFault => {
  try {
    call();
  } catch (error) {
    if (error instanceof MessageFault) return error;
    throw error;
  }
  throw new Error('Expected a fault');
};

describe('JSON', () => {
  it('is parsed', () => {
    expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  });

  it('rejects what is none, with what arrived and why', () => {
    const { message, cause } = faultOf(() => parseJson('{a'));
    expect(message).toBe('Expected a JSON document but received "{a"');
    expect(cause).toBeInstanceOf(SyntaxError);
  });
});

describe('a document', () => {
  const schema = z.object({ name: z.string(), sizes: z.array(z.number()) });

  it('is given as its schema parses it', () => {
    expect(checked('a thing', schema, { name: 'a', sizes: [1], more: true })).toEqual({
      name: 'a',
      sizes: [1],
    });
  });

  it('rejects with every fault, its place and what arrived there', () => {
    const { message } = faultOf(() => checked('a thing', schema, { name: 1, sizes: ['x'] }, ['Records', 0]));
    expect(message).toMatch(
      /^Expected a thing but its Records\.0\.name: .*string.*, received 1; Records\.0\.sizes\.0: .*number.*, received "x"$/,
    );
  });

  it('says nothing of what arrived where nothing did', () => {
    expect(faultOf(() => checked('a thing', schema, { sizes: [] })).message).toMatch(/received undefined$/);
  });

  it('tells five faults, and how many more there are', () => {
    const faultsOf = (count: number) =>
      faultOf(() => checked('a thing', schema, { name: '', sizes: Array(count).fill('x') })).message;
    expect(faultsOf(5)).not.toContain('more');
    expect(faultsOf(7)).toMatch(/sizes\.4: [^;]*; and 2 more$/);
  });
});

describe('a value', () => {
  it.each([
    [{ a: undefined }, true],
    [{ b: 1 }, false],
    [null, false],
    ['a', false],
    [undefined, false],
  ])('%j has the key "a": %s', (value, has) => {
    expect(hasKey(value, 'a')).toBe(has);
  });

  it.each([
    [{}, true],
    [null, false],
    [[], false],
    ['a', false],
  ])('%j is an object: %s', (value, is) => {
    expect(isPlainObject(value)).toBe(is);
  });
});
