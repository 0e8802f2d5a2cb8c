import { describe, expect, test } from 'vitest';
import type { Classifier } from '../../functions/core/classifier.ts';
import { accuracy, bestLabels } from '../../functions/core/evaluation.ts';
import { parseLabelSet } from '../../functions/core/label-set.ts';

const answer = (right: string[], best: string[]) => ({ right: new Set(right), best });

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

test('bestLabels ranks by score, ties by label, and leaves out no label for its low score', () => {
  const labels = ['up', 'right', 'also up', 'down'];
  const classifier: Classifier = {
    labelSet: parseLabelSet({ name: 'x', version: 1, mode: 'exclusive', labels, minimumScore: 0.9 }, 'test'),
    labelSetDigest: 'x',
    modelDigest: 'model',
    logitScale: 10,
    labelRows: Float32Array.of(0, 1, 1, 0, 0, 1, 0, -1),
    contrastRows: new Float32Array(),
  };
  const embedding = { modelDigest: 'model', values: Float32Array.of(0, 1) };
  expect(bestLabels(embedding, classifier, 4)).toEqual(['also up', 'up', 'right', 'down']);
  expect(bestLabels(embedding, classifier, 2)).toEqual(['also up', 'up']);
});
