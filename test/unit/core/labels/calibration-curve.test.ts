import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationCurve, probabilityAt } from '../../../../functions/core/labels/calibration-curve.ts';
import { RUNS } from '../vectors.ts';
import { givenCurve } from './fitted-classifiers.ts';

describe('probabilityAt', () => {
  const curve = calibrationCurve([
    [-2, 0.1],
    [0, 0.5],
    [0, 0.6],
    [4, 1],
  ]);
  const CASES: ReadonlyArray<readonly [name: string, logit: number, expected: number]> = [
    ['a point', -2, 0.1],
    ['between two points', -1, 0.3],
    ['just below a step', -1e-12, 0.5],
    ['a step', 0, 0.6],
    ['behind a step', 2, 0.8],
    ['the last point', 4, 1],
    ['below the first point', -3, 0.1],
    ['above the last point', 5, 1],
    ['minus infinity', Number.NEGATIVE_INFINITY, 0.1],
    ['infinity', Number.POSITIVE_INFINITY, 1],
  ];
  for (const [name, logit, expected] of CASES) {
    it(`says ${expected} for ${name}`, () => expect(probabilityAt(curve, logit)).toBeCloseTo(expected, 9));
  }

  it('never rounds up beyond the next point', () => {
    // The part of the way rounds to 1, and 0.001 + (0.009 - 0.001) to 0.009000000000000001.
    const long = calibrationCurve([
      [-1e9, 0.001],
      [0, 0.009],
    ]);
    expect(probabilityAt(long, -Number.MIN_VALUE)).toBe(0.009);
  });

  it('never falls, stays between its ends, and goes through its points', () => {
    const logits = fc.array(fc.double({ noNaN: true }), { maxLength: 20 });
    fc.assert(
      fc.property(givenCurve, logits, (points, asked) => {
        const drawn = calibrationCurve(points);
        const near = points.flatMap(([x]) => [x, x * (1 + Number.EPSILON), x + 1e-9, x - 1e-9]);
        let before = points[0]![1];
        for (const logit of [...asked, ...near].sort((a, b) => a - b)) {
          const probability = probabilityAt(drawn, logit);
          expect(probability).toBeGreaterThanOrEqual(before);
          before = probability;
        }
        expect(before).toBeLessThanOrEqual(points.at(-1)![1]);
        for (const [i, [x, y]] of points.entries()) {
          if (points[i + 1]?.[0] !== x) expect(probabilityAt(drawn, x)).toBe(y);
        }
      }),
      { numRuns: RUNS * 5 },
    );
  });
});
