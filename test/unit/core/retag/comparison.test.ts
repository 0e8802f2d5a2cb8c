import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileClassifier } from '../../../../functions/core/labels/classifier.ts';
import { normalised } from '../../../../functions/core/labels/embedding.ts';
import { parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import { tagsFor } from '../../../../functions/core/labels/scores.ts';
import { correctedTags } from '../../../../functions/core/records/corrections.ts';
import { type ComparedImage, labelSetComparison } from '../../../../functions/core/retag/comparison.ts';
import { tagChanges } from '../../../../functions/core/retag/tally.ts';

const AXES = ['cat', 'dog', 'bird', 'a photo', 'a photo of something', 'an image'];

async function lot(...changes: object[]) {
  const encode = async (texts: readonly string[]) =>
    texts.map((text) => ({
      modelDigest: 'model',
      values: Float32Array.from(AXES, (axis) => Number(axis === text)),
    }));
  const base = { version: 1, mode: 'independent', promptTemplates: ['{label}'], minimumScore: 0.4 };
  const classifiers = changes.map((change) =>
    compileClassifier(parseLabelSet({ ...base, ...change }, 'test'), {
      ...{ modelDigest: 'model', logitScale: 5, encode },
    }),
  );
  return { modelDigest: 'model', classifiers: await Promise.all(classifiers) };
}

const image = (key: string, ...values: number[]): ComparedImage => ({
  ...{ bucket: 'photos', key, modelDigest: 'model' },
  embedding: { modelDigest: 'model', values: normalised(AXES.map((_, i) => values[i] ?? 0.1)) },
});

const CATS = { name: 'a', labels: ['cat', 'dog'] };
const BIRDS = { name: 'b', labels: ['cat', 'bird'] };

describe('a comparison of label sets', () => {
  it('counts what the second would change, and takes two single label sets for one', async () => {
    const comparison = labelSetComparison(await lot(CATS), await lot(BIRDS));
    comparison.count([image('cat', 1), image('dog', 0, 1)]);
    comparison.count([image('bird', 0, 0, 1)]);
    expect(comparison.tally()).toMatchObject({
      ...{ images: 3, changed: 2, noted: 1, foreign: {} },
      labels: [
        { set: 'b', label: 'bird', added: 1, removed: 0, rescored: 0 },
        { set: 'b', label: 'dog', added: 0, removed: 1, rescored: 0 },
      ],
    });
  });

  it('keeps the names of several label sets apart', async () => {
    const comparison = labelSetComparison(await lot(CATS), await lot(CATS, BIRDS));
    comparison.count([image('cat', 1)]);
    expect(comparison.tally().labels).toEqual([
      { set: 'b', label: 'cat', added: 1, removed: 0, rescored: 0 },
    ]);
  });

  it('minds which images a label set is for, where they are stored ones', async () => {
    const elsewhere = { ...BIRDS, appliesTo: [{ prefix: 'trips/' }] };
    const comparison = labelSetComparison(await lot(CATS), await lot(elsewhere));
    const [stored, file] = [image('cat', 1), { ...image('cat', 1), bucket: '' }];
    comparison.count([stored, file, { ...stored, key: 'trips/cat' }]);
    expect(comparison.tally()).toMatchObject({ images: 3, changed: 1, noted: 2 });
  });

  it('lets what people have corrected hold over both', async () => {
    const comparison = labelSetComparison(await lot(CATS), await lot(BIRDS));
    const corrections = [
      { set: 'b', label: 'bird', isThere: false, correctedAt: '2026-11-30T12:00:00.000Z' },
    ];
    const added = corrections.map((one) => ({ ...one, isThere: true }));
    comparison.count([
      { ...image('bird', 0, 0, 1), corrections },
      { ...image('nothing'), corrections: added },
    ]);
    expect(comparison.tally()).toMatchObject({ changed: 0, noted: 2 });
  });

  it('counts images of other models, and those without an embedding', async () => {
    const comparison = labelSetComparison(await lot(CATS), await lot(BIRDS));
    const none = { ...image('x'), embedding: undefined };
    comparison.count([none, { ...none, modelDigest: undefined }, { ...none, modelDigest: 'other' }]);
    expect(comparison.tally()).toMatchObject({
      images: 3,
      changed: 0,
      foreign: { '': 1, model: 1, other: 1 },
    });
  });

  it('finds of many images what their tags one by one say', async () => {
    const [before, after] = [await lot(CATS), await lot({ ...BIRDS, name: 'a' })];
    const cosines = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(cosines, { maxLength: 20 }), (all) => {
        const images = all.map((values, i) => image(String(i), ...values.map((value) => value + 0.01)));
        const comparison = labelSetComparison(before, after);
        comparison.count(images);
        const changes = images.map(({ embedding }) => {
          const [first, second] = [before, after].map(({ classifiers: [classifier] }) =>
            correctedTags(tagsFor(embedding!, classifier!)),
          );
          return tagChanges(first!, second!);
        });
        const total = (kind: 'added' | 'removed' | 'rescored') =>
          changes.reduce((sum, one) => sum + one[kind].length, 0);
        const { labels } = comparison.tally();
        for (const kind of ['added', 'removed', 'rescored'] as const) {
          expect(labels.reduce((sum, label) => sum + label[kind], 0)).toBe(total(kind));
        }
      }),
    );
  });
});
