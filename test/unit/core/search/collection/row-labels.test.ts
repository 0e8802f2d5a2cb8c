import { expect, it } from 'vitest';
import { rowLabels, type ScoredLabel } from '../../../../../functions/core/search/collection/row-labels.ts';

const ROWS = 3_000;
const labelsOf = (row: number, round: number): ScoredLabel[] =>
  Array.from({ length: (row + round) % 40 }, (_, n) => ({ set: 's', label: `${n}`, score: n / 40 }));

it('holds lists that become longer and shorter, without keeping room for more than half as much again', () => {
  const labels = rowLabels();
  let longest = 0;
  for (let round = 0; round < 45; round++) {
    for (let row = 0; row < ROWS; row++) labels.set(row, labelsOf(row, round));
    longest = Math.max(longest, labels.byteLength);
  }
  for (const row of [0, 1, 1_500, ROWS - 1]) {
    const found: ScoredLabel[] = [];
    labels.forEach(row, (number, score) => found.push({ ...labels.termOf(number), score }));
    expect(found).toEqual(labelsOf(row, 44));
  }
  // Rooms of 39 entries at most of 12 bytes, half as many that nothing refers to, and what arrays grow by ahead.
  expect(longest).toBeLessThan(ROWS * 39 * 12 * 1.5 * 1.5);
});

it('rejects the number of no label', () => {
  expect(() => rowLabels().termOf(3)).toThrow('Expected the number of a label, below 0, but received 3');
});
