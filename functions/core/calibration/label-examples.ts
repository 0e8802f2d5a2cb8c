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
  /** Labelled pictures that some label's direction was learned from. */
  readonly learned: ReadonlySet<number>;
  /** As `samePictures` gives it. */
  readonly same: Int32Array;
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
 * For each label the labelled pictures that say something of it, without those that its direction was learned from.
 *
 * @param learned for each label, as `learnedPictures` gives it
 */
export function knownOfLabels(
  { labels }: LabelSet,
  learned: ReadonlyArray<ReadonlySet<number>>,
  { known }: Pick<LabelledImages, 'known'>,
): readonly KnownOf[] {
  return labels.map(({ name }, label) => {
    const [pictures, isPositive]: [number[], number[]] = [[], []];
    for (const [picture, { positive, negative }] of known.entries()) {
      const has = positive.has(name);
      if (!has && !negative.has(name)) continue;
      if (learned[label]?.has(picture)) continue;
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
