import { describe, expect, it } from 'vitest';
import {
  type Classifier,
  classifierOf,
  compileClassifier,
} from '../../../../functions/core/labels/classifier.ts';
import { embeddingToBytes, normalised } from '../../../../functions/core/labels/embedding.ts';
import {
  noneOfThesePromptsDigest,
  parseLabelSet,
  promptsDigest,
} from '../../../../functions/core/labels/label-set.ts';
import type { LabelFit, LabelSetFit } from '../../../../functions/core/labels/label-set-fit.ts';
import { scoresByLabel, tagsFor } from '../../../../functions/core/labels/scores.ts';

const MODEL = 'model-a';
const IMAGE = { modelDigest: MODEL, values: Float32Array.of(1) };
const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

interface Given {
  readonly mode?: 'exclusive' | 'independent';
  readonly labels?: ReadonlyArray<string | object>;
  readonly fits: Readonly<Record<string, Partial<LabelFit>>>;
  readonly fit?: Partial<LabelSetFit>;
  readonly contrasts?: readonly number[];
  readonly logitBias?: number;
  readonly set?: object;
}

/** A classifier for the embedding [1], so that each row is a label's cosine. */
function classifierFor(
  cosines: readonly number[],
  given: Given,
  remark?: (text: string) => void,
): Classifier {
  const { mode = 'independent', labels = ['cat', 'dog', 'car'], contrasts = [], logitBias } = given;
  const words = { name: 'things', version: 1, mode, labels, topK: 100, minimumScore: 0, ...given.set };
  const labelSet = parseLabelSet(words, 'things');
  const fits = labelSet.labels.flatMap((label) => {
    const fit = given.fits[label.name];
    const own = { promptsDigest: promptsDigest(labelSet, label), slope: 20, offset: -5 };
    return fit ? [[label.name, { ...own, ...fit }] as const] : [];
  });
  const fit = { version: 3, fittedAt: 'now', labels: Object.fromEntries(fits), ...given.fit };
  return classifierOf(
    { ...labelSet, fits: { [MODEL]: fit } },
    { labelRows: Float32Array.from(cosines), contrastRows: Float32Array.from(contrasts) },
    { modelDigest: MODEL, logitScale: 10, ...(logitBias !== undefined && { logitBias }) },
    remark,
  );
}

const scores = (cosines: readonly number[], given: Given) =>
  Object.fromEntries(scoresByLabel(IMAGE, classifierFor(cosines, given)));

describe('the fit of an independent set', () => {
  it('makes a score of slope × cosine + offset, whatever the contrast prompts say', () => {
    const { cat } = scores([0.5, 0, 0], { fits: { cat: {} }, contrasts: [0.9] });
    expect(cat).toBeCloseTo(sigmoid(20 * 0.5 - 5), 9);
  });

  it('leaves other labels to the contrast prompts', () => {
    const { dog } = scores([0.5, 0.25, 0], { fits: { cat: {} }, contrasts: [0.5, 0.5] });
    expect(dog).toBeCloseTo(1 / (1 + 2 * Math.exp(10 * 0.25)), 9);
  });

  it('leaves other labels to the bias of a model that judges each by itself, which no fitted one gets', () => {
    const { cat, dog } = scores([0.5, 0.25, 0], { fits: { cat: {} }, contrasts: [0.5], logitBias: -3 });
    expect(cat).toBeCloseTo(sigmoid(20 * 0.5 - 5), 9);
    expect(dog).toBeCloseTo(sigmoid(10 * 0.25 - 3), 9);
  });

  it('reads the score from the curve at the logit', () => {
    const curve: LabelFit['curve'] = [
      [0, 0.2],
      [10, 0.7],
    ];
    expect(scores([0.5, 0, 0], { fits: { cat: { curve } } }).cat).toBeCloseTo(0.2 + 0.5 * 0.5, 9);
  });

  it('gives a parent its best child by the fitted scores', () => {
    const labels = [{ name: 'cat', parent: 'animal' }, { name: 'dog', parent: 'animal' }, 'car'];
    const { animal, dog } = scores([0.5, 0.4, 0], { labels, fits: { cat: { offset: -20 }, dog: {} } });
    expect(animal).toBe(dog);
  });
});

