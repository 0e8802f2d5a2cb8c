import { type Calibration, calibration } from '../evaluation/calibration.ts';
import { type Classifier, classifierOf } from '../labels/classifier.ts';
import { withoutFits } from '../labels/label-set.ts';
import type { LabelSetFit } from '../labels/label-set-fit.ts';
import { logSumExp } from '../labels/log-sum-exp.ts';
import type {
  LabelCalibration,
  ScoredPicture,
  ThresholdQuality,
  UnknownCalibration,
} from './calibration-report.ts';
import {
  type CalibrationBasis,
  type FittedLines,
  fittedLines,
  knownPictures,
  logitsOf,
} from './fitted-lines.ts';
import { FOLDS, foldsOf } from './folds.ts';
import type { KnownOf, LabelledBasis } from './label-examples.ts';
import { rankedShare } from './ranked-share.ts';
import { fillTable, type ScoreTable, scoreOf, scoreTable } from './score-table.ts';
import { thresholdForF1, thresholdForPrecision, thresholdQualities } from './threshold-choice.ts';

/** With fewer pictures of a label the best threshold is any. */
const LEAST_POSITIVES = 5;
/** What a report carries of each label: more would fill the memory with a set of hundreds of labels, and no page shows them. */
const [MAXIMUM_NEGATIVES, MAXIMUM_THRESHOLDS] = [500, 200];

type LabelledPart = Pick<
  LabelCalibration,
  'positives' | 'negatives' | 'pictures' | 'calibration' | 'thresholds' | 'threshold'
>;

export interface CrossFitted {
  /** In the label set's order. */
  readonly labels: readonly LabelledPart[];
  readonly unknown?: Omit<UnknownCalibration, 'logit'>;
}

/**
 * Scores labelled pictures as tagging would, each by what was fitted to the other folds.
 *
 * @param classifier with the rows that the fits are for
 * @param fitOf the fit that lines make
 */
export function crossFitted(
  basis: CalibrationBasis,
  labelled: LabelledBasis,
  classifier: Classifier,
  fitOf: (lines: FittedLines) => LabelSetFit,
  precision?: number,
): CrossFitted {
  const folds = foldsOf(labelled.images, labelled.same);
  const { fit: _, ...unfitted } = classifier;
  const before = scoreTable(basis.labelSet.labels.length, labelled.images);
  fillTable(before, labelled.images, unfitted, () => true);
  const after = scoreTable(basis.labelSet.labels.length, labelled.images);
  const known = new Map<number, number>();
  for (let fold = 0; fold < FOLDS; fold++) {
    const lines = fittedLines(basis, (picture) => folds[picture] !== fold);
    const labelSet = {
      ...withoutFits(basis.labelSet),
      fits: { [classifier.modelDigest]: fitOf(lines) },
    };
    const isOwn = (picture: number) => folds[picture] === fold;
    fillTable(after, labelled.images, classifierOf(labelSet, classifier, classifier), isOwn);
    if (basis.labelSet.mode !== 'exclusive') continue;
    for (const { picture } of knownPictures(basis.labelSet, labelled, isOwn)) {
      known.set(picture, knownLogOdds(picture, labelled, lines));
    }
  }
  const labels = basis.labelSet.labels.map((_label, label) =>
    labelledPart(label, { labelled, before, after, precision }),
  );
  return {
    labels,
    ...(basis.labelSet.mode === 'exclusive' && { unknown: unknownPart(basis, labelled, known) }),
  };
}

interface Tables {
  readonly labelled: LabelledBasis;
  readonly before: ScoreTable;
  readonly after: ScoreTable;
  readonly precision: number | undefined;
}

function labelledPart(label: number, { labelled, before, after, precision }: Tables): LabelledPart {
  const { cosines, rowCount, images, known: all } = labelled;
  const known = all[label];
  if (!known || known.pictures.length === 0) return NOTHING_LABELLED;
  const { positives } = known;
  const scored = Array.from(
    known.pictures,
    (picture, i): ScoredPicture => ({
      name: images.names[picture] ?? '',
      cosine: cosines[picture * rowCount + label] ?? 0,
      score: scoreOf(after, picture, label),
      isPositive: known.isPositive[i] === 1,
    }),
  );
  scored.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const thresholds = thresholdQualities(scored);
  const threshold = chosenThreshold(thresholds, positives, precision);
  return {
    positives,
    negatives: known.pictures.length - positives,
    pictures: shownPictures(scored),
    calibration: {
      before: calibrationOf(known, (picture) => scoreOf(before, picture, label)),
      after: calibrationOf(known, (picture) => scoreOf(after, picture, label)),
    },
    thresholds: shownThresholds(thresholds),
    ...(threshold && { threshold }),
  };
}

const NOTHING_LABELLED = { positives: 0, negatives: 0, pictures: [], thresholds: [] };

/** Of thousands without the label, those with the highest scores. */
function shownPictures(scored: readonly ScoredPicture[]): readonly ScoredPicture[] {
  let negatives = 0;
  return scored.filter(({ isPositive }) => isPositive || ++negatives <= MAXIMUM_NEGATIVES);
}

/** At equal distances, the lowest and the highest among them. */
function shownThresholds(thresholds: readonly ThresholdQuality[]): readonly ThresholdQuality[] {
  const last = thresholds.length - 1;
  if (last < MAXIMUM_THRESHOLDS) return thresholds;
  return Array.from({ length: MAXIMUM_THRESHOLDS }, (_, i) =>
    Math.round((i * last) / (MAXIMUM_THRESHOLDS - 1)),
  ).flatMap((place) => thresholds[place] ?? []);
}

function calibrationOf({ pictures, isPositive }: KnownOf, score: (picture: number) => number): Calibration {
  return calibration(
    Array.from(pictures, (picture, i) => ({ score: score(picture), isRight: isPositive[i] === 1 })),
  );
}

function chosenThreshold(
  thresholds: LabelCalibration['thresholds'],
  positives: number,
  precision: number | undefined,
): LabelCalibration['threshold'] {
  if (precision !== undefined) return thresholdForPrecision(thresholds, precision);
  return positives < LEAST_POSITIVES ? undefined : thresholdForF1(thresholds);
}

/** Log odds that a picture has one of the labels: shares themselves are all the same near 1, and overflow before that. */
function knownLogOdds(
  picture: number,
  labelled: LabelledBasis,
  { lines, noneOfThese, unknownLogit }: FittedLines,
): number {
  const logits = logitsOf(picture, labelled, lines, noneOfThese);
  const others = Float64Array.of(...logits.subarray(lines.length), unknownLogit);
  return logSumExp(logits.subarray(0, lines.length)) - logSumExp(others);
}

function unknownPart(
  { labelSet }: CalibrationBasis,
  labelled: LabelledBasis,
  logOdds: ReadonlyMap<number, number>,
): Omit<UnknownCalibration, 'logit'> {
  const pictures = knownPictures(labelSet, labelled, () => true);
  const of = (isKnown: boolean) =>
    pictures
      .filter(({ positive }) => positive.length > 0 === isKnown)
      .map(({ picture }) => logOdds.get(picture) ?? 0);
  const [known, unknown] = [of(true), of(false)];
  const auroc = rankedShare(known, unknown);
  return { known: known.length, unknown: unknown.length, ...(auroc !== undefined && { auroc }) };
}
