import { describe, expect, test } from 'vitest';
import { labelMatcher, spaced } from '../../../../functions/core/evaluation/true-labels.ts';
import { parseLabelSet } from '../../../../functions/core/labels/label-set.ts';

const match = labelMatcher(
  parseLabelSet(
    {
      name: 'pets',
      version: 1,
      mode: 'exclusive',
      labels: [
        { name: 'dog', parent: 'animal', synonyms: ['hound'] },
        { name: 'husky', parent: 'dog', prompts: ['a photo of a Siberian husky dog'] },
        { name: 'cat', parent: 'animal' },
        'T-shirt',
        'golden retriever',
        'café',
      ],
    },
    'test',
  ),
);

describe('labelMatcher', () => {
  test('takes a label, its parents and its narrower labels for right answers, but only the parents for right tags', () => {
    expect(match([{ word: 'dog' }])).toEqual({
      label: 'dog',
      tags: new Set(['dog', 'animal']),
      answers: new Set(['dog', 'animal', 'husky']),
    });
  });

  test.each([
    ['DOG', 'dog'],
    ['hound', 'dog'],
    ['Animal', 'animal'],
    ['golden_retriever', 'golden retriever'],
    ['golden-Retriever', 'golden retriever'],
    ['T-shirt', 'T-shirt'],
    ['t_shirt', 'T-shirt'],
    ['cafe\u0301', 'café'],
  ])('finds %s', (word, label) => {
    expect(match([{ word }])?.label).toBe(label);
  });

  test('finds a label by the prompt that it asks with', () => {
    const phrase = 'a photo of a Siberian husky dog';
    expect(match([{ word: 'n02110185', phrase }])?.label).toBe('husky');
  });

  test('counts a picture under the first word that is known, and takes the others for true as well', () => {
    const truth = match([{ word: 'poodle' }, { word: 'dog' }, { word: 'T-shirt' }]);
    expect(truth?.label).toBe('dog');
    expect([...(truth?.tags ?? [])]).toEqual(['dog', 'animal', 'T-shirt']);
  });

  test('takes the narrower labels of a further word for no right answers', () => {
    expect(match([{ word: 'cat' }, { word: 'animal' }])?.answers).toEqual(new Set(['cat', 'animal']));
  });

  test('knows nothing of other words', () => {
    expect(match([{ word: 'table' }, { word: '' }])).toBeUndefined();
  });
});

test('a name of its own goes before one that is like it with spaces', () => {
  const labels = ['golden retriever', 'golden_retriever'];
  const find = labelMatcher(parseLabelSet({ name: 'x', version: 1, mode: 'exclusive', labels }, 'test'));
  expect(find([{ word: 'golden_retriever' }])?.label).toBe('golden_retriever');
  expect(find([{ word: 'golden-retriever' }])?.label).toBe('golden retriever');
});

test('spaced reads _ and - as spaces', () => {
  expect(spaced('_golden__retriever-dog')).toBe('golden retriever dog');
});
