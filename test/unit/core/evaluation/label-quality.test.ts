import { expect, it } from 'vitest';
import type { Answer } from '../../../../functions/core/evaluation/evaluation.ts';
import { qualityByLabel } from '../../../../functions/core/evaluation/label-quality.ts';

const answer = (label: string, best?: string, ...alsoRight: string[]): Answer => ({
  label,
  right: new Set([label, ...alsoRight]),
  best: best === undefined ? [] : [{ label: best, score: 0.9 }],
});

it('counts pictures under their own label, and predictions under the best one', () => {
  const answers = [
    answer('cat', 'cat'),
    answer('cat', 'dog'),
    answer('cat', 'pet', 'pet'),
    answer('cat'),
    answer('dog', 'dog'),
  ];
  expect(qualityByLabel(answers)).toEqual([
    // Found by a label that is true of the picture as well.
    { label: 'cat', pictures: 4, recall: 0.5, predicted: 1, precision: 1 },
    { label: 'dog', pictures: 1, recall: 1, predicted: 2, precision: 0.5 },
    { label: 'pet', pictures: 0, recall: null, predicted: 1, precision: 1 },
  ]);
});

it('says null where nothing was predicted', () => {
  expect(qualityByLabel([answer('cat')])).toEqual([
    { label: 'cat', pictures: 1, recall: 0, predicted: 0, precision: null },
  ]);
});

it('sorts by recall, then by pictures, most first, then by name', () => {
  const answers = [
    ...[answer('d', 'd'), answer('c', 'x'), answer('b', 'x'), answer('a', 'x'), answer('a', 'x')],
  ];
  expect(qualityByLabel(answers).map(({ label }) => label)).toEqual(['a', 'b', 'c', 'd', 'x']);
});

it('of no answers is empty', () => {
  expect(qualityByLabel([])).toEqual([]);
});
