import { SCORE_DECIMALS } from '../labels/minimum-scores.ts';
import type { ChosenThreshold, ScoredPicture, ThresholdQuality } from './calibration-report.ts';

/**
 * Quantile of the standard normal distribution, 95 % on one side. The threshold is the lowest of many that pass, some by chance:
 * so that it is right nine times in ten, each must be by more.
 */
const CERTAINTY = 1.6449;
/** With fewer shown pictures an estimate says nothing. */
const LEAST_SHOWN = 5;

/**
 * What each threshold shows, lowest first: one for each score that a picture has, as tags carry it.
 *
 * @param pictures in any order
 */
export function thresholdQualities(pictures: readonly ScoredPicture[]): ThresholdQuality[] {
  const positives = pictures.filter(({ isPositive }) => isPositive).length;
  const sorted = pictures.map(({ score, isPositive }) => ({ score: shownScore(score), isPositive }));
  sorted.sort((a, b) => b.score - a.score);
  const qualities: ThresholdQuality[] = [];
  let right = 0;
  for (const [i, { score, isPositive }] of sorted.entries()) {
    if (isPositive) right++;
    if (sorted[i + 1]?.score === score) continue;
    const shown = i + 1;
    qualities.push({
      threshold: score,
      shown,
      precision: right / shown,
      precisionAtLeast: lowerBound(right, shown),
      recall: positives === 0 ? 0 : right / positives,
    });
  }
  return qualities.reverse();
}

/** The lowest threshold that is precise enough, or says that there is none. Undefined without a positive picture. */
export function thresholdForPrecision(
  qualities: readonly ThresholdQuality[],
  precision: number,
): ChosenThreshold | undefined {
  const useful = qualities.filter(({ recall }) => recall > 0);
  const sure = useful.find((quality) => quality.precisionAtLeast >= precision);
  if (sure) return { ...loosest(sure, qualities), aim: 'precision', outcome: 'sure' };
  const estimated = useful.find((quality) => quality.shown >= LEAST_SHOWN && quality.precision >= precision);
  if (estimated) return { ...loosest(estimated, qualities), aim: 'precision', outcome: 'estimated' };
  const nearest = best(useful, ({ precisionAtLeast }) => precisionAtLeast);
  return nearest && { ...loosest(nearest, qualities), aim: 'precision', outcome: 'out-of-reach' };
}

/** The threshold with the best F1, the harmonic mean of precision and recall; of equal ones the highest. */
export function thresholdForF1(qualities: readonly ThresholdQuality[]): ChosenThreshold | undefined {
  const useful = qualities.filter(({ recall }) => recall > 0);
  const found = best(useful, ({ precision, recall }) => (2 * precision * recall) / (precision + recall));
  return found && { ...loosest(found, qualities), aim: 'f1', outcome: 'estimated' };
}

/**
 * Halfway down to the next lower score, which shows the same labelled pictures. The scores of pictures with a label may all be
 * nearly the same, and those of the final fit a little lower than the cross-fitted ones: a threshold at the very lowest of
 * them would show none.
 */
function loosest(quality: ThresholdQuality, qualities: readonly ThresholdQuality[]): ThresholdQuality {
  const lower = qualities[qualities.indexOf(quality) - 1]?.threshold ?? 0;
  const steps = 10 ** SCORE_DECIMALS;
  const [from, to] = [Math.round(lower * steps), Math.round(quality.threshold * steps)];
  return { ...quality, threshold: Math.ceil((from + to) / 2) / steps };
}

function best(
  qualities: readonly ThresholdQuality[],
  measureOf: (quality: ThresholdQuality) => number,
): ThresholdQuality | undefined {
  let found: ThresholdQuality | undefined;
  for (const quality of qualities) if (!found || measureOf(quality) >= measureOf(found)) found = quality;
  return found;
}

/** As a tag carries it. */
function shownScore(score: number): number {
  return Number(score.toFixed(SCORE_DECIMALS));
}

/** Wilson's lower bound of a share (Wilson 1927, "Probable inference, the law of succession, and statistical inference"). */
export function lowerBound(right: number, shown: number): number {
  if (shown === 0) return 0;
  const [share, square] = [right / shown, CERTAINTY ** 2];
  const centre = share + square / (2 * shown);
  const spread = CERTAINTY * Math.sqrt((share * (1 - share)) / shown + square / (4 * shown ** 2));
  return Math.max(0, (centre - spread) / (1 + square / shown));
}
