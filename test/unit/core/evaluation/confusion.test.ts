import { describe, expect, test } from 'vitest';
import { confusions } from '../../../../functions/core/evaluation/confusion.ts';
import { qualityByLabel } from '../../../../functions/core/evaluation/label-quality.ts';

const answer = (label: string, predicted: string, score = 0.5, also: string[] = []) => ({
  label,
  right: new Set([label, ...also]),
  best: [{ label: predicted, score }],
});

describe('confusions', () => {
  test('counts each pair of true and wrongly predicted label, most frequent first', () => {
    const answers = [
      answer('cat', 'cat'),
      answer('cat', 'dog'),
      answer('dog', 'cat'),
      answer('wolf', 'dog'),
      answer('wolf', 'dog'),
    ];
    expect(confusions(answers).map((pair) => [pair.label, pair.predicted, pair.answers.length])).toEqual([
      ['wolf', 'dog', 2],
      ['cat', 'dog', 1],
      ['dog', 'cat', 1],
    ]);
  });

  test('are no answers that are true as well', () => {
    expect(confusions([answer('coast', 'seashore', 0.5, ['seashore'])])).toEqual([]);
  });

  test('have the surest mistake first', () => {
    const [pair] = confusions([0.3, 0.9, 0.6].map((score) => answer('cat', 'dog', score)));
    expect(pair?.answers.map(({ best }) => best[0]?.score)).toEqual([0.9, 0.6, 0.3]);
  });
});

describe('qualityByLabel', () => {
  test('gives recall and precision of each label, weakest recall first', () => {
    const answers = [
      answer('cat', 'cat'),
      answer('cat', 'cat'),
      answer('cat', 'dog'),
      answer('dog', 'cat'),
      answer('wolf', 'dog', 0.5, ['dog']),
      answer('fish', 'bird'),
    ];
    // "dog" is the best label of two pictures: wrong for a cat, right for a wolf.
    expect(qualityByLabel(answers)).toEqual([
      { label: 'dog', pictures: 1, recall: 0, predicted: 2, precision: 0.5 },
      { label: 'fish', pictures: 1, recall: 0, predicted: 0, precision: null },
      { label: 'cat', pictures: 3, recall: 2 / 3, predicted: 3, precision: 2 / 3 },
      { label: 'wolf', pictures: 1, recall: 1, predicted: 0, precision: null },
      { label: 'bird', pictures: 0, recall: null, predicted: 1, precision: 0 },
    ]);
  });
});
