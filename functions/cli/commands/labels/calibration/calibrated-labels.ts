import type { CalibrationReport } from '../../../../core/calibration/calibration-report.ts';
import type { Classifier } from '../../../../core/labels/classifier.ts';
import type { Label } from '../../../../core/labels/label-set.ts';
import { type LabelFit, type LabelSetFit, labelFitOf } from '../../../../core/labels/label-set-fit.ts';
import { SCORE_DECIMALS } from '../../../../core/labels/minimum-scores.ts';
import type { LearningQuality } from '../../../../core/learning/learning-quality.ts';
import type { Histogram } from '../../../../core/survey/cosine-histograms.ts';
import { cosineOfScore } from '../../../../core/survey/cosine-of-score.ts';
import type { LabelSurvey } from '../../../../core/survey/label-survey.ts';
import type { SurveyedImage } from '../../../../core/survey/nearest-rows.ts';
import type { CalibratedLabel, ScoreMark } from './calibrated-label.ts';
import { labelRemarks } from './label-remarks.ts';

/** What was found about a label set and its pictures. */
export interface CalibrationFindings {
  /** With the new fit. */
  readonly classifier: Classifier;
  readonly fit: LabelSetFit;
  readonly report: CalibrationReport;
  /** Of the collection, by the label set as it was and as it is now. */
  readonly before: LabelSurvey;
  readonly after: LabelSurvey;
  /** Of the collection's pictures, by row. */
  readonly names: readonly string[];
  /** By label. @default nothing is known of it */
  readonly qualities?: ReadonlyMap<string, LearningQuality> | undefined;
  /** For each label. @default none are shown */
  readonly histograms?: ReadonlyArray<Histogram | undefined> | undefined;
}

const MARKED_SCORES = [0.1, 0.25, 0.5, 0.75, 0.9];

/** The labels of a calibrated set, those whose pictures have changed most first. */
export function calibratedLabels(findings: CalibrationFindings): readonly CalibratedLabel[] {
  const { labels } = findings.classifier.labelSet;
  const found = labels.map((label, place) => calibratedLabel(label, place, findings));
  const change = ({ shown }: CalibratedLabel) => Math.abs(shown.after - shown.before);
  return found.sort((a, b) => change(b) - change(a));
}

function calibratedLabel(label: Label, place: number, findings: CalibrationFindings): CalibratedLabel {
  const { report, fit, before, after, names, histograms } = findings;
  const { name, parent, threshold: ownThreshold } = label;
  const found = report.labels[place];
  const survey = after.labels.get(name);
  if (!found || !survey) throw new Error(`Expected the calibration of "${name}" in the report`);
  const { shown, meanScore, minimumScore, above, below } = survey;
  const labelFit = labelFitOf(fit, name);
  const named = ({ row, score }: SurveyedImage) => ({ name: names[row] ?? '', score });
  const isByItself = report.mode === 'independent';
  return {
    ...found,
    parent,
    shown: { before: before.labels.get(name)?.shown ?? 0, after: shown },
    minimumScore,
    learned: labelFit && learnedFrom(labelFit, findings.qualities?.get(name)),
    cosines: histograms?.[place],
    scoreMarks: labelFit && isByItself ? scoreMarks(labelFit, minimumScore) : [],
    above: above.map(named),
    below: below.map(named),
    remarks: labelRemarks({
      ...{ shown, meanScore, images: names.length, mode: report.mode, ownThreshold },
      isNoBetter: findings.qualities?.get(name)?.verdict === 'no better',
      ...(found.threshold && { threshold: found.threshold }),
    }),
  };
}

function learnedFrom(
  { direction, examples }: LabelFit,
  quality: LearningQuality | undefined,
): CalibratedLabel['learned'] {
  if (direction === undefined) return undefined;
  return { quality, positives: examples?.positive ?? [], negatives: examples?.negative ?? [] };
}

function scoreMarks(labelFit: LabelFit, minimumScore: number): readonly ScoreMark[] {
  const threshold = Number(minimumScore.toFixed(SCORE_DECIMALS));
  const scores = [...MARKED_SCORES.filter((score) => score !== threshold), threshold];
  return scores.flatMap((score) => {
    const cosine = cosineOfScore(labelFit, score);
    return cosine === undefined ? [] : [{ score, cosine, isThreshold: score === threshold }];
  });
}
