import { describe, expect, it } from 'vitest';
import { calibratedFit } from '../../../../functions/core/calibration/calibrated-fit.ts';
import { crowdedOffset } from '../../../../functions/core/calibration/crowded-pictures.ts';
import { evenlyByLabel } from '../../../../functions/core/calibration/evenly-by-label.ts';
import { foldsOf } from '../../../../functions/core/calibration/folds.ts';
import { samePictures } from '../../../../functions/core/calibration/same-pictures.ts';
import { classifierOf } from '../../../../functions/core/labels/classifier.ts';
import { embeddingFromBytes, embeddingToBytes } from '../../../../functions/core/labels/embedding.ts';
import { embeddingAt, embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { scoresByLabel } from '../../../../functions/core/labels/scores.ts';
import { labelledPictures, MODEL, madeUpClassifier, madeUpPictures } from './made-up-pictures.ts';

const LABELS = ['cat', 'dog', 'car', 'boat'];
/** Half of the pictures have one of the labels. */
const HALVES = Array.from({ length: 400 }, (_, i) => (i % 8 < 4 ? i % 8 : undefined));

describe('an exclusive set', () => {
  const classifier = madeUpClassifier(LABELS, 'exclusive');
  const { labelSet } = classifier;
  const collection = madeUpPictures(HALVES, 1, 12);
  const labelled = labelledPictures(LABELS, HALVES, collection);
  const { fit, report } = calibratedFit({ labelSet, classifier, collection, labelled, now: new Date(0) });

  it('tells pictures with none of its labels from others', () => {
    expect(report.unknown).toMatchObject({ known: 200, unknown: 200 });
    expect(report.unknown?.auroc).toBeGreaterThan(0.95);
  });

  it('rejects what it does not know by the logit of "unknown"', () => {
    const fits = { [MODEL]: fit };
    const fitted = classifierOf({ ...labelSet, fits }, classifier, classifier);
    const others = madeUpPictures([0, undefined], 5, 12);
    const sum = (i: number) =>
      [...scoresByLabel({ modelDigest: MODEL, values: embeddingAt(others, i) }, fitted).values()].reduce(
        (total, score) => total + score,
        0,
      );
    expect(sum(0)).toBeGreaterThan(0.8);
    expect(sum(1)).toBeLessThan(0.2);
  });

  it('has "unknown" without labelled pictures, too, and a line for "none of these"', () => {
    const { fit: bare } = calibratedFit({ labelSet, classifier, collection, now: new Date(0) });
    expect(bare.unknownLogit).toBe(0);
    expect(bare.noneOfThese?.slope).toBeGreaterThan(0);
  });
});

describe('an exclusive set whose logits are beyond what exponentials can hold', () => {
  it('is measured as others are', () => {
    const classifier = madeUpClassifier(LABELS, 'exclusive');
    const pictures = madeUpPictures(HALVES, 1, 12);
    const background = { ...madeUpPictures(Array(300).fill(undefined), 2), temperature: 50_000 };
    const all = labelledPictures(LABELS, HALVES, pictures);
    // Nobody has said which pictures show a cat, so that the label keeps its steep line.
    const known = all.known.map((one) =>
      one.positive.has('cat') ? { positive: new Set<string>(), negative: new Set<string>() } : one,
    );
    const labelled = { ...all, known };
    const input = { labelSet: classifier.labelSet, classifier, collection: pictures, background, labelled };
    const { report } = calibratedFit({ ...input, now: new Date(0) });
    expect(report.unknown).toMatchObject({ known: 150, unknown: 200 });
    expect(report.unknown?.auroc).toBeGreaterThan(0.95);
  });
});

describe('a broader label of an exclusive set', () => {
  it('has scores that are right with curves, too, beside those of its narrower labels', () => {
    const names = ['animal', 'dog', 'car'];
    const plain = madeUpClassifier(names, 'exclusive');
    const labels = plain.labelSet.labels.map((label) =>
      label.name === 'dog' ? { ...label, parent: 'animal' } : label,
    );
    const labelSet = { ...plain.labelSet, labels };
    const classifier = { ...plain, labelSet };
    // A third shows an animal that is no dog, a third a dog.
    const kinds = [0, 1, undefined];
    const ofLabel = Array.from({ length: 3_800 }, (_, i) => kinds[i % 3]);
    const collection = madeUpPictures(ofLabel, 1, 6);
    const plainly = labelledPictures(names, ofLabel, collection);
    const known = plainly.known.map((one) =>
      one.positive.has('dog') ? { positive: new Set(['dog', 'animal']), negative: new Set(['car']) } : one,
    );
    const { report } = calibratedFit({
      ...{ labelSet, classifier, collection, now: new Date(0) },
      labelled: { ...plainly, known },
    });
    const [animal, dog] = report.labels;
    expect([animal?.method, dog?.method]).toEqual(['isotonic', 'isotonic']);
    expect(animal?.calibration?.after.expectedError).toBeLessThan(0.02);
    expect(dog?.calibration?.after.expectedError).toBeLessThan(0.02);
  });
});

describe('folds', () => {
  it('spread the pictures of each label evenly', () => {
    const images = labelledPictures(LABELS, HALVES, madeUpPictures(HALVES, 1));
    const folds = foldsOf(images, samePictures(images));
    for (let fold = 0; fold < 5; fold++) {
      const cats = HALVES.filter((label, i) => label === 0 && folds[i] === fold);
      expect(cats.length).toBeGreaterThanOrEqual(9);
      expect(cats.length).toBeLessThanOrEqual(11);
    }
  });

  it('keep what has one name together', () => {
    const known = [new Set(['cat']), new Set(['dog'])].map((positive) => ({
      positive,
      negative: new Set<string>(),
    }));
    const images = { names: ['a.jpg', 'a.jpg'], known, embeddings: madeUpPictures([0, 1], 1) };
    const [one, other] = foldsOf(images, samePictures(images));
    expect(one).toBe(other);
  });

  it('keep copies of a picture together, whatever they are called and however they are stored', () => {
    const pictures = madeUpPictures(HALVES, 1);
    const rows = HALVES.map((_, i) => embeddingAt(pictures, i));
    const copies = rows.map((values) =>
      embeddingFromBytes(embeddingToBytes({ modelDigest: MODEL, values }), MODEL),
    );
    const both = embeddingMatrix(MODEL, [...rows, ...copies.map(({ values }) => values)]);
    const images = labelledPictures(LABELS, [...HALVES, ...HALVES], both);
    const folds = foldsOf(images, samePictures(images));
    expect(folds.subarray(HALVES.length)).toEqual(folds.subarray(0, HALVES.length));
    expect(new Set(folds).size).toBe(5);
  });
});

describe('pictures that are crowded with labels', () => {
  const labels = Array.from({ length: 20 }, (_, i) => `label ${i}`);
  const pictures = madeUpPictures(
    Array.from({ length: 300 }, () => undefined),
    3,
  );
  const options = { topK: 2, temperature: 3 };

  it('need no offset where labels differ', () => {
    const { labelRows } = madeUpClassifier(labels);
    const lines = labels.map(() => ({ slope: 60, offset: -20 }));
    expect(crowdedOffset(labelRows, lines, [pictures], options)).toBeLessThan(0.3);
  });

  it('need the same in whatever order so many come that some are left out', () => {
    const { labelRows } = madeUpClassifier(labels);
    const lines = labels.map(() => ({ slope: 60, offset: -10 }));
    const many = madeUpPictures(Array(1_500).fill(undefined), 4);
    const rows = Array.from({ length: 1_500 }, (_, i) => embeddingAt(many, i));
    const [offset, ...others] = [rows, [...rows].reverse()].map((some) =>
      crowdedOffset(labelRows, lines, [embeddingMatrix(MODEL, some)], options),
    );
    expect(offset).toBeGreaterThan(0);
    expect(others).toEqual([expect.closeTo(offset ?? Number.NaN, 6)]);
  });

  it('need one where all labels are alike', () => {
    const { labelRows } = madeUpClassifier(labels);
    const row = labelRows.slice(0, labelRows.length / labels.length);
    const alike = Float32Array.from(labels.flatMap(() => [...row]));
    const lines = labels.map(() => ({ slope: 60, offset: -20 }));
    expect(crowdedOffset(alike, lines, [pictures], options)).toBeGreaterThan(1);
  });
});

describe('pictures chosen evenly', () => {
  it('are one of each label before there is a second', () => {
    expect(evenlyByLabel(['a', 'a', 'a', 'b', 'c'], 3)).toEqual([0, 3, 4]);
    expect(evenlyByLabel(['a', 'a', 'a', 'b', 'c'], 4)).toEqual([0, 1, 3, 4]);
    expect(evenlyByLabel(['a'], 10)).toEqual([0]);
  });
});
