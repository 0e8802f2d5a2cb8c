import type { LabelCalibration } from '../../../../core/calibration/calibration-report.ts';
import type { LabelSet } from '../../../../core/labels/label-set.ts';
import { percentText } from './calibration-words.ts';

export interface RemarkedLabel extends Pick<LabelCalibration, 'threshold'> {
  /** Pictures of the collection that carry it now. */
  readonly shown: number;
  /** Their mean score. */
  readonly meanScore: number;
  /** Pictures of the collection. */
  readonly images: number;
  readonly mode: LabelSet['mode'];
  /** Whether it was learned, and its words alone find its examples as well. @default false */
  readonly isNoBetter?: boolean;
  /** As the label set itself has it. */
  readonly ownThreshold: number | undefined;
}

/** A label that is shown on more of a collection says little about a picture of it. */
const HIGHEST_SHARE = 0.5;
/** Of fewer pictures any label may be missing, or be on most of them. */
const FEWEST_IMAGES = 20;

const NEVER_SHOWN: Readonly<Record<LabelSet['mode'], string>> = {
  independent: 'never stands out: no picture of the collection looks like it',
  exclusive: 'never wins: other labels, or none, are likelier of every picture',
};

/** By how much what is right by the scores may fall short of what was measured. */
const SHORTFALL = 0.3;
/** Of fewer the scores say too little together. */
const FEWEST_SHOWN = 5;

/**
 * Labelled pictures that look nothing like one another are told apart by any threshold; the collection's are not, and the
 * scores of those that would be shown tell it.
 */
function isMeasuredTooEasily({ shown, meanScore, threshold }: RemarkedLabel): boolean {
  return threshold !== undefined && shown >= FEWEST_SHOWN && threshold.precision - meanScore > SHORTFALL;
}

/** What is odd about a label, for people. */
export function labelRemarks(label: RemarkedLabel): readonly string[] {
  const { shown, images, threshold, ownThreshold } = label;
  const isMany = images >= FEWEST_IMAGES;
  return [
    ...(shown === 0 && isMany ? [NEVER_SHOWN[label.mode]] : []),
    ...(isMany && shown / images > HIGHEST_SHARE
      ? [`on ${percentText(shown / images)} of the pictures: says little`]
      : []),
    ...(label.isNoBetter ? ['learned, and no better than its words alone'] : []),
    ...(threshold?.outcome === 'out-of-reach'
      ? [`the wanted precision is out of reach: ${percentText(threshold.precision)} at best`]
      : []),
    ...(isMeasuredTooEasily(label)
      ? [
          `by its scores ${percentText(label.meanScore)} of these ${shown} are right: the labelled pictures are easier than the collection`,
        ]
      : []),
    ...(ownThreshold !== undefined && threshold
      ? [`its own threshold, ${ownThreshold}, goes before the fitted ${threshold.threshold.toFixed(2)}`]
      : []),
  ];
}
