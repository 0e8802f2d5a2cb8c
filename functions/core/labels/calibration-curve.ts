/** Probabilities by logit: a polyline that never descends, as two arrays of the same length. */
export interface CalibrationCurve {
  readonly logits: Float64Array;
  readonly probabilities: Float64Array;
}

/** @param points logits and probabilities, at least one, neither ever descending */
export function calibrationCurve(
  points: ReadonlyArray<readonly [logit: number, probability: number]>,
): CalibrationCurve {
  return {
    logits: Float64Array.from(points, ([logit]) => logit),
    probabilities: Float64Array.from(points, ([, probability]) => probability),
  };
}

/**
 * Linear between the points, constant beyond them, as scikit-learn's IsotonicRegression with `out_of_bounds='clip'`
 * predicts. Where points share a logit, the last one holds from there on.
 *
 * @param logit any number, infinite ones among them
 */
export function probabilityAt({ logits, probabilities }: CalibrationCurve, logit: number): number {
  const after = firstAbove(logits, logit);
  if (after === 0) return probabilities[0] ?? 0;
  const low = probabilities[after - 1] ?? 0;
  if (after === logits.length) return low;
  const high = probabilities[after] ?? 0;
  const begin = logits[after - 1] ?? 0;
  const part = (logit - begin) / ((logits[after] ?? 0) - begin);
  // Rounding may take the sum a hair beyond its end, above the next point.
  return Math.min(high, low + part * (high - low));
}

/** The index of the first value above a number; their count where there is none. */
function firstAbove(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
