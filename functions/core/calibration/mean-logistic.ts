/** Halvings: an interval of 200 logits comes down to less than a billionth. */
const STEPS = 38;
/** Beyond it every score is 0 or 1 to the last digit. */
const REACH = 50;

/**
 * The offset with which the mean of logistic(logit + offset) is `mean`; the mean grows with the offset, so it is found by
 * halving.
 *
 * @param logits ascending, at least one
 * @param weights one for each logit; their sum is above 0
 * @param mean within (0, 1)
 */
export function offsetForMean(logits: Float64Array, weights: Float64Array, mean: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let low = -(logits[logits.length - 1] ?? 0) - REACH;
  let high = -(logits[0] ?? 0) + REACH;
  for (let step = 0; step < STEPS; step++) {
    const offset = (low + high) / 2;
    if (sumOfScores(logits, weights, offset) < mean * total) low = offset;
    else high = offset;
  }
  return (low + high) / 2;
}

function sumOfScores(logits: Float64Array, weights: Float64Array, offset: number): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    sum += (weights[i] ?? 0) / (1 + Math.exp(-((logits[i] ?? 0) + offset)));
  }
  return sum;
}
