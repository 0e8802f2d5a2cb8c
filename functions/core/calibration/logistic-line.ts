/** p = 1 / (1 + exp(-(slope × x + offset))). */
export interface LogisticLine {
  readonly slope: number;
  readonly offset: number;
}

/** Draws a line towards another one: with no pictures at all it is that one. */
export interface LinePrior {
  readonly line: LogisticLine;
  /** Weight of squared distances, in squared logits; 0 for none. */
  readonly slopeWeight: number;
  readonly offsetWeight: number;
  /** Pictures of each kind that the targets are drawn in by; with a line to hold on to there need be none. @default 1 */
  readonly targetPictures?: number;
}

const NO_PRIOR: LinePrior = { line: { slope: 0, offset: 0 }, slopeWeight: 0, offsetWeight: 0 };
const MAXIMUM_STEPS = 100;
/** Lin et al.'s bounds: how fast the loss still falls at the end (theirs leaves probabilities off by 1e-5), the Hessian's ridge, the shortest step. */
const [GRADIENT, RIDGE, SHORTEST_STEP, DECREASE] = [1e-14, 1e-12, 1e-10, 1e-4];

/**
 * Platt scaling: the logistic line of greatest likelihood, with targets a little inside 0 and 1, as if there were one more
 * picture of each kind (Platt 1999, "Probabilistic outputs for support vector machines"), by Newton's method with
 * backtracking (Lin, Lin and Weng 2007, "A note on Platt's probabilistic outputs for support vector machines", algorithm 1).
 *
 * @param values one for each picture
 * @param isPositive likewise: 1, or 0
 */
export function plattLine(
  values: ArrayLike<number>,
  isPositive: ArrayLike<number>,
  prior: LinePrior = NO_PRIOR,
): LogisticLine {
  const targets = plattTargets(isPositive, prior.targetPictures ?? 1);
  let line = prior === NO_PRIOR ? startOf(isPositive) : prior.line;
  let loss = lossOf(values, targets, line, prior);
  for (let step = 0; step < MAXIMUM_STEPS; step++) {
    const [slopeStep, offsetStep, descent] = newtonStep(values, targets, line, prior);
    if (!(descent > GRADIENT)) break;
    let size = 1;
    for (; size >= SHORTEST_STEP; size /= 2) {
      const next = { slope: line.slope + size * slopeStep, offset: line.offset + size * offsetStep };
      const nextLoss = lossOf(values, targets, next, prior);
      if (nextLoss < loss - DECREASE * size * descent) {
        [line, loss] = [next, nextLoss];
        break;
      }
    }
    if (size < SHORTEST_STEP) break;
  }
  return line;
}

function plattTargets(isPositive: ArrayLike<number>, more: number): Float64Array {
  const positives = countOf(isPositive);
  const negatives = isPositive.length - positives;
  const [high, low] = [(positives + more) / (positives + 2 * more), more / (negatives + 2 * more)];
  return Float64Array.from(isPositive, (positive) => (positive ? high : low));
}

function startOf(isPositive: ArrayLike<number>): LogisticLine {
  const positives = countOf(isPositive);
  return { slope: 0, offset: Math.log((positives + 1) / (isPositive.length - positives + 1)) };
}

function countOf(isPositive: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < isPositive.length; i++) if (isPositive[i]) count++;
  return count;
}

/** Cross-entropy, by a formula that never overflows. */
function lossOf(
  values: ArrayLike<number>,
  targets: Float64Array,
  { slope, offset }: LogisticLine,
  prior: LinePrior,
): number {
  let loss =
    (prior.slopeWeight * (slope - prior.line.slope) ** 2 +
      prior.offsetWeight * (offset - prior.line.offset) ** 2) /
    2;
  for (let i = 0; i < values.length; i++) {
    const logit = slope * (values[i] ?? 0) + offset;
    loss += Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(logit, 0) - (targets[i] ?? 0) * logit;
  }
  return loss;
}

/** Steps of slope and offset, and how fast the loss falls along them. */
function newtonStep(
  values: ArrayLike<number>,
  targets: Float64Array,
  { slope, offset }: LogisticLine,
  prior: LinePrior,
): [slopeStep: number, offsetStep: number, descent: number] {
  let [slopeGradient, offsetGradient] = [
    prior.slopeWeight * (slope - prior.line.slope),
    prior.offsetWeight * (offset - prior.line.offset),
  ];
  let [ss, so, oo] = [prior.slopeWeight + RIDGE, 0, prior.offsetWeight + RIDGE];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const score = 1 / (1 + Math.exp(-(slope * value + offset)));
    const [error, weight] = [score - (targets[i] ?? 0), score * (1 - score)];
    slopeGradient += error * value;
    offsetGradient += error;
    ss += weight * value * value;
    so += weight * value;
    oo += weight;
  }
  const determinant = ss * oo - so * so;
  const slopeStep = -(oo * slopeGradient - so * offsetGradient) / determinant;
  const offsetStep = -(ss * offsetGradient - so * slopeGradient) / determinant;
  return [slopeStep, offsetStep, -(slopeGradient * slopeStep + offsetGradient * offsetStep)];
}
