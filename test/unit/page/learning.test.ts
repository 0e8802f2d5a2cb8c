import { describe, expect, it } from 'vitest';
import type { ApiImage } from '../../../functions/api/contract.ts';
import {
  examplesOf,
  MAXIMUM_EXAMPLES,
  setToLearnIn,
  verdictSentence,
} from '../../../functions/page/model/learning.ts';

const SETS = [
  { name: 'general', labels: ['cat', 'dog'], isOwn: false },
  { name: 'mine', labels: ['pip'], isOwn: true },
  { name: 'more', labels: ['Cat'], isOwn: true },
];

describe('the label set that a label is learned in', () => {
  it.each([
    ['pip', 'mine', 'it has the label'],
    [' CAT ', 'more', 'it has the label, and was written in the page'],
    ['dog', 'mine', 'it was written in the page, and general was not'],
    ['our red mug', 'mine', 'it was written in the page'],
    ['', 'mine', 'it was written in the page'],
  ])('of %j is %s: %s', (typed, name) => {
    expect(setToLearnIn(typed, SETS)).toBe(name);
  });

  it('is a new one where none was written in the page', () => {
    expect(setToLearnIn('our red mug', SETS.slice(0, 1))).toBeUndefined();
  });
});

describe('examples', () => {
  const images = Array.from({ length: 2 * MAXIMUM_EXAMPLES + 10 }, (_, i): ApiImage => {
    return { bucket: 'b', key: `${i}.jpg`, status: 'tagged', tags: [], recordedAt: '' };
  });
  const selection = new Map(images.map((image) => [`b/${image.key}`, image]));

  it('are the pictures that have it, and those that have not', () => {
    const few = new Map([...selection].slice(0, 3));
    expect(examplesOf(few, new Set(['b/1.jpg', 'b/9.jpg']))).toEqual({
      positive: [
        { bucket: 'b', key: '0.jpg' },
        { bucket: 'b', key: '2.jpg' },
      ],
      negative: [{ bucket: 'b', key: '1.jpg' }],
    });
  });

  it('are no more than the API takes of each kind', () => {
    const lacking = new Set(images.slice(0, MAXIMUM_EXAMPLES + 5).map(({ key }) => `b/${key}`));
    const { positive, negative } = examplesOf(selection, lacking);
    expect([positive.length, negative.length]).toEqual([MAXIMUM_EXAMPLES, MAXIMUM_EXAMPLES]);
  });
});

describe('the verdict on a label', () => {
  it.each([
    [
      { learned: 0.99949, words: 0.41, folds: 5, verdict: 'better' },
      /above 99\.9 % .* above 41\.0 % .*: better/,
    ],
    [
      { learned: 0.5, words: 0.9, folds: 5, verdict: 'no better' },
      /above 50\.0 % .*: no better than the words/,
    ],
    [{ learned: 0, words: 0, folds: 0, verdict: 'unknown' }, /nothing can be measured/],
  ] as const)('%j is told in a sentence', (quality, text) => {
    expect(verdictSentence(quality)).toMatch(text);
  });
});
