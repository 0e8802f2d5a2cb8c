import { type CalibrationInput, calibratedFit } from '../../../functions/core/calibration/calibrated-fit.ts';
import { calibration, type ScoredAnswer } from '../../../functions/core/evaluation/calibration.ts';
import { tagsForEach } from '../../../functions/core/labels/block-tags.ts';
import { type Classifier, classifierOf } from '../../../functions/core/labels/classifier.ts';
import { type EmbeddingMatrix, embeddingAt } from '../../../functions/core/labels/embedding-matrix.ts';
import { parseLabelSet } from '../../../functions/core/labels/label-set.ts';
import type { LabelledImages } from '../../../functions/core/labels/labelled-images.ts';
import { scoresByLabel } from '../../../functions/core/labels/scores.ts';
import type { EmbeddedPictures } from './embedded-pictures.ts';
import { chosenPictures } from './embedded-pictures.ts';

/** The classifier of some of a data set's labels, by their phrases. */
export function classifierFor(
  set: EmbeddedPictures,
  labels: readonly string[],
  mode: 'exclusive' | 'independent' = 'independent',
): Classifier {
  const { size } = set.pictures;
  const labelRows = new Float32Array(labels.length * size);
  for (const [place, label] of labels.entries()) {
    const row = set.labels.indexOf(label);
    labelRows.set(set.texts.subarray(row * size, (row + 1) * size), place * size);
  }
  const labelSet = parseLabelSet(
    { name: 'measured', version: 1, mode, labels, minimumScore: 0.5 },
    'measured',
  );
  const contrastRows = mode === 'exclusive' ? new Float32Array() : set.contrasts;
  const model = { modelDigest: set.model, logitScale: set.logitScale };
  return classifierOf(labelSet, { labelRows, contrastRows }, model);
}

export function fitted(
  classifier: Classifier,
  given: Omit<CalibrationInput, 'classifier' | 'labelSet' | 'now'>,
) {
  const { labelSet } = classifier;
  const result = calibratedFit({ ...given, labelSet, classifier, now: new Date(0) });
  const fits = { [classifier.modelDigest]: result.fit };
  return { ...result, classifier: classifierOf({ ...labelSet, fits }, classifier, classifier) };
}

/** All that is true and false of the pictures of a data set. */
export function labelledAs(
  set: EmbeddedPictures,
  chosen: readonly number[],
  labels: readonly string[],
): LabelledImages {
  return {
    embeddings: chosenPictures(set, chosen),
    names: chosen.map((i) => `picture ${i}`),
    known: chosen.map((i) => {
      const right = set.also.get(set.label[i] ?? '') ?? new Set();
      return {
        positive: new Set(labels.filter((label) => right.has(label))),
        negative: new Set(labels.filter((label) => !right.has(label))),
      };
    }),
  };
}

/** Scores of all pairs of a picture and a label. */
export function answersOf(
  classifier: Classifier,
  set: EmbeddedPictures,
  chosen: readonly number[],
): readonly ScoredAnswer[] {
  const { labels } = classifier.labelSet;
  const pictures = chosenPictures(set, chosen);
  return chosen.flatMap((picture, i) => {
    const scores = scoresByLabel({ modelDigest: set.model, values: embeddingAt(pictures, i) }, classifier);
    const right = set.also.get(set.label[picture] ?? '');
    return labels.map(({ name }) => ({ score: scores.get(name) ?? 0, isRight: right?.has(name) ?? false }));
  });
}

/** Calibration errors over all pairs, over those from 0.05 up, and over those that are shown at 0.5. */
export function errorFigures(answers: readonly ScoredAnswer[]) {
  const from = (least: number) => answers.filter(({ score }) => score >= least);
  const shown = from(0.5);
  return {
    all: calibration(answers).expectedError,
    from5: calibration(from(0.05)).expectedError,
    from20: calibration(from(0.2)).expectedError,
    shown: calibration(shown).expectedError,
    right: shown.filter(({ isRight }) => isRight).length / Math.max(1, shown.length),
    found:
      shown.filter(({ isRight }) => isRight).length /
      Math.max(1, answers.filter(({ isRight }) => isRight).length),
  };
}

export function tagsPerThousand(classifier: Classifier, pictures: EmbeddingMatrix): number {
  const embeddings = Array.from({ length: pictures.count }, (_, i) => ({
    modelDigest: pictures.modelDigest,
    values: embeddingAt(pictures, i),
  }));
  const tags = tagsForEach(embeddings, classifier).reduce((sum, some) => sum + some.length, 0);
  return (1_000 * tags) / pictures.count;
}
