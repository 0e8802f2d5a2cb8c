import type { LabelFit } from '../labels/label-set-fit.ts';

/**
 * The lowest cosine that gives an independent label a score, by what was fitted to it; undefined where none does, or all do.
 *
 * @param score in [0, 1]
 */
export function cosineOfScore(
  { slope, offset, curve }: Pick<LabelFit, 'slope' | 'offset' | 'curve'>,
  score: number,
): number | undefined {
  const logit = curve ? logitOnCurve(curve, score) : Math.log(score / (1 - score));
  const cosine = logit === undefined ? Number.NaN : (logit - offset) / slope;
  return Number.isFinite(cosine) ? cosine : undefined;
}

function logitOnCurve(curve: NonNullable<LabelFit['curve']>, score: number): number | undefined {
  const at = curve.findIndex(([, probability]) => probability >= score);
  const [low, high] = [curve[at - 1], curve[at]];
  // Below its first point a curve is level.
  if (!low || !high) return undefined;
  const part = (score - low[1]) / (high[1] - low[1]);
  return low[0] + part * (high[0] - low[0]);
}
