import { describe, expect, test } from 'vitest';
import { accuracy, bestLabels, withoutParents } from '../../../../functions/core/evaluation/evaluation.ts';
import type { Classifier } from '../../../../functions/core/labels/classifier.ts';
import { parseLabelSet } from '../../../../functions/core/labels/label-set.ts';

const answer = (right: string[], labels: string[]) => ({
  label: right[0] ?? '',
  right: new Set(right),
  best: labels.map((label) => ({ label, score: 0.5 })),
});

describe('accuracy', () => {
  test('is the share of pictures with a right label first, and among the best five', () => {
    const answers = [
      answer(['cat'], ['cat', 'dog']),
      answer(['cat'], ['dog', 'cat']),
      answer(['cat'], ['a', 'b', 'c', 'd', 'cat']),
      answer(['cat'], ['a', 'b', 'c', 'd', 'e', 'cat']),
    ];
    expect(accuracy(answers)).toEqual({ pictures: 4, top1: 0.25, top5: 0.75 });
  });

  test('takes any label that is true of the picture for right', () => {
    expect(accuracy([answer(['tall building', 'skyscraper'], ['skyscraper'])])).toEqual({
      pictures: 1,
      top1: 1,
      top5: 1,
    });
  });

  test('of no pictures is zero', () => {
    expect(accuracy([])).toEqual({ pictures: 0, top1: 0, top5: 0 });
  });
});

/** Labels up, right, also up and down in a plane; two of them have a parent. */
const labelSet = parseLabelSet(
  {
    name: 'compass',
    version: 1,
    mode: 'exclusive',
    labels: ['up', { name: 'right', parent: 'way' }, 'also up', { name: 'down', parent: 'way' }],
    minimumScore: 0.9,
  },
  'test',
);
const compass: Classifier = {
  labelSet,
  labelSetDigest: 'x',
  modelDigest: 'model',
  logitScale: 10,
  labelRows: Float32Array.of(0, 1, 1, 0, 0, 1, 0, -1),
  contrastRows: new Float32Array(),
};
const up = { modelDigest: 'model', values: Float32Array.of(0, 1) };
const right = { modelDigest: 'model', values: Float32Array.of(1, 0) };

describe('bestLabels', () => {
  const names = (...args: Parameters<typeof bestLabels>) => bestLabels(...args).map(({ label }) => label);

  test('ranks by score, ties by label, and leaves out no label for its low score', () => {
    expect(names(up, compass, 5)).toEqual(['also up', 'up', 'way', 'right', 'down']);
    expect(names(up, compass, 2)).toEqual(['also up', 'up']);
  });

  test('gives each label its own score alone, where parents are taken away', () => {
    const [best] = bestLabels(right, withoutParents(compass), 5);
    // Softmax of 10, 0, 0 and 0.
    expect(best?.label).toBe('right');
    expect(best?.score).toBeCloseTo(Math.exp(10) / (Math.exp(10) + 3), 9);
    expect(names(right, withoutParents(compass), 5)).not.toContain('way');
  });
});
