import { expect, it } from 'vitest';
import { startSummary } from '../../../functions/terminal/summary.ts';

it.each<[number, ReadonlyArray<readonly [number, string]>, string]>([
  [
    4_240,
    [
      [300, 'picture'],
      [258, 'tagged'],
    ],
    '300 pictures, 258 tagged, 4.2 s',
  ],
  [
    40,
    [
      [1, 'image'],
      [1_000, 'tag'],
    ],
    '1 image, 1,000 tags, 0.0 s',
  ],
  [267_000, [[100_000, 'image']], '100,000 images, 4:27 min'],
])('says after %i ms how many there were: %j', (milliseconds, counts, text) => {
  let time = 1_000;
  const summary = startSummary(() => time);
  time += milliseconds;
  expect(summary.text(counts)).toBe(text);
});
