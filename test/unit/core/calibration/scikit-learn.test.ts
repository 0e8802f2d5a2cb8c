import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isotonicCurve } from '../../../../functions/core/calibration/isotonic-curve.ts';
import { plattLine } from '../../../../functions/core/calibration/logistic-line.ts';
import { rankedShare } from '../../../../functions/core/calibration/ranked-share.ts';
import { thresholdQualities } from '../../../../functions/core/calibration/threshold-choice.ts';
import { calibrationCurve, probabilityAt } from '../../../../functions/core/labels/calibration-curve.ts';

interface Case {
  readonly values: number[];
  readonly positive: number[];
  readonly at: number[];
  readonly sigmoid: number[];
  readonly isotonic: number[];
  readonly auroc: number;
  readonly precision: number[];
  readonly recall: number[];
  readonly thresholds: number[];
}

/** Made by test/fixtures/calibration/make.py. */
const CASES = JSON.parse(
  readFileSync(new URL('../../../fixtures/calibration/scikit-learn.json', import.meta.url), 'utf8'),
) as Record<string, Case>;
/** Digits after the point: to 1e-6. */
const DIGITS = 6;

describe.each(Object.entries(CASES))('as scikit-learn has it, on %s numbers', (_, known) => {
  const { values, positive, at } = known;

  it('Platt scaling gives the same probabilities', () => {
    const { slope, offset } = plattLine(values, positive);
    for (const [i, value] of at.entries()) {
      expect(1 / (1 + Math.exp(-(slope * value + offset)))).toBeCloseTo(known.sigmoid[i] ?? -1, DIGITS);
    }
  });

  it('an isotonic curve gives the same probabilities', () => {
    const curve = calibrationCurve(isotonicCurve(values, positive));
    for (const [i, value] of at.entries()) {
      expect(probabilityAt(curve, value)).toBeCloseTo(known.isotonic[i] ?? -1, DIGITS);
    }
  });

  it('the area under the ROC curve is the same', () => {
    const of = (wanted: number) => values.filter((_value, i) => positive[i] === wanted);
    expect(rankedShare(of(1), of(0))).toBeCloseTo(known.auroc, DIGITS);
  });

  it('precision and recall are the same at every threshold', () => {
    // Scores are rounded to four digits; these values are apart by more once they are in [0, 1].
    const sorted = [...new Set(values)].sort((a, b) => a - b);
    const scores = new Map(sorted.map((value, place) => [value, place / 1_000]));
    const pictures = values.map((value, i) => ({
      ...{ name: `${i}`, cosine: value, score: scores.get(value) ?? 0 },
      isPositive: positive[i] === 1,
    }));
    const qualities = thresholdQualities(pictures);
    // scikit-learn leaves out no threshold; ours has one for each score, lowest first.
    expect(qualities).toHaveLength(known.thresholds.length);
    for (const [i, { precision, recall }] of qualities.entries()) {
      expect(precision).toBeCloseTo(known.precision[i] ?? -1, DIGITS);
      expect(recall).toBeCloseTo(known.recall[i] ?? -1, DIGITS);
    }
  });
});
