import { describe, expect, it } from 'vitest';
import {
  type CalibrationInput,
  calibratedFit,
} from '../../../../functions/core/calibration/calibrated-fit.ts';
import { InvalidInput, ModelMismatch } from '../../../../functions/core/errors.ts';
import { calibration } from '../../../../functions/core/evaluation/calibration.ts';
import { classifierOf } from '../../../../functions/core/labels/classifier.ts';
import { embeddingAt, embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { labelSetFitSchema } from '../../../../functions/core/labels/label-set-fit.ts';
import { scoresByLabel } from '../../../../functions/core/labels/scores.ts';
import { labelledPictures, MODEL, madeUpClassifier, madeUpPictures, SIZE } from './made-up-pictures.ts';

const LABELS = ['cat', 'dog', 'car', 'boat'];
const NOBODY = embeddingMatrix(MODEL, [], SIZE);
const NOW = new Date('2026-11-30T12:00:00Z');

/** One picture in ten of each label, the others of none. */
const tenths = (count: number) =>
  Array.from({ length: count }, (_, i) => (i % 10 < LABELS.length ? i % 10 : undefined));

function input(given: Partial<CalibrationInput> = {}, mode: 'exclusive' | 'independent' = 'independent') {
  const classifier = madeUpClassifier(LABELS, mode);
  return { labelSet: classifier.labelSet, classifier, collection: NOBODY, now: NOW, ...given };
}

/** Scores that tagging gives with the fit. */
function scoresWith(given: CalibrationInput, pictures = given.collection) {
  const { fit } = calibratedFit(given);
  const labelSet = { ...given.labelSet, fits: { [MODEL]: fit } };
  const classifier = classifierOf(labelSet, given.classifier, given.classifier);
  return Array.from({ length: pictures.count }, (_, i) =>
    scoresByLabel({ modelDigest: MODEL, values: embeddingAt(pictures, i) }, classifier),
  );
}

describe('a calibrated fit', () => {
  it('is what a label set takes', () => {
    const { fit } = calibratedFit(input({ collection: madeUpPictures(tenths(200), 1) }));
    expect(labelSetFitSchema.parse(JSON.parse(JSON.stringify(fit)))).toEqual(fit);
    expect(Object.keys(fit.labels)).toEqual(LABELS);
    expect(fit.version).toBe(1);
    expect(fit.fittedAt).toBe('2026-11-30T12:00:00.000Z');
  });

  it('makes labels comparable that lie differently near to all pictures', () => {
    const collection = madeUpPictures(tenths(2_000), 1);
    // Everything is nearer to "cat" than to "dog".
    for (let i = 0; i < collection.count; i++)
      collection.values[i * SIZE] = (collection.values[i * SIZE] ?? 0) + 0.3;
    const scores = scoresWith(input({ collection }));
    const mean = (label: string) =>
      scores.reduce((sum, score) => sum + (score.get(label) ?? 0), 0) / scores.length;
    expect(mean('cat')).toBeGreaterThan(0.5 * mean('dog'));
    expect(mean('cat')).toBeLessThan(2 * mean('dog'));
  });

  it('lets the collection say that many pictures have a label', () => {
    const album = Array.from({ length: 400 }, (_, i) => (i % 2 ? 0 : undefined));
    const background = { ...madeUpPictures(tenths(500), 2), temperature: 3 };
    const { report } = calibratedFit(input({ collection: madeUpPictures(album, 1, 30), background }));
    expect(report.labels[0]?.share).toBeGreaterThan(0.2);
    expect(report.labels[1]?.share).toBeLessThan(0.05);
  });

  it('works with the background alone, and says so', () => {
    const { fit, report } = calibratedFit(input({ background: madeUpPictures(tenths(500), 1) }));
    expect(fit.labels.cat?.null?.images).toBe(500);
    expect(report.remarks.join()).toContain('no pictures of your own');
  });

  it('says where a model has no background', () => {
    const { report } = calibratedFit(input({ collection: madeUpPictures(tenths(50), 1) }));
    expect(report.remarks.join()).toContain('no background set');
  });

  it('stays finite where all cosines are the same', () => {
    const collection = embeddingMatrix(
      MODEL,
      Array.from({ length: 20 }, () => embeddingAt(madeUpPictures([0], 1), 0)),
    );
    const { fit } = calibratedFit(input({ collection }));
    expect(labelSetFitSchema.safeParse(fit).success).toBe(true);
  });

  it('is calibrated on pictures that it has not seen, when enough are labelled', () => {
    const ofLabel = tenths(2_000);
    const collection = madeUpPictures(ofLabel, 1);
    const given = input({ collection, labelled: labelledPictures(LABELS, ofLabel, collection) });
    const others = madeUpPictures(ofLabel, 2);
    const answers = scoresWith(given, others).flatMap((scores, i) =>
      LABELS.map((label, place) => ({ score: scores.get(label) ?? 0, isRight: ofLabel[i] === place })),
    );
    expect(calibration(answers).expectedError).toBeLessThan(0.03);
    expect(calibratedFit(given).report.labels[0]?.method).toBe('platt');
  });

  it('rejects embeddings of another model', () => {
    const collection = { ...madeUpPictures([0], 1), modelDigest: 'another' };
    expect(() => calibratedFit(input({ collection }))).toThrow(ModelMismatch);
  });

  it('rejects a calibration without one picture', () => {
    expect(() => calibratedFit(input())).toThrow(InvalidInput);
  });
});