describe('the fit of an exclusive set', () => {
  const mode = 'exclusive';
  const fits = { cat: {}, dog: { slope: 10, offset: 1 }, car: {} };

  it('is one softmax over the fitted logits', () => {
    const { cat, dog, car } = scores([0.5, 0.3, 0.2], { mode, fits });
    const [a, b, c] = [Math.exp(5), Math.exp(4), Math.exp(-1)];
    expect(cat).toBeCloseTo(a / (a + b + c), 6);
    expect(dog).toBeCloseTo(b / (a + b + c), 6);
    expect(car).toBeCloseTo(c / (a + b + c), 6);
  });

  it('lets "unknown" compete, which is never shown', () => {
    const given = { mode, fits, fit: { unknownLogit: 5 } } as const;
    const { cat } = scores([0.5, 0.3, 0.2], given);
    expect(cat).toBeCloseTo(Math.exp(5) / (2 * Math.exp(5) + Math.exp(4) + Math.exp(-1)), 6);
    expect(Object.keys(scores([0.5, 0.3, 0.2], given))).toEqual(['cat', 'dog', 'car']);
  });

  it('gives "none of these" its own line', () => {
    const none = { slope: 4, offset: 3 };
    const set = { noneOfThese: ['nothing'] };
    const { cat } = scores([0.5, 0.3, 0.2], {
      mode,
      fits,
      set,
      contrasts: [0.5],
      fit: { noneOfThese: none },
    });
    expect(cat).toBeCloseTo(Math.exp(5) / (2 * Math.exp(5) + Math.exp(4) + Math.exp(-1)), 6);
  });

  it('gives "none of these" with other prompts the mean line of the words', () => {
    const none = { slope: 1000, offset: 0, promptsDigest: 'of other prompts' };
    const given = { mode, fits: { cat: {}, dog: { slope: 10, offset: 1 } }, contrasts: [0.5] } as const;
    const set = { noneOfThese: ['nothing'] };
    const { cat } = scores([0.5, 0.3, -1000], { ...given, set, fit: { noneOfThese: none } });
    // 15 × 0.5 - 2
    expect(cat).toBeCloseTo(Math.exp(5) / (Math.exp(5) + Math.exp(4) + Math.exp(5.5)), 6);
    const held = {
      ...none,
      promptsDigest: noneOfThesePromptsDigest(classifierFor([0, 0, 0], { ...given, set }).labelSet),
    };
    expect(scores([0.5, 0.3, -1000], { ...given, set, fit: { noneOfThese: held } }).cat).toBeCloseTo(0, 6);
  });

  it('gives words without a fit the mean line of the fitted words, so that they take not all', () => {
    const { car } = scores([0.5, 0.3, 0.2], { mode, fits: { cat: {}, dog: { slope: 10, offset: 1 } } });
    // 15 × 0.2 - 2
    expect(car).toBeCloseTo(Math.exp(1) / (Math.exp(5) + Math.exp(4) + Math.exp(1)), 6);
  });

  it('gives words the logits of the model where only learned directions were fitted', () => {
    const direction = Buffer.from(embeddingToBytes(IMAGE)).toString('base64');
    const { car } = scores([0, 0.3, 0.2], { mode, fits: { cat: { direction, slope: 1, offset: 0 } } });
    expect(car).toBeCloseTo(Math.exp(2) / (Math.exp(1) + Math.exp(3) + Math.exp(2)), 6);
  });

  it('reads the score from the curve at the logit of the share, to the last digits of a share of nearly all', () => {
    const curve: LabelFit['curve'] = [
      [0, 0.1],
      [100, 0.6],
    ];
    const given = {
      mode,
      labels: ['cat', 'dog'],
      fits: { cat: { curve, slope: 100, offset: 0 }, dog: { slope: 100, offset: 0 } },
    } as const;
    expect(scores([0.9, 0.1], given).cat).toBeCloseTo(0.1 + 0.005 * 80, 5);
    expect(scores([0.5, 0.3], given).cat).toBeCloseTo(0.1 + 0.005 * 20, 5);
  });

  it('adds the scores of children to their parent, up to 1', () => {
    const labels = [{ name: 'cat', parent: 'animal' }, { name: 'dog', parent: 'animal' }, 'car'];
    const curve: LabelFit['curve'] = [
      [-50, 0.8],
      [50, 0.8],
    ];
    const all = { cat: { curve }, dog: { curve }, car: {} };
    expect(scores([0.5, 0.3, 0.2], { mode, labels, fits: all }).animal).toBe(1);
  });
});

describe('thresholds', () => {
  const shown = (given: Given, cosine = 0.25) =>
    tagsFor(IMAGE, classifierFor([cosine, -1, -1], { ...given, contrasts: [1] })).map(({ label }) => label);
  const labels = (threshold?: number) => [{ name: 'cat', threshold, parent: 'animal' }, 'dog', 'car'];
  const set = { minimumScore: 0.4 };

  it('come from the label, else from its fit, else from the set', () => {
    // The cat's score is 0.5.
    expect(shown({ set, labels: labels(), fits: { cat: {} } })).toContain('cat');
    expect(shown({ set, labels: labels(), fits: { cat: { threshold: 0.6 } } })).not.toContain('cat');
    expect(shown({ set, labels: labels(0.3), fits: { cat: { threshold: 0.6 } } })).toContain('cat');
    expect(shown({ set, labels: labels(0.6), fits: { cat: { threshold: 0.3 } } })).not.toContain('cat');
  });

  it('leave a parent that is not listed with the minimum of the set', () => {
    expect(shown({ set, labels: labels(), fits: { cat: { threshold: 0.6 } } })).toEqual(['animal']);
  });

  it('let a picture pass that stands exactly at the threshold of the fit, rounded as scores are', () => {
    // Rounding takes this score down.
    const cosine = Math.fround(0.262);
    const exact = sigmoid(20 * cosine - 5);
    const shownAt = (threshold: number) =>
      shown({ set, labels: labels(), fits: { cat: { threshold } } }, cosine).includes('cat');
    expect([exact, exact + 1e-6, exact + 1e-4].map(shownAt)).toEqual([true, true, false]);
  });
});

