import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelMismatch } from '../../../../functions/core/errors.ts';
import type { Classifier } from '../../../../functions/core/labels/classifier.ts';
import { labelSetDigest, parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import { SCORE_DECIMALS } from '../../../../functions/core/labels/minimum-scores.ts';
import { scoresByLabel, tagsFor } from '../../../../functions/core/labels/scores.ts';

const CLIP_TEXT = '../shared/clip-text';

interface Given {
  readonly labels: readonly (string | object)[];
  readonly mode?: 'exclusive' | 'independent';
  /** Logits of the contrast rows: one for "none of these". */
  readonly contrasts?: readonly number[];
  readonly [setting: string]: unknown;
}

/**
 * A classifier for the embedding [1], so that each row is a label's cosine and, with logit scale 1, its logit.
 */
function classifierOf(
  logits: readonly number[],
  { labels, mode, contrasts = [], ...settings }: Given,
): Classifier {
  const labelSet = parseLabelSet(
    {
      name: 'things',
      version: 1,
      mode: mode ?? 'exclusive',
      labels,
      topK: 100,
      minimumScore: 0,
      ...settings,
    },
    'things',
  );
  return {
    labelSet,
    labelSetDigest: labelSetDigest(labelSet, 'model-a'),
    modelDigest: 'model-a',
    logitScale: 1,
    labelRows: Float32Array.from(logits),
    contrastRows: Float32Array.from(contrasts),
  };
}

const IMAGE = { modelDigest: 'model-a', values: Float32Array.of(1) };
const scores = (logits: readonly number[], given: Given) =>
  Object.fromEntries(scoresByLabel(IMAGE, classifierOf(logits, given)));
const labelsOf = (logits: readonly number[], given: Given) =>
  tagsFor(IMAGE, classifierOf(logits, given)).map(({ label }) => label);

describe('scoresByLabel of a model that judges each label by itself', () => {
  it('is the sigmoid of logit and bias, whatever the contrasts say', () => {
    const classifier = classifierOf([10, 12], { labels: ['a', 'b'], mode: 'independent', contrasts: [50] });
    const found = scoresByLabel(IMAGE, { ...classifier, logitBias: -10 });
    expect(found.get('a')).toBeCloseTo(0.5, 6);
    expect(found.get('b')).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
  });

  it('stays a softmax in exclusive mode', () => {
    const classifier = classifierOf([Math.log(3), 0], { labels: ['a', 'b'] });
    expect(scoresByLabel(IMAGE, { ...classifier, logitBias: -10 }).get('a')).toBeCloseTo(0.75, 6);
  });
});

describe('scoresByLabel in exclusive mode', () => {
  it('is the softmax over all labels', () => {
    const { a, b } = scores([Math.log(3), 0], { labels: ['a', 'b'] });
    expect(a).toBeCloseTo(0.75, 6);
    expect(b).toBeCloseTo(0.25, 6);
  });

  it('gives "none of these" its share, and no score of its own', () => {
    const result = scores([0, 0], { labels: ['a', 'b'], contrasts: [Math.log(2)], noneOfThese: ['nothing'] });
    expect(Object.keys(result)).toEqual(['a', 'b']);
    expect(result.a).toBeCloseTo(0.25, 6);
  });

  it('multiplies by the logit scale of the classifier', () => {
    const classifier = { ...classifierOf([0.01, 0], { labels: ['a', 'b'] }), logitScale: 100 };
    expect(scoresByLabel(IMAGE, classifier).get('a')).toBeCloseTo(Math.E / (Math.E + 1), 6);
  });

  const EXTREMES: ReadonlyArray<readonly [name: string, logits: number[], expected: number[]]> = [
    ['very large logits', [1e4, 1e4], [0.5, 0.5]],
    ['very small logits', [-1e4, -1e4], [0.5, 0.5]],
    ['very different logits', [1e4, -1e4], [1, 0]],
    ['a single label', [-1e4], [1]],
  ];
  for (const [name, logits, expected] of EXTREMES) {
    it(`stays finite with ${name}`, () => {
      const labels = logits.map((_, i) => `label ${i}`);
      const received = Object.values(scores(logits, { labels }));
      for (const [i, score] of expected.entries()) expect(received[i]).toBeCloseTo(score, 9);
    });
  }

  it('adds the scores of children to their parent, listed or not', () => {
    const labels = [{ name: 'cat', parent: 'animal' }, { name: 'dog', parent: 'animal' }, 'car'];
    const result = scores([0, 0, 0], { labels });
    expect(result.animal).toBeCloseTo(2 / 3, 6);
    const listed = scores([0, 0, 0], { labels: [...labels.slice(0, 2), 'animal'] });
    expect(listed.animal).toBeCloseTo(1, 6);
  });

  it('adds along a chain of parents, each share once', () => {
    const labels = [{ name: 'tabby', parent: 'cat' }, { name: 'cat', parent: 'animal' }, 'car', 'tree'];
    const result = scores([0, 0, 0, 0], { labels });
    expect(result.cat).toBeCloseTo(0.5, 6);
    expect(result.animal).toBeCloseTo(0.5, 6);
    expect(Math.max(...Object.values(result))).toBeLessThanOrEqual(1);
  });
});

describe('scoresByLabel in independent mode', () => {
  const mode = 'independent';

  it('weighs each label by itself against the contrast prompts', () => {
    const result = scores([0, Math.log(3)], { labels: ['a', 'b'], mode, contrasts: [0] });
    expect(result.a).toBeCloseTo(0.5, 6);
    expect(result.b).toBeCloseTo(0.75, 6);
  });

  it('counts every contrast prompt', () => {
    const result = scores([0], { labels: ['a'], mode, contrasts: [0, 0, 0] });
    expect(result.a).toBeCloseTo(0.25, 6);
  });

  it('does not let one label change another', () => {
    const alone = scores([1], { labels: ['a'], mode, contrasts: [0] });
    const together = scores([1, 1e4], { labels: ['a', 'b'], mode, contrasts: [0] });
    expect(together.a).toBe(alone.a);
  });

  it('stays finite with very large and very small logits', () => {
    const result = scores([1e4, -1e4, 0], { labels: ['a', 'b', 'c'], mode, contrasts: [0, -1e4] });
    expect(result).toEqual({ a: 1, b: 0, c: 0.5 });
    expect(scores([1e4], { labels: ['a'], mode, contrasts: [1e4] })).toEqual({ a: 0.5 });
  });

  it('gives a parent the score of its best child, along the chain', () => {
    const labels = [
      { name: 'tabby', parent: 'cat' },
      { name: 'cat', parent: 'animal' },
      { name: 'dog', parent: 'animal' },
    ];
    const result = scores([2, 1, 3], { labels, mode, contrasts: [0] });
    expect(result.cat).toBe(result.tabby);
    expect(result.animal).toBe(result.dog);
  });

  it('leaves a parent its own score when that is better', () => {
    const result = scores([1, 2], {
      labels: [{ name: 'cat', parent: 'animal' }, 'animal'],
      mode,
      contrasts: [0],
    });
    expect(result.animal).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
  });
});

describe('tagsFor', () => {
  it('gives the best first, ties by label, whatever the order of the labels', () => {
    const expected = ['b', 'a', 'c', 'd'];
    expect(labelsOf([0, 1, 0, 0], { labels: ['a', 'b', 'c', 'd'] })).toEqual(expected);
    expect(labelsOf([0, 0, 1, 0], { labels: ['d', 'c', 'b', 'a'] })).toEqual(expected);
  });

  it('takes scores that print alike for equal', () => {
    expect(labelsOf([1e-7, 0], { labels: ['z', 'a'] })).toEqual(['a', 'z']);
  });

  it('keeps no more than top-k tags', () => {
    expect(labelsOf([3, 2, 1], { labels: ['a', 'b', 'c'], topK: 2 })).toEqual(['a', 'b']);
  });

  it('are the best of all that pass, however many do, with ties and roundings', () => {
    const many = fc.array(
      fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -3, max: 3, noNaN: true })),
      {
        minLength: 2,
        maxLength: 40,
      },
    );
    const near = fc.constantFrom(0, 0.00004, 0.00005, 0.5, 0.50004, 0.50005, 0.95);
    fc.assert(
      fc.property(
        many,
        fc.array(near, { minLength: 40, maxLength: 40 }),
        fc.integer({ min: 1, max: 45 }),
        (logits, thresholds, topK) => {
          const labels = logits.map((_, i) => ({ name: `l${i}`, threshold: thresholds[i] }));
          const classifier = classifierOf(logits, { labels, topK, mode: 'independent', contrasts: [0] });
          const embedding = { modelDigest: 'model-a', values: new Float32Array([1]) };
          const expected = [...scoresByLabel(embedding, classifier)]
            .map(([label, exact], i) => ({
              set: 'things',
              label,
              score: Number(exact.toFixed(SCORE_DECIMALS)),
              at: i,
            }))
            .filter(({ score, at }) => score >= (thresholds[at] ?? 0))
            .sort((a, b) => b.score - a.score || (a.label < b.label ? -1 : 1))
            .slice(0, topK);
          expect(tagsFor(embedding, classifier)).toEqual(expected.map(({ at: _, ...tag }) => tag));
        },
      ),
    );
  });

  it('keeps a score that equals the minimum, and none below', () => {
    const labels = ['a', 'b', 'c', 'd'];
    expect(labelsOf([0, 0, 0, 0], { labels, minimumScore: 0.25 })).toEqual(labels);
    expect(labelsOf([0, 0, 0, 0], { labels, minimumScore: 0.2501 })).toEqual([]);
  });

  it('lets the threshold of a label take the place of the minimum, in both directions', () => {
    const labels = [{ name: 'a', threshold: 0.3 }, { name: 'b', threshold: 0.1 }, 'c', 'd'];
    expect(labelsOf([0, 0, 0, 0], { labels, minimumScore: 0.2 })).toEqual(['b', 'c', 'd']);
    expect(labelsOf([0, 0, 0, 0], { labels, minimumScore: 0.26 })).toEqual(['b']);
  });

  it('asks the minimum of a parent that is not listed', () => {
    const labels = [
      { name: 'cat', parent: 'animal', threshold: 1 },
      { name: 'dog', parent: 'animal', threshold: 1 },
      'car',
    ];
    expect(labelsOf([0, 0, 0], { labels, minimumScore: 0.5 })).toEqual(['animal']);
  });

  it('rounds scores to the decimals that label entries print', () => {
    const [tag] = tagsFor(IMAGE, classifierOf([0, 0, 0], { labels: ['a', 'b', 'c'] }));
    expect(SCORE_DECIMALS).toBe(4);
    expect(tag).toEqual({ set: 'things', label: 'a', score: 0.3333 });
  });

  it('gives no tags when "none of these" takes it all', () => {
    const given = { labels: ['a', 'b'], contrasts: [1e4], noneOfThese: ['nothing'], minimumScore: 0.01 };
    expect(labelsOf([0, 0], given)).toEqual([]);
  });

  it('rejects an embedding of another model', () => {
    const image = { ...IMAGE, modelDigest: 'model-b' };
    expect(() => tagsFor(image, classifierOf([0], { labels: ['a'] }))).toThrow(ModelMismatch);
  });
});

