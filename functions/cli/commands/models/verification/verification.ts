import {
  type CosineSummary,
  cosineSummary,
  type RankAgreement,
} from '../../../../core/evaluation/agreement.ts';

/** What a model must reach when it is compared. */
export interface Bars {
  /** Minimum of the mean cosine, for images and for texts. */
  readonly mean: number;
  /** Minimum of the cosine of every image and text. */
  readonly minimum: number;
  /** Share of pictures with the same best label; without it, that is shown but not judged. */
  readonly top1?: number;
}

/**
 * Int8 beside float32, measured on the reference's tiny checkpoint of random weights: images have a mean of 0.9991 and a
 * least of 0.9972, texts a mean of 0.9966, and one of 808 lies at 0.93, which is to be noticed. How many best labels stay
 * the same depends on how near labels are to each other, so it has a bar only when the user sets one.
 */
export const DEFAULT_BARS: Bars = { mean: 0.99, minimum: 0.95 };

/** What a model is compared with. */
export type Measure =
  /** The same checkpoint with float32 weights. */
  | 'float32'
  /** Embeddings that the reference's own code gave. */
  | 'reference'
  /** The model itself, several pictures in one run: int8 takes its steps from all of them together. */
  | 'batches';

/** One comparison: `of` beside `with`. */
export interface Comparison {
  readonly of: 'model' | 'float32';
  readonly with: Measure;
  readonly images?: CosineSummary;
  readonly texts?: CosineSummary;
  /** The pictures and the texts that are least alike, least first. */
  readonly worst: readonly Paired[];
  readonly ranks: readonly LabelSetRanks[];
}

export type Paired = ({ readonly path: string } | { readonly text: string }) & { readonly cosine: number };

export interface LabelSetRanks extends RankAgreement {
  readonly labelSet: string;
  readonly labels: number;
}

/** A bar, and whether it was met. */
export interface Judgement {
  readonly what: string;
  readonly bar: number;
  readonly value: number;
  readonly met: boolean;
}

export interface Verification {
  readonly model: string;
  readonly modelDigest: string;
  readonly folder: string;
  /** Files whose checksums are the manifest's, with their sizes. */
  readonly files: ReadonlyArray<{ readonly path: string; readonly bytes: number }>;
  /** What it was compared with, as a sentence says it. */
  readonly float32?: string;
  readonly reference?: string;
  /** How pictures became pixels; the reference's embeddings come from Pillow's. */
  readonly pixels: 'cliptag';
  readonly pictures: number;
  readonly texts: number;
  readonly broken: ReadonlyArray<{ readonly path: string; readonly reason: string }>;
  readonly comparisons: readonly Comparison[];
  readonly judgements: readonly Judgement[];
}

/** How many pictures, and how many texts, a comparison names. */
const NAMED = 3;

/** Cosines of pictures and texts, summed up, and which are least alike. */
export function summed(
  pictures: readonly Paired[],
  texts: readonly Paired[],
): Pick<Comparison, 'images' | 'texts' | 'worst'> {
  const summary = (pairs: readonly Paired[]) => cosineSummary(pairs.map(({ cosine }) => cosine));
  const worst = (pairs: readonly Paired[]) => [...pairs].sort((a, b) => a.cosine - b.cosine).slice(0, NAMED);
  return {
    ...(pictures.length > 0 && { images: summary(pictures) }),
    ...(texts.length > 0 && { texts: summary(texts) }),
    worst: [...worst(pictures), ...worst(texts)],
  };
}

/** Bars are for the model itself; how far its float32 counterpart is from the reference is for information. */
export function judge(comparisons: readonly Comparison[], bars: Bars): readonly Judgement[] {
  return comparisons
    .filter((comparison) => comparison.of === 'model')
    .flatMap(({ with: measure, images, texts, ranks }) => [
      ...cosineJudgements(`images, ${MEASURE_NAMES[measure]}`, images, bars),
      ...cosineJudgements(`texts, ${MEASURE_NAMES[measure]}`, texts, bars),
      ...ranks.flatMap(({ labelSet, top1 }) =>
        bars.top1 === undefined
          ? []
          : [judgement(`same best label of ${labelSet}, ${MEASURE_NAMES[measure]}`, top1, bars.top1)],
      ),
    ]);
}

/** How far a multiplier of cosines may be from another: scores hardly move, and float16 checkpoints round that much. */
const LOGIT_SCALE_BAR = 0.99;

/** The smaller of two logit scales as a share of the larger. */
export function judgeLogitScale(whose: string, scale: number, other: number): Judgement {
  const value = Math.min(scale, other) / Math.max(scale, other);
  return judgement(`logit scale, as a share of ${whose}`, value, LOGIT_SCALE_BAR);
}

export const MEASURE_NAMES: Readonly<Record<Measure, string>> = {
  float32: 'beside float32',
  reference: 'beside the reference',
  batches: 'alone beside in batches',
};

function cosineJudgements(what: string, summary: CosineSummary | undefined, bars: Bars): Judgement[] {
  if (!summary) return [];
  return [
    judgement(`mean cosine of ${what}`, summary.mean, bars.mean),
    judgement(`least cosine of ${what}`, summary.minimum, bars.minimum),
  ];
}

function judgement(what: string, value: number, bar: number): Judgement {
  return { what, bar, value, met: value >= bar };
}
