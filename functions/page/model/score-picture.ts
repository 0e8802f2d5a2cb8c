import type { WhyAnswer } from '../../api/contract.ts';

export type ModelView = NonNullable<WhyAnswer['labels'][number]['model']>;

/** Of the drawing, in its own units. */
export const PICTURE_SIZE = { width: 300, height: 56 } as const;
/** Where its axis stands. */
export const AXIS = 50;

/** Beyond that a bell is flat to the eye. */
const DEVIATIONS = 3.5;
/** Points of the bell's line. */
const STEPS = 40;
/** Room left and right of what is drawn, as a part of its width. */
const MARGIN = 0.04;

/** Where things stand on the axis of a label's picture. */
export interface ScorePicture {
  readonly axis: 'cosine' | 'score';
  /** This picture. */
  readonly own: number;
  /** What is enough; none where no cosine is, or every one. */
  readonly enough?: number | undefined;
  /** A path: the bell of the pictures without the label. */
  readonly bell?: string | undefined;
  /** The same in words. */
  readonly text: string;
}

/** By its cosine beside those of pictures without the label, where they are known; else by its score from 0 to 1. */
export function scorePicture(view: ModelView): ScorePicture {
  const { cosine, nullDistribution: without, score, threshold } = view;
  if (cosine === undefined || without === undefined || !(without.deviation > 0)) {
    const at = scaleOf([0, 1]);
    const text = `A score of ${score.toFixed(2)} from 0 to 1; ${threshold.score.toFixed(2)} is enough.`;
    return { axis: 'score', own: at(score), enough: at(threshold.score), text };
  }
  const { mean, deviation } = without;
  const reach = DEVIATIONS * deviation;
  const enough = threshold.cosine;
  const at = scaleOf([mean - reach, mean + reach, cosine, ...(enough === undefined ? [] : [enough])]);
  const around = `Pictures without the label lie around ${mean.toFixed(3)}, give or take ${deviation.toFixed(3)}`;
  const needed = enough === undefined ? '' : `; ${enough.toFixed(3)} is enough`;
  return {
    axis: 'cosine',
    own: at(cosine),
    ...(enough !== undefined && { enough: at(enough) }),
    bell: bellPath(mean, deviation, at),
    text: `A cosine of ${cosine.toFixed(3)}. ${around}${needed}.`,
  };
}

/** Places of numbers on the axis, which spans all of these. */
function scaleOf(numbers: readonly number[]): (value: number) => number {
  const [lowest, highest] = [Math.min(...numbers), Math.max(...numbers)];
  const span = highest - lowest || 1;
  const { width } = PICTURE_SIZE;
  return (value) =>
    round(width * (MARGIN + (1 - 2 * MARGIN) * Math.min(1, Math.max(0, (value - lowest) / span))));
}

function bellPath(mean: number, deviation: number, at: (value: number) => number): string {
  const points = Array.from({ length: STEPS + 1 }, (_, step) => {
    const deviations = DEVIATIONS * ((2 * step) / STEPS - 1);
    const height = Math.exp(-(deviations ** 2) / 2);
    return `${at(mean + deviations * deviation)} ${round(AXIS - height * (AXIS - 6))}`;
  });
  return `M${points.join('L')}Z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
