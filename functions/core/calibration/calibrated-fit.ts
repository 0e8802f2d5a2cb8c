import { InvalidInput } from '../errors.ts';
import { type Classifier, classifierOf } from '../labels/classifier.ts';
import { currentFit, type HoldingFits } from '../labels/classifier-fit.ts';
import { requireSameModel } from '../labels/embedding.ts';
import type { EmbeddingMatrix } from '../labels/embedding-matrix.ts';
import type { LabelSet } from '../labels/label-set.ts';
import type { LabelSetFit } from '../labels/label-set-fit.ts';
import type { LabelledImages } from '../labels/labelled-images.ts';
import type { Background } from './background.ts';
import { calibrationRemarks } from './calibration-remarks.ts';
import type { CalibrationReport, LabelCalibration } from './calibration-report.ts';
import { cosineMatrix } from './cosine-counts.ts';
import { crossFitted } from './cross-fitted.ts';
import { type FittedLines, fittedLines } from './fitted-lines.ts';
import { knownOfLabels, type LabelledBasis } from './label-examples.ts';
import { learnedPictures } from './learned-pictures.ts';
import { labelSetFit } from './lines-fit.ts';
import { samePictures } from './same-pictures.ts';
import { fittedRows, unlabelledLines } from './unlabelled-lines.ts';

export interface CalibrationInput {
  readonly labelSet: LabelSet;
  /** Of that label set, with or without what was fitted to it before. */
  readonly classifier: Classifier;
  /** The user's own pictures; there may be none. */
  readonly collection: EmbeddingMatrix;
  /** The model's. @default the collection alone */
  readonly background?: Background | undefined;
  /** Pictures whose labels are known. @default scores rest on cosines alone */
  readonly labelled?: LabelledImages | undefined;
  /**
   * What fits call the pictures of the collection: among labelled pictures those are known by them, under other names too, that
   * labels were learned from.
   */
  readonly collectionNames?: readonly string[] | undefined;
  /**
   * Wanted share of right tags among those shown, in (0, 1). Without labelled pictures it is the lowest score itself.
   *
   * @default the threshold with the best F1 where pictures are labelled, else none
   */
  readonly precision?: number | undefined;
  readonly now: Date;
}

export interface CalibratedFit {
  readonly fit: LabelSetFit;
  readonly report: CalibrationReport;
}

/**
 * Finds what makes a label set's scores probabilities with one model: a line for each label, thresholds, and for exclusive
 * sets the logit of "unknown". Learned directions of an earlier fit are kept. docs/calibration.md has the formulas.
 *
 * @example
 * const { fit, report } = calibratedFit({ labelSet, classifier, collection, background, now: new Date() });
 * await writeFit(path, classifier.modelDigest, fit);
 * @throws {ModelMismatch} when embeddings are of another model than the classifier
 * @throws {InvalidInput} when there is not one picture to go by
 */
export function calibratedFit(input: CalibrationInput): CalibratedFit {
  const { labelSet, background, labelled, precision, now } = input;
  const classifier = classifierOf(labelSet, input.classifier, input.classifier);
  const collection = comparedPictures(input);
  const before = currentFit(labelSet, classifier.modelDigest);
  const holding = before?.labels ?? labelSet.labels.map(() => undefined);
  const unlabelled = unlabelledLines(classifier, collection, background);
  const labelledPart = labelled && labelledBasis(input, labelled, { classifier, holding });
  const basis = {
    labelSet,
    unlabelled: unlabelled.labels,
    noneOfThese: unlabelled.noneOfThese,
    labelled: labelledPart,
  };
  const made = { version: (before?.fit.version ?? 0) + 1, fittedAt: now.toISOString() };
  const images = collection.count + (background?.count ?? 0);
  const fitOf = (lines: FittedLines) => labelSetFit(basis, lines, { holding, images, ...made });
  const lines = fittedLines(basis, () => true);
  const cross = labelledPart && crossFitted(basis, labelledPart, classifier, fitOf, precision);
  const report: CalibrationReport = {
    labelSet: labelSet.name,
    mode: labelSet.mode,
    modelDigest: classifier.modelDigest,
    images: {
      collection: input.collection.count,
      background: background?.count ?? 0,
      labelled: labelled?.embeddings.count ?? 0,
    },
    temperature: unlabelled.temperature,
    labels: unlabelled.labels.map(({ null: { centre, deviation }, share }, i) => ({
      label: labelSet.labels[i]?.name ?? '',
      method: lines.lines[i]?.method ?? 'unlabelled',
      null: { mean: centre, deviation, images },
      share,
      ...(cross?.labels[i] ?? UNLABELLED),
    })),
    ...(labelSet.mode === 'exclusive' && {
      unknown: { known: 0, unknown: 0, ...cross?.unknown, logit: lines.unknownLogit },
    }),
    remarks: [],
  };
  const fit = withThresholds(fitOf(lines), report.labels, precision);
  return {
    fit,
    report: {
      ...report,
      remarks: calibrationRemarks(report, fit, { precision, learned: labelledPart?.learned.size ?? 0 }),
    },
  };
}

const UNLABELLED = { positives: 0, negatives: 0, pictures: [], thresholds: [] };

/** The collection; where there are no other pictures at all, the labelled ones. */
function comparedPictures({
  classifier,
  collection,
  background,
  labelled,
}: CalibrationInput): EmbeddingMatrix {
  for (const pictures of [collection, background, labelled?.embeddings]) {
    if (pictures && pictures.count > 0) requireSameModel(classifier.modelDigest, pictures.modelDigest);
  }
  if (collection.count > 0 || (background?.count ?? 0) > 0) return collection;
  if (labelled && labelled.embeddings.count > 0) return labelled.embeddings;
  throw new InvalidInput('Nothing to calibrate by', [
    'Expected embeddings of pictures, or a background set of the model, but received neither',
  ]);
}

function labelledBasis(
  { collection, collectionNames: names }: CalibrationInput,
  images: LabelledImages,
  { classifier, holding }: { readonly classifier: Classifier; readonly holding: HoldingFits },
): LabelledBasis {
  const rows = fittedRows(classifier);
  const { size } = images.embeddings;
  const same = samePictures(images);
  const learned = learnedPictures(holding, images, same, names && { embeddings: collection, names });
  return {
    images,
    cosines: cosineMatrix(rows, images.embeddings),
    rowCount: size === 0 ? 0 : rows.length / size,
    known: knownOfLabels(classifier.labelSet, learned, images),
    learned: new Set(learned.flatMap((pictures) => [...pictures])),
    same,
  };
}

function withThresholds(
  fit: LabelSetFit,
  labels: readonly LabelCalibration[],
  precision: number | undefined,
): LabelSetFit {
  const fitted = labels.map(({ label, threshold, positives }) => {
    const lowest = threshold?.threshold ?? (positives === 0 ? precision : undefined);
    return [label, { ...fit.labels[label], ...(lowest !== undefined && { threshold: lowest }) }];
  });
  return { ...fit, labels: Object.fromEntries(fitted) };
}
