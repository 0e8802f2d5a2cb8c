import type { Calibration } from '../evaluation/calibration.ts';
import type { LabelFit } from '../labels/label-set-fit.ts';

/** How a label's scores came about: from no labelled pictures, some (0 to 20), about 20, or about 1,000 positive ones. */
export type CalibrationMethod = 'unlabelled' | 'shrunk' | 'platt' | 'isotonic';

/** What was found about a label set with one model: all that a page about it needs. */
export interface CalibrationReport {
  readonly labelSet: string;
  readonly mode: 'exclusive' | 'independent';
  readonly modelDigest: string;
  /** Pictures of the user's own, of the model's background, and those with known labels. */
  readonly images: { readonly collection: number; readonly background: number; readonly labelled: number };
  /** Log odds for each deviation above the null distribution: one for all labels of a model. */
  readonly temperature: number;
  /** In the label set's order. */
  readonly labels: readonly LabelCalibration[];
  /** Only of exclusive sets. */
  readonly unknown?: UnknownCalibration;
  /** For people: what was missing, and what that means. */
  readonly remarks: readonly string[];
}

export interface LabelCalibration {
  readonly label: string;
  readonly method: CalibrationMethod;
  /** As the fit has it: cosines of pictures without the label. */
  readonly null: NonNullable<LabelFit['null']>;
  /** Share of the collection that the label is thought to be true of, in [0, 1], before labelled pictures are looked at. */
  readonly share: number;
  /** Labelled pictures that say something of the label. */
  readonly positives: number;
  readonly negatives: number;
  /**
   * Labelled pictures, best score first, ties by name: all with the label, and the best 500 without it. The score is
   * cross-fitted: nothing that it was worked out with has seen the picture's label.
   */
  readonly pictures: readonly ScoredPicture[];
  /** Of these scores, and of those that the label set has without a fit. Undefined without labelled pictures. */
  readonly calibration?: { readonly before: Calibration; readonly after: Calibration };
  /** By the cross-fitted scores of all labelled pictures, lowest threshold first; 200 of them where there are more. */
  readonly thresholds: readonly ThresholdQuality[];
  readonly threshold?: ChosenThreshold;
}

export interface ScoredPicture {
  /** As in `LabelledImages`. */
  readonly name: string;
  readonly cosine: number;
  /** In [0, 1]. */
  readonly score: number;
  readonly isPositive: boolean;
}

/** What a threshold shows of the labelled pictures. */
export interface ThresholdQuality {
  readonly threshold: number;
  readonly shown: number;
  /** Share of the shown ones that have the label. */
  readonly precision: number;
  /** The precision is above this with a certainty of 95 %, if the threshold was not chosen by it. */
  readonly precisionAtLeast: number;
  /** Share of those with the label that are shown. */
  readonly recall: number;
}

export interface ChosenThreshold extends ThresholdQuality {
  readonly aim: 'precision' | 'f1';
  /**
   * `sure`: the wanted precision is reached with a certainty of some 90 %. `estimated`: it is reached on the labelled pictures,
   * which are too few to be sure. `out-of-reach`: no threshold does; this one comes nearest. F1 is always `estimated`.
   */
  readonly outcome: 'sure' | 'estimated' | 'out-of-reach';
}

/** The reject option of an exclusive set. */
export interface UnknownCalibration {
  readonly logit: number;
  /** Labelled pictures with one of the labels, and with none. */
  readonly known: number;
  readonly unknown: number;
  /** How well the share of "unknown" tells them apart (cross-fitted): undefined without either kind. */
  readonly auroc?: number;
}
