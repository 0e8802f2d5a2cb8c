import type { HoldingFits } from '../labels/classifier-fit.ts';
import type { LabelSet } from '../labels/label-set.ts';
import type { LabelledImages } from '../labels/labelled-images.ts';
import type { LabelExamples } from './label-line.ts';

export interface LabelledBasis {
  readonly images: LabelledImages;
  /** Shape [pictures, rows]: each label, and "none of these" behind them. */
  readonly cosines: Float32Array;
  readonly rowCount: number;
  /** For each label. */
  readonly known: ReadonlyArray<readonly KnownOf[]>;
}

/** What is known of one label on one labelled picture. */
export interface KnownOf {
  readonly picture: number;
  readonly isPositive: boolean;
}

/**
 * For each label the labelled pictures that say something of it. Those that its direction was learned from are left out:
 * their cosines with it are higher than those of others.
 */
export function knownOfLabels(
  { labels }: LabelSet,
  fits: HoldingFits,
  { known, names }: LabelledImages,
): ReadonlyArray<readonly KnownOf[]> {
  return labels.map(({ name }, label) => {
    const { direction, examples } = fits[label] ?? {};
    const learned = new Set(direction && examples ? [...examples.positive, ...examples.negative] : []);
    const found: KnownOf[] = [];
    for (const [picture, { positive, negative }] of known.entries()) {
      const isPositive = positive.has(name);
      if (!isPositive && !negative.has(name)) continue;
      if (!learned.has(names[picture] ?? '')) found.push({ picture, isPositive });
    }
    return found;
  });
}

export function examplesOf({ known, cosines, rowCount }: LabelledBasis, label: number): LabelExamples {
  const own = known[label] ?? [];
  const positives = own.filter(({ isPositive }) => isPositive).length;
  return {
    cosines: Float64Array.from(own, ({ picture }) => cosines[picture * rowCount + label] ?? 0),
    isPositive: own.map(({ isPositive }) => isPositive),
    positives,
    negatives: own.length - positives,
  };
}
