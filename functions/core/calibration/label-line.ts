import type { CalibrationMethod } from './calibration-report.ts';
import { isotonicCurve } from './isotonic-curve.ts';
import { plattLine } from './logistic-line.ts';
import type { UnlabelledLine } from './unlabelled-line.ts';

/** From so many positives, and negatives, on the labelled pictures alone decide. */
export const PLATT_PICTURES = 20;
/** Isotonic curves follow chance with fewer (Niculescu-Mizil and Caruana 2005, "Predicting good probabilities", section 5). */
export const ISOTONIC_PICTURES = 1_000;

/** What labelled pictures say of one label. */
export interface LabelExamples {
  readonly cosines: ArrayLike<number>;
  readonly isPositive: ArrayLike<number>;
  readonly positives: number;
  readonly negatives: number;
}

export interface LabelLine {
  readonly method: CalibrationMethod;
  readonly slope: number;
  readonly offset: number;
  /** Probabilities by logit; with `isotonic` only. */
  readonly curve?: Array<[number, number]>;
}

/**
 * How far a line may be from the one without labels, as a standard deviation: its slope by a half, its offset by two
 * logits (a share that is seven times as high as expected).
 */
const [SLOPE_DEVIATION, OFFSET_DEVIATION] = [0.5, 2];

/**
 * The line of a label that some pictures are labelled with. Few of them bend the line without labels a little; about
 * twenty of both kinds need it no more. Where a higher cosine makes the label no likelier, the line is level: a share.
 *
 * @param withCurve whether an isotonic curve is asked for where there are enough pictures
 */
export function labelLine(unlabelled: UnlabelledLine, examples: LabelExamples, withCurve = true): LabelLine {
  const { cosines, isPositive, positives, negatives } = examples;
  const { slope, offset } = unlabelled;
  const fewer = Math.min(positives, negatives);
  // Examples of one kind alone cannot tell where the other begins.
  if (fewer === 0) return { method: 'unlabelled', slope, offset };
  const logits = Float64Array.from(cosines, (cosine) => slope * cosine + offset);
  const trust = Math.max(0, 1 - fewer / PLATT_PICTURES);
  const bend = plattLine(logits, isPositive, {
    line: { slope: 1, offset: 0 },
    slopeWeight: trust / SLOPE_DEVIATION ** 2,
    offsetWeight: trust / OFFSET_DEVIATION ** 2,
    targetPictures: 1 - trust,
  });
  const level = Math.log((positives + 1) / (negatives + 1));
  const line =
    bend.slope > 0
      ? { slope: bend.slope * slope, offset: bend.slope * offset + bend.offset }
      : { slope: 0, offset: level };
  if (trust > 0) return { method: 'shrunk', ...line };
  if (!withCurve || fewer < ISOTONIC_PICTURES || line.slope === 0) return { method: 'platt', ...line };
  const own = Float64Array.from(cosines, (cosine) => line.slope * cosine + line.offset);
  return { method: 'isotonic', ...line, curve: boundedCurve(own, isPositive) };
}

/** A curve with two points or more whose ends are half a picture away from "never" and "always". */
export function boundedCurve(
  logits: ArrayLike<number>,
  isPositive: ArrayLike<number>,
): Array<[number, number]> {
  const half = 0.5 / logits.length;
  const points = isotonicCurve(logits, isPositive).map(([logit, probability]): [number, number] => [
    logit,
    Math.min(1 - half, Math.max(half, probability)),
  ]);
  const [first] = points;
  return first && points.length === 1 ? [first, first] : points;
}
