import { describe, expect, it } from 'vitest';
import { definitions, wrapped } from '../../../functions/terminal/wrapped.ts';

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
});
