import { describe, expect, it } from 'vitest';
import { parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import { labelSetChanges, labelSetChangeText } from '../../../../functions/core/labels/label-set-changes.ts';

const MODEL = 'model-1';
const pets = (labels: readonly unknown[], more: object = {}) =>
  parseLabelSet({ name: 'pets', version: 1, mode: 'independent', labels, ...more }, 'pets');
const fitted = (slope: number) => ({
  ...{ version: 1, fittedAt: '2026-11-30T10:00:00.000Z' },
  labels: { cat: { promptsDigest: 'x', slope, offset: 0 } },
});

function textsOf(
  before: Parameters<typeof labelSetChanges>[0],
  after: Parameters<typeof labelSetChanges>[1],
) {
  return labelSetChanges(before, after, MODEL).map(labelSetChangeText);
}

describe('what has changed of label sets', () => {
  it.each<[what: string, after: ReturnType<typeof pets>[], text: string[]]>([
    ['nothing', [pets(['cat', 'dog'])], []],
    ['another order', [pets(['dog', 'cat'])], ['label set pets: other settings changed']],
    ['a label more', [pets(['cat', 'dog', 'bird'])], ['label set pets: 1 label added (bird)']],
    [
      'several, and one less',
      [pets(['cat', 'bird', 'fish'])],
      ['label set pets: 2 labels added (bird, fish), 1 label removed (dog)'],
    ],
    [
      'a label more, with another version and mode',
      [pets(['cat', 'dog', 'bird'], { version: 2, mode: 'exclusive' })],
      ['label set pets: 1 label added (bird), other settings changed'],
    ],
    [
      'another prompt',
      [pets([{ name: 'cat', synonyms: ['kitten'] }, 'dog'])],
      ['label set pets: prompts of 1 label changed (cat)'],
    ],
    [
      'another template',
      [pets(['cat', 'dog'], { promptTemplates: ['{label}'] })],
      ['label set pets: prompts of 2 labels changed (cat, dog)'],
    ],
    [
      'a threshold',
      [pets([{ name: 'cat', threshold: 0.9 }, 'dog'])],
      ['label set pets: other settings changed'],
    ],
    ['a version', [pets(['cat', 'dog'], { version: 2 })], ['label set pets: other settings changed']],
    [
      'a fit with this model',
      [pets(['cat', 'dog'], { fits: { [MODEL]: fitted(3) } })],
      ['label set pets: calibrated or learned anew'],
    ],
    ['a fit with another model', [pets(['cat', 'dog'], { fits: { other: fitted(3) } })], []],
    ['no set left', [], ['label set pets: removed, with its 2 labels (cat, dog)']],
  ])('tells of %s', (_, after, text) => {
    expect(textsOf([pets(['cat', 'dog'])], after)).toEqual(text);
  });

  it('tells of a new set, with the first of its labels', () => {
    const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    expect(textsOf([], [pets(labels)])).toEqual([
      'label set pets: new, with 7 labels (a, b, c, d, e and 2 more)',
    ]);
  });
});
