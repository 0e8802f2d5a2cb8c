import type { CalibrationReport } from '../../../../core/calibration/calibration-report.ts';
import type { BeforeAndAfter, CalibratedLabel } from './calibrated-label.ts';

/** What a report tells of a calibrated label set. */
export interface CalibratedSet
  extends Pick<CalibrationReport, 'images' | 'temperature' | 'unknown' | 'remarks'> {
  readonly name: string;
  readonly mode: 'exclusive' | 'independent';
  /** Of its file. */
  readonly path: string;
  readonly model: string;
  readonly modelDigest: string;
  /** Counts the fits with this model. */
  readonly version: number;
  /** Pictures with a tag of this label set, by the label set as it was and as it is now. */
  readonly tagged: BeforeAndAfter;
  /** Tags of all pictures together. */
  readonly tags: BeforeAndAfter;
  /** Those that most pictures gain or lose first. */
  readonly labels: readonly CalibratedLabel[];
}
