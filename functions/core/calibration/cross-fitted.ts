import { type Calibration, calibration } from '../evaluation/calibration.ts';
import { type Classifier, classifierOf } from '../labels/classifier.ts';
import { embeddingAt } from '../labels/embedding-matrix.ts';
import { withoutFits } from '../labels/label-set.ts';
import type { LabelSetFit } from '../labels/label-set-fit.ts';
import { scoresByLabel } from '../labels/scores.ts';
import type { LabelCalibration, ScoredPicture, UnknownCalibration } from './calibration-report.ts';
import {
  type CalibrationBasis,
  type FittedLines,
  fittedLines,
  knownPictures,
  logitsOf,
} from './fitted-lines.ts';
import { FOLDS, foldsOf } from './folds.ts';
import type { LabelledBasis } from './label-examples.ts';
import { rankedShare } from './ranked-share.ts';
import { thresholdForF1, thresholdForPrecision, thresholdQualities } from './threshold-choice.ts';

/** With fewer pictures of a label the best threshold is any. */
const LEAST_POSITIVES = 5;

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
  const folds = foldsOf(labelled.images);
  const { fit: _, ...unfitted } = classifier;
  const before = scoreTable(labelled, unfitted, () => true);
  const after = new Map<number, ReadonlyMap<string, number>>();
  const known = new Map<number, number>();
  for (let fold = 0; fold < FOLDS; fold++) {
    const lines = fittedLines(basis, (picture) => folds[picture] !== fold);
    const labelSet = {
      ...withoutFits(basis.labelSet),
      fits: { [classifier.modelDigest]: fitOf(lines) },
    };
    const scored = scoreTable(
      labelled,
      classifierOf(labelSet, classifier, classifier),
      (i) => folds[i] === fold,
    );
    for (const [picture, scores] of scored) after.set(picture, scores);
    for (const { picture } of knownPictures(basis.labelSet, labelled, (i) => folds[i] === fold)) {
      known.set(picture, knownShare(picture, labelled, lines));
    }
  }
  const labels = basis.labelSet.labels.map(({ name }, label) =>
    labelledPart(name, label, { labelled, before, after, precision }),
  );
  return {
    labels,
    ...(basis.labelSet.mode === 'exclusive' && { unknown: unknownPart(basis, labelled, known) }),
  };
}

type ScoreTable = ReadonlyMap<number, ReadonlyMap<string, number>>;

function scoreTable(
  { images }: LabelledBasis,
  classifier: Classifier,
  isWanted: (picture: number) => boolean,
): ScoreTable {
  const { modelDigest } = classifier;
  const table = new Map<number, ReadonlyMap<string, number>>();
  for (let i = 0; i < images.embeddings.count; i++) {
    if (!isWanted(i)) continue;
    table.set(i, scoresByLabel({ modelDigest, values: embeddingAt(images.embeddings, i) }, classifier));
  }
  return table;
}

interface Tables {
  readonly labelled: LabelledBasis;
  readonly before: ScoreTable;
  readonly after: ScoreTable;
  readonly precision: number | undefined;
}

function labelledPart(
  name: string,
  label: number,
  { labelled, before, after, precision }: Tables,
): LabelledPart {
  const known = labelled.known[label] ?? [];
  const { cosines, rowCount, images } = labelled;
  const pictures = known.map(
    ({ picture, isPositive }): ScoredPicture => ({
      name: images.names[picture] ?? '',
      cosine: cosines[picture * rowCount + label] ?? 0,
      score: after.get(picture)?.get(name) ?? 0,
      isPositive,
    }),
  );
  pictures.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const positives = known.filter(({ isPositive }) => isPositive).length;
  const thresholds = thresholdQualities(pictures);
  const threshold = chosenThreshold(thresholds, positives, precision);
  return {
    positives,
    negatives: known.length - positives,
    pictures,
    ...(known.length > 0 && {
      calibration: {
        before: calibrationOf(known, (picture) => before.get(picture)?.get(name) ?? 0),
        after: calibrationOf(known, (picture) => after.get(picture)?.get(name) ?? 0),
      },
    }),
    thresholds,
    ...(threshold && { threshold }),
  };
}

function calibrationOf(
  known: LabelledBasis['known'][number],
  scoreOf: (picture: number) => number,
): Calibration {
  return calibration(
    known.map(({ picture, isPositive }) => ({ score: scoreOf(picture), isRight: isPositive })),
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

function knownShare(
  picture: number,
  labelled: LabelledBasis,
  { lines, noneOfThese, unknownLogit }: FittedLines,
): number {
  const logits = logitsOf(picture, labelled, lines, noneOfThese);
  let [known, all] = [0, Math.exp(unknownLogit)];
  for (const [row, logit] of logits.entries()) {
    all += Math.exp(logit);
    if (row < lines.length) known += Math.exp(logit);
  }
  return known / all;
}

function unknownPart(
  { labelSet }: CalibrationBasis,
  labelled: LabelledBasis,
  shares: ReadonlyMap<number, number>,
): Omit<UnknownCalibration, 'logit'> {
  const pictures = knownPictures(labelSet, labelled, () => true);
  const of = (isKnown: boolean) =>
    pictures
      .filter(({ positive }) => positive.length > 0 === isKnown)
      .map(({ picture }) => shares.get(picture) ?? 0);
  const [known, unknown] = [of(true), of(false)];
  const auroc = rankedShare(known, unknown);
  return { known: known.length, unknown: unknown.length, ...(auroc !== undefined && { auroc }) };
}
