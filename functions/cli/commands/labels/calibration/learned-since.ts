import { type LabelSetFit, labelFitOf } from '../../../../core/labels/label-set-fit.ts';

/**
 * A calibration's fit, to be written; what was learned or unlearned while it was worked out, or somebody was asked, holds.
 *
 * @param read what the calibration started from
 * @param now what is there by now
 */
export function withLearnedSince(
  fit: LabelSetFit,
  read: LabelSetFit | undefined,
  now: LabelSetFit | undefined,
): LabelSetFit {
  const names = new Set([...Object.keys(fit.labels), ...Object.keys(now?.labels ?? {})]);
  const labels = [...names].flatMap((name) => {
    const [calibrated, before, current] = [fit, read, now].map((one) => one && labelFitOf(one, name));
    const holding = current?.direction === before?.direction ? calibrated : current;
    return holding ? [[name, holding] as const] : [];
  });
  return { ...fit, labels: Object.fromEntries(labels) };
}
