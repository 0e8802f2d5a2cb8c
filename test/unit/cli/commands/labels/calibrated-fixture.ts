import type { CalibratedLabel } from '../../../../../functions/cli/commands/labels/calibration/calibrated-label.ts';
import type { CalibratedSet } from '../../../../../functions/cli/commands/labels/calibration/calibrated-set.ts';
import { calibration } from '../../../../../functions/core/evaluation/calibration.ts';

/** A label that a few of a thousand pictures show. */
export function calibratedLabel(changes: Partial<CalibratedLabel> = {}): CalibratedLabel {
  return {
    label: 'cat',
    method: 'unlabelled',
    null: { mean: 0.1, deviation: 0.02, images: 1000 },
    share: 0.01,
    ...{ positives: 0, negatives: 0, pictures: [], thresholds: [] },
    shown: { before: 30, after: 12 },
    minimumScore: 0.5,
    cosines: { from: 0.04, step: 0.01, counts: [2, 20, 200, 500, 200, 20, 2, 0, 0, 1, 3] },
    scoreMarks: [
      { score: 0.1, cosine: 0.13, isThreshold: false },
      { score: 0.5, cosine: 0.15, isThreshold: true },
    ],
    ...{ above: [], below: [], remarks: [] },
    ...changes,
  };
}

/** The label, with pictures whose labels are known. */
export function measuredLabel(changes: Partial<CalibratedLabel> = {}): CalibratedLabel {
  const pictures = [0.9, 0.8, 0.3, 0.1].map((score, i) => ({
    ...{ name: `s3://photos/${i}.jpg`, cosine: 0.1 + score / 10, score, isPositive: i !== 1 && i !== 3 },
  }));
  const answers = pictures.map(({ score, isPositive }) => ({ score, isRight: isPositive }));
  const thresholds = [
    { threshold: 0.1, shown: 4, precision: 0.5, precisionAtLeast: 0.2, recall: 1 },
    { threshold: 0.3, shown: 3, precision: 2 / 3, precisionAtLeast: 0.3, recall: 1 },
    { threshold: 0.9, shown: 1, precision: 1, precisionAtLeast: 0.4, recall: 0.5 },
  ];
  const chosen = thresholds[1];
  return calibratedLabel({
    ...{ method: 'platt', positives: 2, negatives: 2, pictures, thresholds },
    calibration: {
      before: calibration(answers.map(({ isRight }) => ({ score: 0.9, isRight }))),
      after: calibration(answers),
    },
    ...(chosen && { threshold: { ...chosen, aim: 'f1', outcome: 'estimated' } }),
    ...changes,
  });
}

export function calibratedSet(
  labels: readonly CalibratedLabel[],
  changes: Partial<CalibratedSet> = {},
): CalibratedSet {
  return {
    ...{
      name: 'mine',
      mode: 'independent',
      path: 'mine.yaml',
      model: 'embedded',
      modelDigest: 'abc',
      version: 2,
    },
    images: { collection: 1000, background: 2048, labelled: 0 },
    temperature: 1.5,
    tagged: { before: 800, after: 400 },
    tags: { before: 2000, after: 500 },
    ...{ labels, remarks: [] },
    ...changes,
  };
}
