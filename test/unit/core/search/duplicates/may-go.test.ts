import { expect, it } from 'vitest';
import { mayGo } from '../../../../../functions/core/search/duplicates/may-go.ts';

const corrections = [
  { set: 'general', label: 'dog', isThere: true, correctedAt: '2026-01-01T00:00:00.000Z' },
];
const best = { width: 400, height: 300 };

it.each([
  ['a copy of the same size', { width: 400, height: 300 }, true],
  ['a smaller one', { width: 300, height: 225 }, true],
  ['one of unknown size', {}, true],
  ['one that was corrected and is so no more', { ...best, corrections: [] }, true],
  ['a larger one', { width: 401, height: 300 }, false],
  ['a corrected one', { width: 4, height: 3, corrections }, false],
])('of duplicates %s may go, or not', (_what, copy, expected) => {
  expect(mayGo(copy, best)).toBe(expected);
  expect(mayGo(copy, { ...best, corrections })).toBe(expected);
});
