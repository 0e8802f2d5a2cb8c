import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../../functions/core/errors.ts';
import { foldedText } from '../../../../functions/core/labels/folded-text.ts';
import { parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import {
  changeByNames,
  type NamedCorrections,
} from '../../../../functions/core/records/named-corrections.ts';

const labelSet = (name: string, labels: ReadonlyArray<object | string>, more: object = {}) =>
  parseLabelSet({ name, version: 1, mode: 'exclusive', labels, ...more }, name);

const labelSets = [
  labelSet('general', [
    { name: 'dog', parent: 'animal', synonyms: ['hound'] },
    { name: 'animal', parent: 'living being' },
    { name: 'tower' },
    'cat’s face',
  ]),
  labelSet('buildings', ['tower', 'house'], { appliesTo: [{ prefix: 'trips/' }] }),
];
const image = (changes: object = {}) => ({
  ...{ bucket: 'photos', key: 'trips/a.jpg', tags: [], labelSets: { general: 'digest' } },
  ...changes,
});
const names = (part: Partial<NamedCorrections>): NamedCorrections => ({
  ...{ add: [], remove: [], clear: [] },
  ...part,
});
const of = (label: string, set = 'general') => ({ set, label });
const added = (text: string, on = image(), isForced = false) =>
  changeByNames(names({ add: [text] }), on, { labelSets, isForced }).add;
const removed = (text: string, on = image()) =>
  changeByNames(names({ remove: [text] }), on, { labelSets }).remove;

describe('labels of corrections', () => {
  const dog = { ...of('dog'), parents: ['animal', 'living being'] };

  it.each([
    ['dog', [dog]],
    ['HOUND ', [dog]],
    ['general:Dog', [dog]],
    ['animal', [{ ...of('animal'), parents: ['living being'] }]],
    ['living being', [of('living being')]],
    ["general:CAT'S FACE", [of("cat's face")]],
    ['tower', [of('tower'), of('tower', 'buildings')]],
    ['buildings:tower', [of('tower', 'buildings')]],
    ['mine:Rex', [of('Rex', 'mine')]],
  ])('are found for "%s"', (text, labels) => {
    expect(added(text)).toEqual(labels);
  });

  it('are those of label sets that apply to the image', () => {
    expect(added('tower', image({ key: 'a.jpg' }))).toEqual([of('tower')]);
  });

  it('are any labels where they are forced, or where the image carries them already', () => {
    expect(added('general:cow', image(), true)).toEqual([of('cow')]);
    expect(removed('general:cow', image({ tags: [{ ...of('cow'), score: 0.5 }] }))).toEqual([of('cow')]);
    const corrections = [{ ...of('Cow'), isThere: true, correctedAt: '' }];
    expect(
      changeByNames(names({ clear: ['general:cow'] }), image({ corrections }), { labelSets }).clear,
    ).toEqual([of('cow'), of('Cow')]);
  });

  it('are removed in every spelling that the image carries', () => {
    const tags = [{ ...of('cat’s face'), score: 0.5 }];
    expect(removed("cat's face", image({ tags }))).toEqual([of("cat's face"), of('cat’s face')]);
  });

  it('are of a label set that is not at hand, but whose name is not that of one misspelt', () => {
    expect(added('generals:dog', image({ labelSets: { generals: 'digest' } }))).toEqual([
      of('dog', 'generals'),
    ]);
  });

  it('rejects all that are not known, with what to say instead', () => {
    const wrong = names({ add: ['dgo', 'genral:dog'], remove: ['buildings:towr'], clear: ['general:cow'] });
    expect(() => changeByNames(wrong, image(), { labelSets })).toThrow(
      'The corrections name labels that are not known:\n' +
        '  no label set (general, buildings) knows "dgo" (SET:LABEL says which label set is meant); did you mean "dog"?\n' +
        '  no label set is called "genral"; did you mean "general"?\n' +
        '  no label set (buildings) knows "towr"; did you mean "tower"?\n' +
        '  no label set (general) knows "cow"',
    );
  });

  it('are found or refused, whatever is written', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'dog',
        'general:',
        'general:dog',
        'mine:',
        ':',
        '#',
        'a#b:c',
        'general:\u0000',
        'GENERAL:dog',
      ),
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('general:', 'mine:', ''), fc.string({ unit: 'grapheme' }))
        .map((parts) => parts.join('')),
    );
    const property = fc.property(word, fc.boolean(), (text, isForced) => {
      try {
        for (const { set, label } of added(text, image(), isForced) ?? []) {
          expect(set).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
          expect(label).toBe(foldedText(label));
        }
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInput);
      }
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
