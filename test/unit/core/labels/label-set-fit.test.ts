import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../../functions/core/errors.ts';
import {
  fitOf,
  type LabelSet,
  labelSetDigest,
  parseLabelSet,
  promptsDigest,
  wordsDigest,
} from '../../../../functions/core/labels/label-set.ts';
import { type LabelSetFit, labelFitOf, parseFits } from '../../../../functions/core/labels/label-set-fit.ts';

const LABEL = { promptsDigest: 'd', slope: 20, offset: -5 };
const FIT = { version: 1, fittedAt: '2026-11-30T12:00:00.000Z', labels: { cat: LABEL } };
const SET = parseLabelSet({ name: 'pets', version: 1, mode: 'independent', labels: ['cat', 'dog'] }, 'pets');

function faultsOf(value: unknown): readonly string[] {
  try {
    parseFits(value, 'pets.fits.json');
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInput);
    return (error as InvalidInput).faults;
  }
}

describe('parseFits', () => {
  it('takes a fit with all that it may have', () => {
    const fit = {
      ...FIT,
      unknownLogit: -1.5,
      noneOfThese: { slope: 10, offset: 0, promptsDigest: 'n' },
      labels: {
        cat: {
          ...LABEL,
          null: { mean: 0.1, deviation: 0.02, images: 900 },
          direction: 'AAA8AA==',
          curve: [
            [-1, 0],
            [-1, 0.5],
            [2, 0.5],
          ],
          threshold: 0.4,
          examples: { positive: ['s3://b/k'], negative: [] },
        },
      },
    };
    expect(parseFits({ fits: { m: fit } }, 'pets.fits.json')).toEqual({ m: fit });
  });

  const WRONG: ReadonlyArray<readonly [name: string, label: object, place: RegExp]> = [
    ['a slope below zero, by which a better match would score less', { slope: -0.1 }, /cat\.slope: .*>=0/],
    ['a slope without end', { slope: 1e10 }, /cat\.slope: .*<=1000000000/],
    ['an offset that is no number', { offset: Number.NaN }, /cat\.offset: .*NaN/],
    [
      'a curve that descends',
      {
        curve: [
          [0, 0.5],
          [1, 0.4],
        ],
      },
      /cat\.curve: .*never descend/,
    ],
    [
      'a curve that goes back',
      {
        curve: [
          [0, 0.5],
          [-1, 0.6],
        ],
      },
      /cat\.curve: .*never descend/,
    ],
    ['a curve of one point', { curve: [[0, 0.5]] }, /cat\.curve: .*>=2/],
    [
      'a probability above 1',
      {
        curve: [
          [0, 0.5],
          [1, 1.1],
        ],
      },
      /cat\.curve\[1\]\[1\]: .*<=1/,
    ],
    ['a direction that is no base64', { direction: 'ä' }, /cat\.direction: /],
    ['an empty direction', { direction: '' }, /cat\.direction: /],
    ['a threshold above 1', { threshold: 1.1 }, /cat\.threshold: .*<=1/],
    ['another field', { treshold: 0.5 }, /cat: .*treshold/],
  ];
  for (const [name, changes, place] of WRONG) {
    it(`rejects ${name}`, () => {
      const fit = { ...FIT, labels: { cat: { ...LABEL, ...changes } } };
      expect(faultsOf({ fits: { m: fit } })).toEqual([expect.stringMatching(place)]);
    });
  }

  it('rejects whatever is not the value of such a file, and never breaks', () => {
    expect(faultsOf(FIT)).not.toEqual([]);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(faultsOf({ fits: { m: value } })).not.toEqual([]);
      }),
    );
  });
});

describe('a label set with fits', () => {
  const withFit = (changes: Partial<LabelSetFit>, model = 'model-a'): LabelSet => ({
    ...SET,
    fits: { [model]: { ...FIT, ...changes } },
  });
  const digest = (set: LabelSet) => labelSetDigest(set, 'model-a');

  it('has another digest with every change that scores may come from', () => {
    const changes: Array<Partial<LabelSetFit>> = [
      {},
      { labels: { cat: { ...LABEL, slope: 21 } } },
      { labels: { cat: { ...LABEL, direction: 'AAA8AA==' } } },
      {
        labels: {
          cat: {
            ...LABEL,
            curve: [
              [0, 0],
              [1, 1],
            ],
          },
        },
      },
      { labels: { cat: { ...LABEL, threshold: 0.4 } } },
      { labels: { dog: LABEL } },
      { unknownLogit: 1 },
      { noneOfThese: { slope: 1, offset: 1 } },
    ];
    const digests = [digest(SET), ...changes.map((change) => digest(withFit(change)))];
    expect(new Set(digests).size).toBe(changes.length + 1);
  });

  it('keeps its digest when it is fitted with another model, or fitted anew with the same result', () => {
    expect(digest(withFit({}, 'model-b'))).toBe(digest(SET));
    const again = { version: 2, fittedAt: '2027-01-01T00:00:00.000Z' };
    const told = {
      examples: { positive: ['a.jpg'], negative: [] },
      null: { mean: 0, deviation: 1, images: 9 },
    };
    expect(digest(withFit({ ...again, labels: { cat: { ...LABEL, ...told } } }))).toBe(digest(withFit({})));
  });

  it('keeps the digest of its words', () => {
    expect(wordsDigest(withFit({}))).toBe(wordsDigest(SET));
    expect(wordsDigest({ ...SET, topK: 7 })).not.toBe(wordsDigest(SET));
  });

  it('finds no fit where objects have something of that name', () => {
    expect(fitOf({ ...SET, fits: {} }, 'constructor')).toBeUndefined();
    expect(labelFitOf(FIT, 'constructor')).toBeUndefined();
  });

  it('has prompts of one digest in any order, another one in the other mode and with other prompts', () => {
    const of = (prompts: string[], mode: 'exclusive' | 'independent' = 'exclusive') => {
      const set = parseLabelSet({ name: 's', version: 1, mode, labels: [{ name: 'a', prompts }] }, 's');
      return promptsDigest(set, set.labels[0]!);
    };
    expect(of(['a cat', 'the cat'])).toBe(of(['the cat', 'a cat']));
    expect(of(['a cat', 'the cat'])).not.toBe(of(['a cat']));
    expect(of(['a cat'])).not.toBe(of(['a cat'], 'independent'));
  });
});
