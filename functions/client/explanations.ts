import type { Correction, ImageName, ImageStatus, Label } from './images.ts';

/** Why images carry labels, as the API's contract has it (functions/api/contract.ts), in types that need no package. */

export interface Explanation extends ImageName {
  readonly status: ImageStatus;
  readonly reason?: string | undefined;
  readonly reasonCode?: string | undefined;
  readonly modelDigest?: string | undefined;
  /** Whether its embedding is of another model than the label sets', so that nothing can be computed of it. */
  readonly isOfOtherModel?: boolean | undefined;
  /** What the image carries, for people. */
  readonly sentence: string;
  readonly sets: readonly ExplainedSet[];
  readonly labels: readonly ExplainedLabel[];
}

export interface ExplainedSet {
  /** Name of the label set. */
  readonly set: string;
  /** `outdated`: a retag tags the image anew. `not-at-hand`: nothing is known of the label set there. */
  readonly state: 'current' | 'outdated' | 'not-for-this-image' | 'not-at-hand';
  readonly mode?: 'exclusive' | 'independent' | undefined;
  readonly topK?: number | undefined;
  readonly minimumScore?: number | undefined;
  readonly appliesTo?:
    | ReadonlyArray<{ readonly bucket?: string | undefined; readonly prefix?: string | undefined }>
    | undefined;
  /** Whether "unknown" has won: none of its labels fits. */
  readonly isUnknown?: boolean | undefined;
  readonly fit?: { readonly version: number; readonly fittedAt: string } | undefined;
}

/** Why an image carries a label (the first four), or does not; of the last three its record alone tells. */
export type ExplanationReason =
  | 'passes'
  | 'learned'
  | 'added'
  | 'implied'
  | 'removed'
  | 'below-threshold'
  | 'beyond-top-k'
  | 'unknown'
  | 'not-for-this-image'
  | 'not-tagged'
  | 'outdated'
  | 'other-model'
  | 'not-at-hand';

export interface ExplainedLabel extends Label {
  /** Whether the image carries it. */
  readonly isShown: boolean;
  readonly reason: ExplanationReason;
  /** Why, for people. */
  readonly sentence: string;
  /** Of the tag that the image carries. */
  readonly score?: number | undefined;
  readonly correction?: Correction | undefined;
  /** What the model says of it now. */
  readonly model?: ModelView | undefined;
  /** Each prompt by itself, the nearest first, where a label was asked for. */
  readonly prompts?: readonly Carrier[] | undefined;
  /** The nearest of the images that it was learned from. */
  readonly examples?: readonly Carrier[] | undefined;
}

export interface Carrier {
  readonly text: string;
  readonly cosine: number;
}

/** The numbers that a label's score comes from. */
export interface ModelView extends Label {
  readonly verdict: 'passes' | 'below-threshold' | 'beyond-top-k' | 'unknown';
  readonly score: number;
  /** Among the label set's names, broader ones included. */
  readonly rank: number;
  readonly names: number;
  readonly threshold: {
    readonly score: number;
    /** Whose it is: the label's own, a calibration's, or the label set's. */
    readonly from: 'label' | 'fit' | 'set';
    /** The lowest cosine that reaches it, everything else as it is. */
    readonly cosine?: number | undefined;
  };
  readonly topK: number;
  readonly cosine?: number | undefined;
  readonly logit?: number | undefined;
  /** Cosines of pictures without the label, and how many deviations above their mean this one is. */
  readonly nullDistribution?:
    | {
        readonly mean: number;
        readonly deviation: number;
        readonly images: number;
        readonly deviationsAbove?: number | undefined;
      }
    | undefined;
  /** What it takes of the whole; with those of its rivals it makes 1. */
  readonly share?: number | undefined;
  readonly rivals: readonly Rival[];
  readonly broader: ReadonlyArray<{ readonly label: string; readonly score: number }>;
  readonly narrower: ReadonlyArray<{ readonly label: string; readonly score: number }>;
  readonly isLearned?: boolean | undefined;
  readonly fittedTo?: { readonly positive: number; readonly negative: number } | undefined;
}

export interface Rival {
  readonly kind: 'label' | 'none-of-these' | 'unknown' | 'contrast' | 'others';
  /** The label, or the prompt. */
  readonly text?: string | undefined;
  readonly share: number;
  readonly cosine?: number | undefined;
  /** How many `others` there are. */
  readonly count?: number | undefined;
}
