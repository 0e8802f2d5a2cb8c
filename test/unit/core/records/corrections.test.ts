import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedCorrections } from '../../../../functions/core/records/changed-corrections.ts';
import {
  type Correction,
  correctedTags,
  labelIdentity,
  modelTagsOf,
  rescoredCorrections,
} from '../../../../functions/core/records/corrections.ts';

const of = (label: string, set = 'things') => ({ set, label });
const tag = (label: string, score: number, set = 'things') => ({ set, label, score });
const said = (label: string, isThere: boolean, more: Partial<Correction> = {}): Correction => ({
  ...of(label),
  isThere,
  correctedAt: '1970-01-01T00:00:00.000Z',
  ...more,
});
const FIRST = new Date(0);
const LATER = new Date(1_000);

describe('correctedTags', () => {
  const model = [tag('dog', 0.9), tag('beach', 0.4), tag('outdoors', 0.8, 'places')];

  it('leaves out what an image has not, and adds what it has at score 1, best first in its label set', () => {
    expect(correctedTags(model, [said('dog', false), said('wolf', true)])).toEqual([
      tag('wolf', 1),
      tag('beach', 0.4),
      tag('outdoors', 0.8, 'places'),
    ]);
  });

  it('confirms a tag of the model with score 1, and takes a label set that the model knows nothing of', () => {
    const corrections = [said('beach', true), { ...said('Rex', true), set: 'mine' }];
    expect(correctedTags(model, corrections)).toEqual([
      tag('beach', 1),
      tag('dog', 0.9),
      tag('outdoors', 0.8, 'places'),
      tag('Rex', 1, 'mine'),
    ]);
  });

  it('takes the same label of two label sets for two', () => {
    const tags = [tag('dog', 0.9), tag('dog', 0.8, 'pets')];
    expect(correctedTags(tags, [said('dog', false)])).toEqual([tag('dog', 0.8, 'pets')]);
  });

  it('gives the very tags where nothing is corrected', () => {
    expect(correctedTags(model, [])).toBe(model);
    expect(correctedTags(model, undefined)).toBe(model);
  });
});

describe('modelTagsOf', () => {
  const labels = ['dog', 'cat', 'beach', 'wolf'];
  const randomTags = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...labels), fc.constantFrom('things', 'places')), {
      selector: (pair) => pair.join('#'),
    })
    .chain((pairs) =>
      fc
        .array(fc.constantFrom(0.25, 0.5, 0.5, 1), { minLength: pairs.length, maxLength: pairs.length })
        .map((scores) => pairs.map(([label, set], i) => tag(label, scores[i] ?? 0, set))),
    );
  const randomCorrections = fc.uniqueArray(
    fc.record({
      set: fc.constantFrom('things', 'places', 'mine'),
      label: fc.constantFrom(...labels),
      isThere: fc.boolean(),
      correctedAt: fc.constant(''),
    }),
    { selector: labelIdentity },
  );

  it('finds the tags again that the model gave, by what the corrections keep', () => {
    const byName = (tags: ReturnType<typeof tag>[]) =>
      tags.sort((a, b) => (labelIdentity(a) < labelIdentity(b) ? -1 : 1));
    const property = fc.property(randomTags, randomCorrections, (model, corrections) => {
      const kept = rescoredCorrections(corrections, model);
      const found = modelTagsOf({ tags: correctedTags(model, kept), corrections: kept });
      expect(byName([...found])).toEqual(byName([...model]));
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('rescoredCorrections', () => {
  it('keeps the score of the model that tags now, and none that it no longer gives', () => {
    const corrections = [said('dog', false, { modelScore: 0.9 }), said('cat', true, { modelScore: 0.7 })];
    expect(rescoredCorrections(corrections, [tag('dog', 0.5), tag('cat', 0.6, 'places')])).toEqual([
      said('dog', false, { modelScore: 0.5 }),
      said('cat', true),
    ]);
  });
});

describe('changedCorrections', () => {
  const change = (
    before: readonly Correction[],
    what: Parameters<typeof changedCorrections>[1],
    at = LATER,
  ) => changedCorrections(before, what, at);

  it('notes what is said with its time, one correction for a label', () => {
    const once = change([], { add: [of('dog')], remove: [of('cat')] }, FIRST);
    expect(once).toEqual([said('dog', true), said('cat', false)]);
    expect(change(once, { remove: [of('dog')] })).toEqual([
      said('cat', false),
      said('dog', false, { correctedAt: LATER.toISOString() }),
    ]);
  });

  it('changes nothing when the same is said again', () => {
    const before = [said('dog', true, { modelScore: 0.4, parents: ['animal'] }), said('cat', false)];
    const again = change(before, { add: [{ ...of('dog'), parents: ['animal'] }], remove: [of('cat')] });
    expect(again.slice(0, 2).every((one, i) => one === before[i])).toBe(true);
  });

  it('takes back what is cleared, and nothing where nothing was said', () => {
    expect(change([said('dog', true), said('cat', false)], { clear: [of('dog'), of('bird')] })).toEqual([
      said('cat', false),
    ]);
  });

  describe('the broader labels of an added one', () => {
    const dog = { ...of('dog'), parents: ['animal', 'being'] };
    const added = change([], { add: [dog] }, FIRST);

    it('are added with it, and go with it', () => {
      expect(added).toEqual([
        said('dog', true, { parents: ['animal', 'being'] }),
        said('animal', true, { isImplied: true }),
        said('being', true, { isImplied: true }),
      ]);
      expect(change(added, { clear: [of('dog')] })).toEqual([]);
      expect(change(added, { remove: [of('dog')] }).map(({ label }) => label)).toEqual(['dog']);
    });

    it('stay as long as another added label implies them', () => {
      const both = change(added, { add: [{ ...of('cat'), parents: ['animal'] }] });
      expect(change(both, { clear: [of('dog')] }).map(({ label }) => label)).toEqual(['cat', 'animal']);
    });

    it('are what a person has said of them', () => {
      const denied = change(added, { remove: [of('animal')] });
      expect(denied.map(({ label, isThere }) => [label, isThere])).toEqual([
        ['dog', true],
        ['animal', false],
        ['being', true],
      ]);
      expect(change(denied, { clear: [of('animal')] }).map(({ isThere }) => isThere)).toEqual([
        true,
        true,
        true,
      ]);
    });
  });
});
