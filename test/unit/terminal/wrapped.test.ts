import { describe, expect, it } from 'vitest';
import { definitions, wrapped, wrappedForReading } from '../../../functions/terminal/wrapped.ts';

describe('wrapped', () => {
  it.each([
    ['one two three', 7, ['one two', 'three']],
    ['one two three', 80, ['one two three']],
    ['a-word-that-is-too-wide for it', 10, ['a-word-that-is-too-wide', 'for it']],
    ['猫猫 犬犬', 5, ['猫猫', '犬犬']],
    ['', 10, ['']],
  ])('breaks %j to lines of %d cells', (text, width, lines) => {
    expect(wrapped(text, width)).toEqual(lines);
  });

  it('puts what is said right of the names, on every line', () => {
    expect(
      definitions(
        [
          ['name', 'one two three'],
          ['n', 'four'],
        ],
        13,
      ),
    ).toEqual([
      ['name', 'one two'],
      ['', 'three'],
      ['n', 'four'],
    ]);
  });

  it.each([
    ['breaks at spaces', 'expected one of many things here', 'expected one of many\nthings here'],
    ['leaves what has room', 'expected a thing', 'expected a thing'],
    [
      'keeps a command whole',
      'start it: npx cliptag start --http-port 1',
      'start it:\nnpx cliptag start --http-port 1',
    ],
    [
      'keeps a path whole',
      'cannot write /a/very/long/path/of/files',
      'cannot write\n/a/very/long/path/of/files',
    ],
    [
      'keeps what is quoted whole',
      'did you mean "one or another thing"?',
      'did you mean\n"one or another thing"?',
    ],
    [
      'keeps indented lines as they are',
      'a fault with two lines:\n  export A=1 B=$(node -p "x y z") C=3',
      'a fault with two\nlines:\n  export A=1 B=$(node -p "x y z") C=3',
    ],
    ['keeps columns as they are', 'name       and what it is', 'name       and what it is'],
  ])('%s for who reads it on a terminal', (_, text, expected) => {
    expect(wrappedForReading(text, 20)).toBe(expected);
  });
});
