import { expect, test } from 'vitest';
import {
  qualityByMinimumScore,
  scoredTags,
  tagQuality,
  withMinimumScore,
} from '../../../../functions/core/evaluation/tag-quality.ts';
import type { Classifier } from '../../../../functions/core/labels/classifier.ts';
import { parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import { tagsFor } from '../../../../functions/core/labels/scores.ts';

const picture = (scores: Record<string, number>, ...right: string[]) => ({
  tags: Object.entries(scores).map(([label, score]) => ({ set: 'x', label, score })),
  right: new Set(right),
});

const pictures = [
  picture({ cat: 0.9, dog: 0.4 }, 'cat', 'animal'),
  picture({ dog: 0.6, animal: 0.5 }, 'cat', 'animal'),
  picture({ dog: 0.3 }, 'cat'),
  picture({}, 'cat'),
];

test('tagQuality counts right tags, pictures with a tag and with a right one, and tags per picture', () => {
  expect(tagQuality(pictures)).toEqual({
    tagsRight: 2 / 5,
    picturesTagged: 3 / 4,
    picturesRight: 2 / 4,
    tagsPerPicture: 5 / 4,
  });
  expect(tagQuality([])).toEqual({ tagsRight: 0, picturesTagged: 0, picturesRight: 0, tagsPerPicture: 0 });
});

test('qualityByMinimumScore shows fewer tags the higher the minimum is', () => {
  const [low, middle, high] = qualityByMinimumScore(pictures, [0.3, 0.5, 0.95]);
  expect(low).toEqual({ minimumScore: 0.3, ...tagQuality(pictures) });
  expect(middle).toMatchObject({ tagsRight: 2 / 3, picturesTagged: 0.5, picturesRight: 0.5 });
  expect(high).toMatchObject({ minimumScore: 0.95, tagsRight: 0, picturesTagged: 0, tagsPerPicture: 0 });
});

test('scoredTags has the score of every shown tag', () => {
  expect(scoredTags(pictures.slice(1))).toEqual([
    { score: 0.6, isRight: false },
    { score: 0.5, isRight: true },
    { score: 0.3, isRight: false },
  ]);
});

test('withMinimumScore keeps to the top-k and the thresholds of the label set', () => {
  const labels = ['a', { name: 'b', threshold: 0.6 }, 'c', 'd'];
  const set = { name: 'x', version: 1, mode: 'exclusive', labels, topK: 2, minimumScore: 0.9 };
  const classifier: Classifier = {
    labelSet: parseLabelSet(set, 'test'),
    labelSetDigest: 'x',
    modelDigest: 'model',
    logitScale: 1,
    labelRows: Float32Array.of(1, 1, 1, 1),
    contrastRows: new Float32Array(),
  };
  const embedding = { modelDigest: 'model', values: Float32Array.of(1) };
  expect(tagsFor(embedding, classifier)).toEqual([]);
  const tags = tagsFor(embedding, withMinimumScore(classifier, 0.1));
  expect(tags.map(({ label, score }) => [label, score])).toEqual([
    ['a', 0.25],
    ['c', 0.25],
  ]);
});
