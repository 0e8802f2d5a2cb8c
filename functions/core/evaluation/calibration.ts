import { type Answer, isRightWithin, share } from './evaluation.ts';

/** A label's or a tag's score, and whether it was right. */
export interface ScoredAnswer {
  /** In [0, 1]. */
  readonly score: number;
  readonly isRight: boolean;
}

/** The answers whose score lies above `from` and up to `to` (0 itself is in the first bin). */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  /** At least 1. */
  readonly count: number;
  readonly meanScore: number;
  /** Share that is right, in [0, 1]. */
  readonly right: number;
}

/** How well scores tell how often answers are right. */
export interface Calibration {
  /** Expected calibration error, in [0, 1]: 0 when seven in ten answers that score 0.7 are right, and so on. */
  readonly expectedError: number;
  /** From the lowest scores up, without empty ones. */
  readonly bins: readonly CalibrationBin[];
}

/** The number of bins in the paper that {@link calibration} cites. */
export const CALIBRATION_BINS = 15;

/**
 * Expected calibration error: over {@link CALIBRATION_BINS} bins of equal width, the mean distance between the mean
 * score and the share that is right, each bin weighed by its count (Guo et al. 2017, "On Calibration of Modern Neural
 * Networks", section 2, equation 3). 0 when there are no answers.
 */
export function calibration(outcomes: readonly ScoredAnswer[]): Calibration {
  const bins = [...groupedByBin(outcomes)]
    .sort(([a], [b]) => a - b)
    .map(([bin, members]) => measuredBin(bin, members));
  const distances = bins.map(({ count, meanScore, right }) => count * Math.abs(meanScore - right));
  return { expectedError: share(sum(distances), outcomes.length), bins };
}

/** The best label's score of each picture, and whether that label is right. */
export function bestLabelAnswers(answers: readonly Answer[]): readonly ScoredAnswer[] {
  return answers.map((answer) => ({ score: answer.best[0]?.score ?? 0, isRight: isRightWithin(answer, 1) }));
}

function groupedByBin(outcomes: readonly ScoredAnswer[]): Map<number, ScoredAnswer[]> {
  const groups = new Map<number, ScoredAnswer[]>();
  for (const outcome of outcomes) {
    const bin = binOf(outcome.score);
    const group = groups.get(bin);
    if (group) group.push(outcome);
    else groups.set(bin, [outcome]);
  }
  return groups;
}

function binOf(score: number): number {
  return Math.min(CALIBRATION_BINS, Math.max(1, Math.ceil(score * CALIBRATION_BINS))) - 1;
}

function measuredBin(bin: number, members: readonly ScoredAnswer[]): CalibrationBin {
  return {
    from: bin / CALIBRATION_BINS,
    to: (bin + 1) / CALIBRATION_BINS,
    count: members.length,
    meanScore: sum(members.map(({ score }) => score)) / members.length,
    right: members.filter(({ isRight }) => isRight).length / members.length,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
