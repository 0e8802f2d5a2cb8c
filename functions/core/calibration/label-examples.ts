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
  readonly known: readonly KnownOf[];
}

/** The labelled pictures that say something of one label, as parallel arrays. */
export interface KnownOf {
  /** Places among the labelled pictures, ascending. */
  readonly pictures: Int32Array;
  /** 1 for a picture that has the label, 0 for one that has it not. */
  readonly isPositive: Uint8Array;
  readonly positives: number;
}

/**
 * For each label the labelled pictures that say something of it. Those that its direction was learned from are left out:
 * their cosines with it are higher than those of others.
 */
export function knownOfLabels(
  { labels }: LabelSet,
  fits: HoldingFits,
  { known, names }: LabelledImages,
): readonly KnownOf[] {
  return labels.map(({ name }, label) => {
    const { direction, examples } = fits[label] ?? {};
    const learned = new Set(direction && examples ? [...examples.positive, ...examples.negative] : []);
    const [pictures, isPositive]: [number[], number[]] = [[], []];
    for (const [picture, { positive, negative }] of known.entries()) {
      const has = positive.has(name);
      if (!has && !negative.has(name)) continue;
      if (learned.size > 0 && learned.has(names[picture] ?? '')) continue;
      pictures.push(picture);
      isPositive.push(has ? 1 : 0);
    }
    return knownOf(pictures, isPositive);
  });
}

function knownOf(pictures: readonly number[], isPositive: readonly number[]): KnownOf {
  return {
    pictures: Int32Array.from(pictures),
    isPositive: Uint8Array.from(isPositive),
    positives: isPositive.filter((value) => value === 1).length,
  };
}

/** Of those that may be looked at. */
export function seenOf({ pictures, isPositive }: KnownOf, isSeen: (picture: number) => boolean): KnownOf {
  const places = [...pictures.keys()].filter((place) => isSeen(pictures[place] ?? 0));
  return knownOf(
    places.map((place) => pictures[place] ?? 0),
    places.map((place) => isPositive[place] ?? 0),
  );
}

export function examplesOf({ known, cosines, rowCount }: LabelledBasis, label: number): LabelExamples {
  const { pictures, isPositive, positives } = known[label] ?? NOTHING;
  return {
    cosines: Float64Array.from(pictures, (picture) => cosines[picture * rowCount + label] ?? 0),
    isPositive,
    positives,
    negatives: pictures.length - positives,
  };
}

const NOTHING = knownOf([], []);
