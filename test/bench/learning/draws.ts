import { randomNumbers } from '../../../functions/core/search/relevance/random-numbers.ts';
import type { LearningData } from './learning-data.ts';

/** Pictures of each label that are measured with, and those that may be learned from. */
export interface Draw {
  readonly labels: readonly number[];
  readonly measured: ReadonlyArray<readonly number[]>;
  readonly examples: ReadonlyArray<readonly number[]>;
}

/** Always the same draws. No picture that is measured with is learned from. */
export function drawsOf(data: LearningData, draws: number, measured: number): readonly Draw[] {
  const random = randomNumbers();
  const labels = data.heldOut.flatMap((isHeldOut, label) => (isHeldOut ? [label] : []));
  const pictures = labels.map((wanted) => data.label.flatMap((label, i) => (label === wanted ? [i] : [])));
  return Array.from({ length: draws }, () => {
    const shuffled = pictures.map((of) => shuffle(of, random));
    return {
      labels,
      measured: shuffled.map((of) => of.slice(0, measured)),
      examples: shuffled.map((of) => of.slice(measured)),
    };
  });
}

function shuffle(values: readonly number[], random: () => number): number[] {
  return values
    .map((value) => ({ value, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
