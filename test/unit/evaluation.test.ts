import { describe, expect, test } from 'vitest';
import type { Classifier } from '../../functions/core/classifier.ts';
import { accuracy, bestLabels, qualityByMinimumScore } from '../../functions/core/evaluation.ts';
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

/** Labels up, right, also up and down in a plane. */
function compass(changes: Record<string, unknown> = {}): Classifier {
  const labels = ['up', 'right', 'also up', 'down'];
  return {
    labelSet: parseLabelSet(
      { name: 'x', version: 1, mode: 'exclusive', labels, minimumScore: 0.9, ...changes },
      'test',
    ),
    labelSetDigest: 'x',
    modelDigest: 'model',
    logitScale: 10,
    labelRows: Float32Array.of(0, 1, 1, 0, 0, 1, 0, -1),
    contrastRows: new Float32Array(),
  };
}

const up = { modelDigest: 'model', values: Float32Array.of(0, 1) };
const right = { modelDigest: 'model', values: Float32Array.of(1, 0) };

test('bestLabels ranks by score, ties by label, and leaves out no label for its low score', () => {
  expect(bestLabels(up, compass(), 4)).toEqual(['also up', 'up', 'right', 'down']);
  expect(bestLabels(up, compass(), 2)).toEqual(['also up', 'up']);
});

describe('qualityByMinimumScore', () => {
  const pictures = [
    { embedding: up, right: new Set(['up']) },
    { embedding: right, right: new Set(['right']) },
  ];

  test('counts right tags, pictures with a tag and tags per picture at each minimum', () => {
    // "up" and "also up" share a score of 1, "right" has nearly all of its own.
    const [low, middle, high] = qualityByMinimumScore(pictures, compass(), [0.3, 0.9, 1]);
    expect(low).toMatchObject({ picturesTagged: 1, picturesRight: 1, tagsPerPicture: 1.5 });
    expect(low?.tagsRight).toBeCloseTo(2 / 3);
    expect(middle).toMatchObject({
      tagsRight: 1,
      picturesTagged: 0.5,
      picturesRight: 0.5,
      tagsPerPicture: 0.5,
    });
    expect(high).toMatchObject({ tagsRight: 0, picturesTagged: 0, picturesRight: 0, tagsPerPicture: 0 });
  });

  test('keeps to the top-k of the label set', () => {
    const [quality] = qualityByMinimumScore(pictures, compass({ topK: 1 }), [0]);
    expect(quality?.tagsPerPicture).toBe(1);
  });
});
