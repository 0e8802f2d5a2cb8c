import { expect, it } from 'vitest';
import { calibrationCurve, probabilityAt } from '../../../../functions/core/labels/calibration-curve.ts';
import { cosineOfScore } from '../../../../functions/core/survey/cosine-of-score.ts';

const LINE = { slope: 40, offset: -10 };

it('undoes the logistic function', () => {
  expect(cosineOfScore(LINE, 0.5)).toBeCloseTo(0.25, 12);
  for (const score of [0.01, 0.3, 0.9, 0.999]) {
    const logit = 40 * (cosineOfScore(LINE, score) ?? 0) - 10;
    expect(1 / (1 + Math.exp(-logit))).toBeCloseTo(score, 12);
  }
});

it('undoes a curve, and takes the lowest cosine where it is level or jumps', () => {
  const curve: [number, number][] = [
    [-2, 0.1],
    [-1, 0.1],
    [0, 0.4],
    [0, 0.6],
    [2, 0.8],
  ];
  for (const score of [0.2, 0.4, 0.7, 0.8]) {
    const logit = 40 * (cosineOfScore({ ...LINE, curve }, score) ?? 0) - 10;
    expect(probabilityAt(calibrationCurve(curve), logit)).toBeGreaterThanOrEqual(score - 1e-12);
    expect(probabilityAt(calibrationCurve(curve), logit - 1e-6)).toBeLessThan(score);
  }
});

it('knows no cosine for what no score or every score reaches', () => {
  const curve: [number, number][] = [
    [-1, 0.2],
    [1, 0.8],
  ];
  expect(cosineOfScore({ ...LINE, curve }, 0.9)).toBeUndefined();
  expect(cosineOfScore({ ...LINE, curve }, 0.1)).toBeUndefined();
  expect(cosineOfScore(LINE, 0)).toBeUndefined();
  expect(cosineOfScore(LINE, 1)).toBeUndefined();
  expect(cosineOfScore({ slope: 0, offset: -10 }, 0.5)).toBeUndefined();
});
