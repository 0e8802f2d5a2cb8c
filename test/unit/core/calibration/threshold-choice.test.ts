import { describe, expect, it } from 'vitest';
import {
  lowerBound,
  thresholdForF1,
  thresholdForPrecision,
  thresholdQualities,
} from '../../../../functions/core/calibration/threshold-choice.ts';
import { normalNumbers, randomNumbers } from './made-up-pictures.ts';

/** Pictures by score, `+` with the label and `-` without it, best first. */
function qualities(marks: string) {
  const pictures = [...marks].map((mark, i) => ({
    ...{ name: `${i}`, cosine: 0, score: 1 - i / 100 },
    isPositive: mark === '+',
  }));
  return thresholdQualities(pictures);
}

describe('thresholds', () => {
  it('are the scores that tags carry, lowest first, with what each shows', () => {
    expect(qualities('+-+')).toMatchObject([
      { threshold: 0.98, shown: 3, precision: 2 / 3, recall: 1 },
      { threshold: 0.99, shown: 2, precision: 1 / 2, recall: 1 / 2 },
      { threshold: 1, shown: 1, precision: 1, recall: 1 / 2 },
    ]);
  });

  it('count equal scores as one', () => {
    const pictures = [0.50001, 0.50002].map((score, i) => ({
      name: `${i}`,
      cosine: 0,
      score,
      isPositive: true,
    }));
    expect(thresholdQualities(pictures)).toMatchObject([{ threshold: 0.5, shown: 2 }]);
  });

  it('reach a wanted precision surely with pictures enough', () => {
    const found = thresholdForPrecision(qualities(`${'+'.repeat(40)}${'-'.repeat(20)}`), 0.9);
    expect(found).toMatchObject({ outcome: 'sure', recall: 1 });
    expect(found?.precision).toBeGreaterThan(0.9);
    expect(found?.precisionAtLeast).toBeGreaterThanOrEqual(0.9);
  });

  it('are right nine times in ten where they are sure, though the lowest of all is taken', () => {
    const [normal, random] = [normalNumbers(1), randomNumbers(2)];
    // Of two normal distributions 0.6 apart, 80 % are right above 2.228 deviations.
    const [draws, distance, lowest] = [400, 0.6, 2.228];
    let [sure, wrong] = [0, 0];
    for (let draw = 0; draw < draws; draw++) {
      const pictures = Array.from({ length: 1_000 }, (_, i) => {
        const isPositive = random() < 0.5;
        const value = normal() + (isPositive ? distance : 0);
        return { name: `${i}`, cosine: 0, score: value / 20 + 0.5, isPositive };
      });
      const found = thresholdForPrecision(thresholdQualities(pictures), 0.8);
      if (found?.outcome !== 'sure') continue;
      sure++;
      if ((found.threshold - 0.5) * 20 < lowest) wrong++;
    }
    expect(sure).toBeGreaterThan(0);
    expect(wrong / draws).toBeLessThan(0.12);
  });

  it('say where a precision is only estimated', () => {
    expect(thresholdForPrecision(qualities('++++++----'), 0.95)).toMatchObject({
      ...{ outcome: 'estimated', precision: 1, threshold: 0.945 },
    });
  });

  it('lie halfway between the lowest score that is shown and the highest that is not', () => {
    const pictures = [0.9565, 0.957, 0.9572, 0.9561, 0.9566, 0.002, 0.01].map((score, i) => ({
      ...{ name: `${i}`, cosine: 0, score },
      isPositive: score > 0.5,
    }));
    const halfway = { threshold: 0.4831, shown: 5, precision: 1, recall: 1 };
    expect(thresholdForF1(thresholdQualities(pictures))).toMatchObject(halfway);
    expect(thresholdForPrecision(thresholdQualities(pictures), 0.9)).toMatchObject(halfway);
  });

  it('never fall to a score that is not to be shown, nor below half of the lowest of all', () => {
    const pictures = [0.5001, 0.5, 0.4].map((score, i) => ({
      ...{ name: `${i}`, cosine: 0, score },
      isPositive: i === 0,
    }));
    expect(thresholdForF1(thresholdQualities(pictures))?.threshold).toBe(0.5001);
    expect(thresholdForF1(qualities('+'))?.threshold).toBe(0.5);
  });

  it('say where a precision is out of reach, and what comes nearest', () => {
    expect(thresholdForPrecision(qualities('-+-+-+-+'), 0.9)).toMatchObject({
      outcome: 'out-of-reach',
      precision: 0.5,
    });
    expect(thresholdForPrecision(qualities('----'), 0.9)).toBeUndefined();
  });

  it('with the best F1 lie between what is missed and what is wrong', () => {
    expect(thresholdForF1(qualities('+++-+----'))).toMatchObject({
      aim: 'f1',
      shown: 5,
      recall: 1,
      precision: 0.8,
    });
  });

  it("have Wilson's lower bounds", () => {
    // By hand, 9 of 10: (0.9 + 0.1353 - 1.6449 × 0.1256) / 1.2706.
    expect(lowerBound(9, 10)).toBeCloseTo(0.6523, 3);
    expect(lowerBound(0, 10)).toBeCloseTo(0, 12);
    expect(lowerBound(0, 0)).toBe(0);
  });
});
