import { describe, expect, it } from 'vitest';
import { calibratedFit } from '../../../../functions/core/calibration/calibrated-fit.ts';
import { InvalidInput } from '../../../../functions/core/errors.ts';
import { classifierOf } from '../../../../functions/core/labels/classifier.ts';
import { normalised } from '../../../../functions/core/labels/embedding.ts';
import { embeddingAt, embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { type LabelSet, parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import type { LabelSetFit } from '../../../../functions/core/labels/label-set-fit.ts';
import type { KnownExamples } from '../../../../functions/core/learning/known-examples.ts';
import {
  type Learner,
  learnedLabels,
  withLearned,
} from '../../../../functions/core/learning/learned-labels.ts';

const SIZE = 24;
const MODEL = { modelDigest: 'model', logitScale: 12 };
const NOW = new Date('2026-11-30T12:00:00Z');
/** Pictures that show the label, the first ones of the collection. */
const SHOWING = 8;
const PICTURES = 120;

/** The same for the same seed. */
function noise(seed: number): number[] {
  let state = (seed * 2_654_435_761) >>> 0;
  return Array.from({ length: SIZE }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}
const near = (centre: readonly number[], seed: number) =>
  normalised(centre.map((value, i) => 4 * value + (noise(seed)[i] ?? 0)));
const THING = noise(7);
const rows = Array.from({ length: PICTURES }, (_, i) =>
  i < SHOWING ? near(THING, 100 + i) : normalised(noise(1000 + i)),
);
const collection = {
  embeddings: embeddingMatrix('model', rows),
  names: rows.map((_, i) => `s3://photos/${i}`),
};

function learner(mode: LabelSet['mode'] = 'independent', change: Partial<Learner> = {}): Learner {
  const labelSet = parseLabelSet(
    { name: 'x', version: 1, mode, labels: ['pip', 'dog'], minimumScore: 0.5 },
    'a test',
  );
  const words = new Float32Array([...normalised(noise(1)), ...normalised(noise(2))]);
  const contrasts = mode === 'exclusive' ? new Float32Array() : normalised(noise(3));
  return {
    labelSet,
    rows: { labelRows: words, contrastRows: contrasts },
    model: MODEL,
    collection,
    now: NOW,
    ...change,
  };
}
const examples = (positive: readonly number[], negative: readonly number[] = []): KnownExamples => {
  const of = (places: readonly number[]) =>
    places.map((place) => ({
      name: `s3://photos/${place}`,
      embedding: embeddingAt(collection.embeddings, place),
    }));
  return { positive: of(positive), negative: of(negative) };
};
const learn = (said: KnownExamples, by = learner()) => learnedLabels(new Map([['pip', said]]), by);

describe('learnedLabels', () => {
  it('finds the pictures that show a label by a few of them, and no example among them', () => {
    const { labels, verdicts } = learn(examples([0, 1, 2], [50]));
    expect(verdicts).toMatchObject([
      { label: 'pip', positive: 3, negative: 1, quality: { verdict: 'better' } },
    ]);
    const found = verdicts[0]?.finds ?? [];
    const showing = [3, 4, 5, 6, 7].map((i) => `s3://photos/${i}`);
    expect(showing).toEqual(expect.arrayContaining(found.slice(0, 3).map(({ name }) => name)));
    expect(found.filter(({ isTag }) => !isTag).length).toBeLessThanOrEqual(3);
    for (const { score, isTag } of found) expect(isTag).toBe(score >= 0.5);
    expect(labels.get('pip')).toMatchObject({
      examples: {
        positive: ['s3://photos/0', 's3://photos/1', 's3://photos/2'],
        negative: ['s3://photos/50'],
      },
      direction: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
    });
  });

  it('gives the same whatever the order of the examples, and whether one is there twice', () => {
    const { labels } = learn(examples([0, 1, 2]));
    expect(learn(examples([2, 0, 1])).labels).toEqual(labels);
    expect(learn(examples([0, 1, 2, 1])).labels.get('pip')?.direction).toEqual(labels.get('pip')?.direction);
  });

  it('says where it is no better than the words alone', () => {
    const knowing = learner();
    knowing.rows.labelRows.set(normalised(THING));
    expect(learn(examples([0, 1, 2, 3, 4, 5, 6, 7]), knowing).verdicts[0]?.quality.verdict).toBe('no better');
    expect(learn(examples([0])).verdicts[0]?.quality).toMatchObject({ verdict: 'unknown', folds: 0 });
  });

  it('has an independent label on the scale of calibrated ones', () => {
    const by = learner();
    const { labels } = learn(examples([0, 1, 2]), by);
    const fit = { ...withLearned(undefined, labels, NOW), version: 1 };
    const labelSet = { ...by.labelSet, fits: { model: fit } };
    const classifier = classifierOf(labelSet, by.rows, MODEL);
    const calibrated = calibratedFit({ labelSet, classifier, collection: collection.embeddings, now: NOW });
    const { slope, offset, null: none } = calibrated.fit.labels.pip ?? {};
    expect(labels.get('pip')).toMatchObject({ slope, offset, null: none });
  });

  it('has an exclusive label on that scale only where its label set is calibrated', () => {
    const by = learner('exclusive');
    expect(learn(examples([0, 1, 2]), by).labels.get('pip')?.null).toBeUndefined();
    const classifier = classifierOf(by.labelSet, by.rows, MODEL);
    const before = calibratedFit({
      labelSet: by.labelSet,
      classifier,
      collection: collection.embeddings,
      now: NOW,
    });
    const fits = { model: twiceAsSteep(before.fit) };
    const learned = learn(examples([0, 1, 2]), learner('exclusive', { labelSet: { ...by.labelSet, fits } }));
    const plain = learn(
      examples([0, 1, 2]),
      learner('exclusive', { labelSet: { ...by.labelSet, fits: { model: before.fit } } }),
    );
    const slopes = [learned, plain].map(({ labels }) => labels.get('pip')?.slope ?? 0);
    expect((slopes[0] ?? 0) / (slopes[1] ?? 1)).toBeCloseTo(2);
    expect(learned.labels.get('pip')?.null).toBeDefined();
  });

  it('measures by the pictures of the collection, where they are enough, and not by those that come with the model', () => {
    const others = Array.from({ length: 500 }, (_, i) => near(noise(9), 5000 + i));
    const background = embeddingMatrix('model', others);
    // Pictures of one collection have something in common that those of others have not.
    const unlike = learn(examples([20, 40, 60]), learner('independent', { background }));
    expect(unlike.verdicts[0]?.quality.learned).toBeLessThan(0.9);
  });

  it('rejects learning where there is nothing to compare with', () => {
    const none = { embeddings: embeddingMatrix('model', [], SIZE), names: [] };
    expect(() => learn(examples([0]), learner('independent', { collection: none }))).toThrow(InvalidInput);
  });
});

describe('withLearned', () => {
  it('keeps what was fitted to other labels, and to the set', () => {
    const before: LabelSetFit = {
      ...{ version: 3, fittedAt: 'then', unknownLogit: 2 },
      labels: {
        dog: { promptsDigest: 'd', slope: 1, offset: 0 },
        pip: { promptsDigest: 'p', slope: 1, offset: 0 },
      },
    };
    const pip = { promptsDigest: 'new', slope: 2, offset: 1 };
    expect(withLearned(before, new Map([['pip', pip]]), NOW)).toEqual({
      ...{ ...before, fittedAt: NOW.toISOString() },
      labels: { dog: before.labels.dog, pip },
    });
  });
});

function twiceAsSteep(fit: LabelSetFit): LabelSetFit {
  const steeper = Object.entries(fit.labels).map(([label, one]) => [
    label,
    { ...one, slope: 2 * one.slope, offset: 2 * one.offset },
  ]);
  return { ...fit, labels: Object.fromEntries(steeper) };
}