const clipText = existsSync(CLIP_TEXT);
if (!clipText) {
  console.info(
    "Skipped: scores of ViT-B/32's own text embeddings, which are too large for the repository (nothing to do: the others are made up)",
  );
}

describe.skipIf(!clipText)('scores of the text embeddings of CLIP ViT-B/32', () => {
  const names: string[] = clipText ? JSON.parse(readFileSync(`${CLIP_TEXT}/text_coco.json`, 'utf8')) : [];
  const bytes = clipText ? readFileSync(`${CLIP_TEXT}/text_coco.f32`) : Buffer.alloc(0);
  const rows = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
  const size = rows.length / names.length;
  const classifier = () => ({ ...classifierOf([], { labels: names }), labelRows: rows, logitScale: 100 });
  const embeddingOf = (row: number) => ({
    modelDigest: 'model-a',
    values: rows.slice(row * size, (row + 1) * size),
  });

  it('are highest for the label itself, for every label', () => {
    const best = names.map((_, row) => tagsFor(embeddingOf(row), classifier())[0]?.label);
    expect(best).toEqual(names);
  });

  it('add up to 1, and agree with a softmax in plain arithmetic', () => {
    const all = [...scoresByLabel(embeddingOf(0), classifier()).values()];
    const cosines = names.map((_, row) =>
      embeddingOf(0).values.reduce((sum, x, i) => sum + x * rows[row * size + i]!, 0),
    );
    const exponentials = cosines.map((cosine) => Math.exp(100 * cosine - 100));
    const total = exponentials.reduce((a, b) => a + b, 0);
    expect(all.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    for (const [row, score] of all.entries()) expect(score).toBeCloseTo(exponentials[row]! / total, 6);
  });
});
