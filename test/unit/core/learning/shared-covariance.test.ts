import { describe, expect, it } from 'vitest';
import { normalised } from '../../../../functions/core/labels/embedding.ts';
import { embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { choleskyFactor, choleskySolve } from '../../../../functions/core/learning/cholesky.ts';
import { learnedLabel } from '../../../../functions/core/learning/learned-label.ts';
import { scatterMatrix } from '../../../../functions/core/learning/scatter-matrix.ts';
import { sharedCovariance } from '../../../../functions/core/learning/shared-covariance.ts';
import fixtures from '../../../fixtures/learning/scikit-learn.json' with { type: 'json' };
import { gaussians, pictureNear } from './examples.ts';

/** As make.py has them. */
function numbers(count: number, size: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count * size }, (_, i) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return ((state / 2 ** 31 - 0.5) * (size - (i % size))) / size;
  });
}

describe('sharedCovariance', () => {
  it.each(fixtures.ledoitWolf)(
    'finds what ledoit_wolf of scikit-learn finds in $count rows of $size',
    (expected) => {
      const { count, size, seed } = expected;
      const values = numbers(count, size, seed);
      const found = sharedCovariance({ modelDigest: 'm', count, size, values });
      expect(found.shrinkage).toBeCloseTo(expected.shrinkage, 7);
      const rows = expected.covariance.flat();
      expect(
        Math.max(...rows.map((value, i) => Math.abs(value - (found.matrix[i] ?? Number.NaN)))),
      ).toBeLessThan(1e-7);
    },
  );

  it('can be solved by where all pictures are the same, or there is one, or none', () => {
    for (const count of [0, 1, 5]) {
      const values = Float32Array.from({ length: count * 3 }, (_, i) => (i % 3 === 1 ? 1 : 0));
      const { matrix, shrinkage } = sharedCovariance({ modelDigest: 'm', count, size: 3, values });
      expect(shrinkage).toBe(1);
      expect(() => choleskyFactor(matrix, 3)).not.toThrow();
    }
  });

  it('teaches lines that a fit can hold where all pictures are the same but for rounding', () => {
    const next = gaussians();
    const [picture, text, example] = [0, 1, 2].map((axis) => pictureNear(axis, 0.3, next));
    for (const noise of [0, 1e-7, 1e-5]) {
      const rows = Array.from({ length: 50 }, () =>
        normalised((picture ?? new Float32Array()).map((value) => value + noise * next())),
      );
      const covariance = sharedCovariance(embeddingMatrix('m', rows));
      const given = { text: text ?? new Float32Array(), positives: [example ?? new Float32Array()] };
      const { slope, offset } = learnedLabel({ ...given, covariance, logitScale: 100 });
      expect(slope).toBeGreaterThan(0);
      expect(Math.max(slope, Math.abs(offset))).toBeLessThan(1e9);
    }
  });

  it('keeps pictures from all over the collection as a background', () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => i);
    const { background } = sharedCovariance({ modelDigest: 'm', count: 10_000, size: 1, values });
    expect(background.count).toBe(2_000);
    expect([...background.values.subarray(0, 3), background.values.at(-1)]).toEqual([0, 5, 10, 9_995]);
  });
});

describe('scatterMatrix', () => {
  it('adds up what a plain loop adds up, whatever the number of rows and their size', () => {
    for (const [rows, size] of [
      [1, 1],
      [255, 3],
      [257, 6],
      [600, 5],
    ] as const) {
      const values = numbers(rows, size, rows);
      const centre = Float64Array.from({ length: size }, (_, i) => i / 10);
      const { matrix, fourthPowers } = scatterMatrix(values, size, () => centre);
      const expected = new Float64Array(size * size);
      let powers = 0;
      for (let row = 0; row < rows; row++) {
        const less = Array.from({ length: size }, (_, i) => (values[row * size + i] ?? 0) - (centre[i] ?? 0));
        for (let i = 0; i < size * size; i++) {
          expected[i] = (expected[i] ?? 0) + (less[Math.floor(i / size)] ?? 0) * (less[i % size] ?? 0);
        }
        powers += less.reduce((sum, value) => sum + value ** 2, 0) ** 2;
      }
      for (const [i, sum] of expected.entries()) expect(matrix[i]).toBeCloseTo(sum, 9);
      expect(fourthPowers).toBeCloseTo(powers, 9);
    }
  });
});

describe('choleskySolve', () => {
  it("gives the weights and offsets of scikit-learn's linear discriminant analysis", () => {
    const { means, covariance, weights, offsets } = fixtures.discriminant;
    const factor = choleskyFactor(Float64Array.from(covariance.flat()), 5);
    for (const [label, mean] of means.entries()) {
      const found = choleskySolve(factor, mean);
      for (const [i, weight] of found.entries()) expect(weight).toBeCloseTo(weights[label]?.[i] ?? 0, 7);
      const offset = -0.5 * found.reduce((sum, weight, i) => sum + weight * (mean[i] ?? 0), 0);
      expect(offset).toBeCloseTo(offsets[label] ?? 0, 7);
    }
  });

  it('rejects a matrix that is not positive definite', () => {
    expect(() => choleskyFactor(Float64Array.from([1, 2, 2, 1]), 2)).toThrow('positive definite');
  });
});
