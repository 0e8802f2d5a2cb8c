import type { LabelCalibration } from '../../../../core/calibration/calibration-report.ts';
import type { LearningQuality } from '../../../../core/learning/learning-quality.ts';
import type { Histogram } from '../../../../core/survey/cosine-histograms.ts';

/** What a report tells of one label of a calibrated label set, beside what its calibration found. */
export interface CalibratedLabel extends LabelCalibration {
  /** The broader label that it implies. */
  readonly parent?: string | undefined;
  /** Images that carry it, by the label set as it was and as it is now. */
  readonly shown: BeforeAndAfter;
  /** Lowest score of a tag. */
  readonly minimumScore: number;
  /** What it was learned from. @default its words */
  readonly learned?: LearnedFrom | undefined;
  /** Of the collection's pictures with the label. @default there is no collection */
  readonly cosines?: Histogram | undefined;
  /** Scores and the cosines that give them, the lowest score of a tag among them. @default other labels decide, too (exclusive) */
  readonly scoreMarks: readonly ScoreMark[];
  /** The pictures nearest to the threshold, the nearest first. */
  readonly above: readonly NearPicture[];
  readonly below: readonly NearPicture[];
  readonly remarks: readonly string[];
}

export interface BeforeAndAfter {
  readonly before: number;
  readonly after: number;
}

export interface LearnedFrom {
  /** How well it finds examples that were left out, beside its words. @default too few are in the collection to say */
  readonly quality?: LearningQuality | undefined;
  readonly positives: readonly string[];
  readonly negatives: readonly string[];
}

export interface ScoreMark {
  readonly score: number;
  readonly cosine: number;
  readonly isThreshold: boolean;
}

export interface NearPicture {
  /** `s3://BUCKET/KEY`. */
  readonly name: string;
  readonly score: number;
}
