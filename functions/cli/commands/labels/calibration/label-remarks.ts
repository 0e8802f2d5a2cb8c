import type { LabelCalibration } from '../../../../core/calibration/calibration-report.ts';
import { percentText } from './calibration-words.ts';

export interface RemarkedLabel extends Pick<LabelCalibration, 'threshold'> {
  /** Pictures of the collection that carry it now. */
  readonly shown: number;
  /** Pictures of the collection. */
  readonly images: number;
  /** As the label set itself has it. */
  readonly ownThreshold: number | undefined;
}

/** A label that is shown on more of a collection says little about a picture of it. */
const HIGHEST_SHARE = 0.5;
/** Of fewer pictures any label may be missing, or be on most of them. */
const FEWEST_IMAGES = 20;

/** What is odd about a label, for people. */
export function labelRemarks({ shown, images, threshold, ownThreshold }: RemarkedLabel): readonly string[] {
  const isMany = images >= FEWEST_IMAGES;
  return [
    ...(shown === 0 && isMany ? ['never stands out: no picture of the collection looks like it'] : []),
    ...(isMany && shown / images > HIGHEST_SHARE
      ? [`on ${percentText(shown / images)} of the pictures: says little`]
      : []),
    ...(threshold?.outcome === 'out-of-reach'
      ? [`the wanted precision is out of reach: ${percentText(threshold.precision)} at best`]
      : []),
    ...(ownThreshold !== undefined && threshold
      ? [`its own threshold, ${ownThreshold}, goes before the fitted ${threshold.threshold.toFixed(2)}`]
      : []),
  ];
}
