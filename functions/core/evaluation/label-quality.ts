import { type Answer, isRightWithin } from './evaluation.ts';

/** How one label fares when only the best label of a picture counts. */
export interface LabelQuality {
  readonly label: string;
  /** Pictures that are counted under it. */
  readonly pictures: number;
  /** Share of them whose best label is right, in [0, 1]; null when there are none. */
  readonly recall: number | null;
  /** Pictures of which it is the best label. */
  readonly predicted: number;
  /** Share of those for which it is true; null when there are none. */
  readonly precision: number | null;
}

/**
 * The quality of every label that a picture has or that is predicted: weakest recall first, labels without pictures
 * last.
 */
export function qualityByLabel(answers: readonly Answer[]): readonly LabelQuality[] {
  const counts = new Map<string, { pictures: number; found: number; predicted: number; right: number }>();
  const countsOf = (label: string) => {
    const found = counts.get(label) ?? { pictures: 0, found: 0, predicted: 0, right: 0 };
    counts.set(label, found);
    return found;
  };
  for (const answer of answers) {
    const right = isRightWithin(answer, 1) ? 1 : 0;
    const own = countsOf(answer.label);
    own.pictures += 1;
    own.found += right;
    const [best] = answer.best;
    if (!best) continue;
    const predicted = countsOf(best.label);
    predicted.predicted += 1;
    predicted.right += right;
  }
  return [...counts]
    .map(([label, { pictures, found, predicted, right }]) => ({
      label,
      pictures,
      recall: pictures === 0 ? null : found / pictures,
      predicted,
      precision: predicted === 0 ? null : right / predicted,
    }))
    .sort(
      (a, b) => (a.recall ?? 2) - (b.recall ?? 2) || b.pictures - a.pictures || (a.label < b.label ? -1 : 1),
    );
}
