import fc from 'fast-check';
import { expect, it } from 'vitest';
import { calibration } from '../../../../functions/core/evaluation/calibration.ts';
import { pooledCalibration } from '../../../../functions/core/evaluation/pooled-calibration.ts';

const answers = fc.array(
  fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), isRight: fc.boolean() }),
  {
    maxLength: 60,
  },
);

it('is what measuring all answers together gives', () => {
  fc.assert(
    fc.property(fc.array(answers, { maxLength: 5 }), (parts) => {
      const pooled = pooledCalibration(parts.map(calibration));
      const whole = calibration(parts.flat());
      expect(pooled.expectedError).toBeCloseTo(whole.expectedError, 12);
      expect(pooled.bins).toHaveLength(whole.bins.length);
      for (const [i, bin] of whole.bins.entries()) {
        expect(pooled.bins[i]).toMatchObject({ from: bin.from, to: bin.to, count: bin.count });
        expect(pooled.bins[i]?.meanScore).toBeCloseTo(bin.meanScore, 12);
        expect(pooled.bins[i]?.right).toBeCloseTo(bin.right, 12);
      }
    }),
  );
});
