import { describe, expect, it } from 'vitest';
import { labelTerms } from '../../../../../functions/cli/commands/query/label-terms.ts';
import { parseLabelSet } from '../../../../../functions/core/labels/label-set.ts';
import { nearestWords } from '../../../../../functions/core/labels/near-words.ts';

const labelSet = (name: string, labels: ReadonlyArray<object | string>) =>
  parseLabelSet({ name, version: 1, mode: 'exclusive', labels }, name);

const labelSets = [
  labelSet('general', [
    { name: 'dog', parent: 'animal', synonyms: ['hound'] },
    { name: 'Eiffel Tower', parent: 'building' },
    { name: 'tower' },
    { name: 'ratio 16:9' },
  ]),
  labelSet('buildings', [{ name: 'tower' }, { name: 'house' }]),
];
const general = (label: string) => ({ set: 'general', label });

describe('label terms', () => {
  it.each([
    ['dog', general('dog')],
    ['DOG ', general('dog')],
    ['hound', general('dog')],
    ['Animal', general('animal')],
    ['eiffel tower', general('Eiffel Tower')],
    ['house', { set: 'buildings', label: 'house' }],
    ['buildings:Tower', { set: 'buildings', label: 'tower' }],
    ['ratio 16:9', general('ratio 16:9')],
    ['general:cow', general('cow')],
    ['mine:Cow', { set: 'mine', label: 'Cow' }],
    ['my_own-2:Cow', { set: 'my_own-2', label: 'Cow' }],
  ])('are found for "%s"', (text, term) => {
    expect(labelTerms([text], labelSets).flat()).toEqual([term]);
  });

  it('are all those of a word that several label sets know', () => {
    expect(labelTerms(['tower', 'dog'], labelSets)).toEqual([
      [general('tower'), { set: 'buildings', label: 'tower' }],
      [general('dog')],
    ]);
  });

  it('are found however they are typed, as records of any time carry them', () => {
    const sets = [labelSet('mine', ['cat’s face', 'café'])];
    const mine = (label: string) => ({ set: 'mine', label });
    expect(labelTerms(["CAT'S FACE"], sets)).toEqual([[mine("cat's face"), mine('cat’s face')]]);
    expect(labelTerms(['cafe\u0301'], sets)).toEqual([[mine('café'), mine('cafe\u0301')]]);
    expect(labelTerms(['mine:cat‘s face'], sets)).toEqual([
      [mine("cat's face"), mine('cat‘s face'), mine('cat’s face')],
    ]);
    expect(labelTerms(['other:ｃａｔ', 'café'], sets)).toEqual([
      [
        { set: 'other', label: 'cat' },
        { set: 'other', label: 'ｃａｔ' },
      ],
      [mine('café')],
    ]);
  });

  it('rejects every label that no label set knows, with what to say instead', () => {
    expect(() => labelTerms(['dgo', 'towr', 'dog'], labelSets)).toThrow(
      'no label set (general, buildings) knows "dgo" (SET:LABEL asks for any label); did you mean "dog"?; ' +
        'no label set (general, buildings) knows "towr" (SET:LABEL asks for any label); did you mean "tower"?',
    );
  });
});

describe('near words', () => {
  const words = ['dog', 'dig', 'frog', 'bicycle', 'motorcycle', 'tricycle'];
  it.each([
    ['god', []],
    ['dgo', ['dog']],
    ['fog', ['dog', 'frog']],
    ['bicylce', ['bicycle']],
    ['Tricycles', ['tricycle']],
    ['x', []],
    ['', []],
  ])('to "%s" are %j', (text, near) => {
    expect(nearestWords(text, words)).toEqual(near);
  });

  it('are at most three, each once', () => {
    expect(nearestWords('cats', ['cat', 'bats', 'rats', 'hats', 'cat'])).toEqual(['bats', 'cat', 'hats']);
  });
});