describe('a fit that no longer holds', () => {
  const stale = { promptsDigest: 'of other prompts' };

  it('is left out with a remark, and the words alone count', () => {
    const remarks: string[] = [];
    const given = { fits: { cat: stale, dog: {} }, contrasts: [0.5] };
    const classifier = classifierFor([0.5, 0.5, 0], given, (text) => remarks.push(text));
    expect(scoresByLabel(IMAGE, classifier).get('cat')).toBeCloseTo(0.5, 9);
    expect(classifier.fit?.isFitted).toEqual(Uint8Array.of(0, 1, 0));
    expect(remarks).toEqual([expect.stringMatching(/"things".*"cat" is left out/)]);
  });

  it('takes the threshold, the curve and the direction with it', () => {
    const direction = Buffer.from(embeddingToBytes(IMAGE)).toString('base64');
    const curve: LabelFit['curve'] = [
      [0, 0.9],
      [1, 0.9],
    ];
    const left = { ...stale, threshold: 1, direction, curve };
    const classifier = classifierFor([0.5, 0.5, 0], { fits: { cat: left, dog: {} }, contrasts: [0.5] });
    expect(tagsFor(IMAGE, classifier)).toContainEqual({ set: 'things', label: 'cat', score: 0.5 });
    expect(classifier.labelRows[0]).toBe(0.5);
  });

  it('leaves the very classifier of the words where it holds for no label', () => {
    const classifier = classifierFor([0.5, 0, 0], {
      mode: 'exclusive',
      fits: { cat: stale },
      fit: { unknownLogit: 9 },
    });
    expect(classifier).not.toHaveProperty('fit');
  });

  it('is told of labels that the set no longer has, and of many in a few words', () => {
    const remarks: string[] = [];
    const one = { ...stale, slope: 1, offset: 0 };
    const labels = Object.fromEntries(['cat', 'gone', 'a', 'b', 'c'].map((name) => [name, one]));
    classifierFor([0, 0, 0], { fits: {}, fit: { labels } }, (text) => remarks.push(text));
    expect(remarks).toEqual([expect.stringContaining('"cat", "gone" (removed), "a" (removed) and 2 more')]);
  });
});

describe('a learned direction', () => {
  const size = 3;
  const encoder = {
    modelDigest: MODEL,
    logitScale: 10,
    encode: async (texts: readonly string[]) =>
      texts.map((_, i) => ({ modelDigest: MODEL, values: normalised([i, 1, 0]) })),
  };
  const labelSet = parseLabelSet(
    { name: 'things', version: 1, mode: 'independent', labels: ['cat', 'dog'], contrastPrompts: ['nothing'] },
    'things',
  );
  const compiled = (direction: string, remark?: (text: string) => void) => {
    const digest = promptsDigest(labelSet, labelSet.labels[1]!);
    const fit = {
      version: 1,
      fittedAt: 'now',
      labels: { dog: { promptsDigest: digest, slope: 1, offset: 0, direction } },
    };
    return compileClassifier({ ...labelSet, fits: { [MODEL]: fit } }, encoder, remark);
  };
  const text = (values: readonly number[]) =>
    Buffer.from(embeddingToBytes({ modelDigest: MODEL, values: Float32Array.from(values) })).toString(
      'base64',
    );

  it('replaces the row of its label alone, as a unit vector', async () => {
    const { labelRows, contrastRows } = await compiled(text([0, 0, 0.5]));
    const words = await compileClassifier(labelSet, encoder);
    expect([...labelRows]).toEqual([...words.labelRows.slice(0, size), 0, 0, 1]);
    expect(contrastRows).toEqual(words.contrastRows);
  });

  it('leaves the rows of the words as they are, for the next fit', async () => {
    const words = await compileClassifier(labelSet, encoder);
    const rows = { labelRows: words.labelRows.slice(), contrastRows: words.contrastRows };
    const { fits } = (await compiled(text([0, 0, 0.5]))).labelSet;
    expect(classifierOf({ ...labelSet, fits }, rows, encoder).labelRows).not.toEqual(words.labelRows);
    expect(rows.labelRows).toEqual(words.labelRows);
  });

  const WRONG: ReadonlyArray<readonly [name: string, direction: string, fault: RegExp]> = [
    ['of another size', text([1, 0]), /labels\.dog\.direction: Expected 3 numbers of 2 bytes but received 4/],
    ['of no length', text([0, 0, 0]), /labels\.dog\.direction: .*length 0/],
    ['of half a number', 'AAAAAAA=', /labels\.dog\.direction: Expected 3 numbers of 2 bytes but received 5/],
  ];
  for (const [name, direction, fault] of WRONG) {
    it(`rejects one ${name}`, async () => {
      await expect(compiled(direction)).rejects.toMatchObject({ faults: [expect.stringMatching(fault)] });
    });
  }
});
