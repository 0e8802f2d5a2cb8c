import type { Calibration, CalibrationBin } from './calibration.ts';

/** The calibration of all answers that several calibrations are of, as if they had been measured together. */
export function pooledCalibration(parts: readonly Calibration[]): Calibration {
  const pooled = new Map<number, CalibrationBin>();
  for (const bin of parts.flatMap(({ bins }) => bins)) {
    const before = pooled.get(bin.from);
    pooled.set(bin.from, before ? both(before, bin) : bin);
  }
  const bins = [...pooled.values()].sort((a, b) => a.from - b.from);
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  const distance = bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.meanScore - bin.right), 0);
  return { expectedError: count === 0 ? 0 : distance / count, bins };
}

function both(a: CalibrationBin, b: CalibrationBin): CalibrationBin {
  const count = a.count + b.count;
  const mean = (x: number, y: number) => (a.count * x + b.count * y) / count;
  return { ...a, count, meanScore: mean(a.meanScore, b.meanScore), right: mean(a.right, b.right) };
}
