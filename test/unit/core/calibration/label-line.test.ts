import { describe, expect, it } from 'vitest';
import { labelLine } from '../../../../functions/core/calibration/label-line.ts';
import { plattLine } from '../../../../functions/core/calibration/logistic-line.ts';
import { normalNumbers, randomNumbers } from './made-up-pictures.ts';

const UNLABELLED = { slope: 10, offset: -5, null: { centre: 0, deviation: 0.1 }, share: 0.02 };

/** Pictures whose labels follow logit = slope × cosine + offset. */
function examples(count: number, slope: number, offset: number) {
  const [normal, random] = [normalNumbers(1), randomNumbers(2)];
  const cosines = Float64Array.from({ length: count }, () => 0.3 * normal());
  const isPositive = Uint8Array.from(cosines, (cosine) =>
    random() < 1 / (1 + Math.exp(-(slope * cosine + offset))) ? 1 : 0,
  );
  const positives = isPositive.reduce((sum, value) => sum + value, 0);
  return { cosines, isPositive, positives, negatives: count - positives };
}

describe('Platt scaling', () => {
  it('ends where the likelihood is greatest, whatever the pictures', () => {
    const [normal, random] = [normalNumbers(3), randomNumbers(4)];
    for (let run = 0; run < 200; run++) {
      const [count, steepness] = [4 + Math.floor(200 * random()), 10 * random() - 2];
      const values = Array.from({ length: count }, normal);
      const isPositive = values.map((value) => (random() < 1 / (1 + Math.exp(-steepness * value)) ? 1 : 0));
      const positives = isPositive.reduce<number>((sum, value) => sum + value, 0);
      const { slope, offset } = plattLine(values, isPositive);
      const errors = values.map((value, i) => {
        const target = isPositive[i] ? (positives + 1) / (positives + 2) : 1 / (count - positives + 2);
        return 1 / (1 + Math.exp(-(slope * value + offset))) - target;
      });
      expect(Math.abs(errors.reduce((sum, error) => sum + error, 0))).toBeLessThan(2e-6);
      expect(Math.abs(errors.reduce((sum, error, i) => sum + error * (values[i] ?? 0), 0))).toBeLessThan(
        2e-6,
      );
    }
  });
});

describe("a label's line", () => {
  it('stays as it is with examples of one kind alone', () => {
    const given = { cosines: [0.1, 0.2], isPositive: [1, 1], positives: 2, negatives: 0 };
    expect(labelLine(UNLABELLED, given)).toEqual({ method: 'unlabelled', slope: 10, offset: -5 });
  });

  it('is bent a little by one picture of each kind, and more by ten', () => {
    const pairs = (count: number) => ({
      cosines: Array.from({ length: 2 * count }, (_, i) => (i % 2 ? 0.2 : 0)),
      isPositive: Array.from({ length: 2 * count }, (_, i) => i % 2),
      ...{ positives: count, negatives: count },
    });
    const at = (count: number) => {
      const { method, slope, offset } = labelLine(UNLABELLED, pairs(count));
      expect(method).toBe('shrunk');
      return slope * 0.2 + offset;
    };
    const before = 10 * 0.2 - 5;
    expect(at(1)).toBeGreaterThan(before);
    expect(at(10)).toBeGreaterThan(at(1));
  });

  it('is that of the labelled pictures from twenty on', () => {
    const { method, slope, offset } = labelLine(UNLABELLED, examples(4_000, 6, -1), false);
    expect(method).toBe('platt');
    expect(slope).toBeGreaterThan(5.3);
    expect(slope).toBeLessThan(6.7);
    expect(offset).toBeCloseTo(-1, 0);
  });

  it('has an isotonic curve from a thousand on, which reaches neither 0 nor 1', () => {
    const { method, curve = [] } = labelLine(UNLABELLED, examples(4_000, 6, -1));
    expect(method).toBe('isotonic');
    expect(curve.length).toBeGreaterThan(2);
    expect(curve[0]?.[1]).toBeGreaterThan(0);
    expect(curve.at(-1)?.[1]).toBeLessThan(1);
  });

  it('is level where a higher cosine makes the label no likelier', () => {
    const { slope, offset } = labelLine(UNLABELLED, examples(400, -6, 0));
    expect(slope).toBe(0);
    expect(offset).toBeCloseTo(0, 0);
  });
});
