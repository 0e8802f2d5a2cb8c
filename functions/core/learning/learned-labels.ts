import type { Background } from '../calibration/background.ts';
import { calibratedFit } from '../calibration/calibrated-fit.ts';
import { InvalidInput } from '../errors.ts';
import { type Classifier, classifierOf, type PromptRows, type ScoringModel } from '../labels/classifier.ts';
import { embeddingToBytes } from '../labels/embedding.ts';
import type { EmbeddingMatrix } from '../labels/embedding-matrix.ts';
import { fitOf, type LabelSet, promptsDigest } from '../labels/label-set.ts';
import { type LabelFit, type LabelSetFit, labelFitOf } from '../labels/label-set-fit.ts';
import type { Example, KnownExamples } from './known-examples.ts';
import { type Find, labelFinds, rowOfLabel } from './label-finds.ts';
import type { LearnedLabel } from './learned-label.ts';
import { learnedSet } from './learned-set.ts';
import type { LearningQuality } from './learning-quality.ts';
import { sharedCovariance } from './shared-covariance.ts';

/** What labels are learned with. */
export interface Learner {
  /** With every label that is to be learned in it, and what was fitted to it before. */
  readonly labelSet: LabelSet;
  /** Of the words alone. */
  readonly rows: PromptRows;
  readonly model: ScoringModel;
  /** The user's pictures, `s3://BUCKET/KEY` for each. */
  readonly collection: { readonly embeddings: EmbeddingMatrix; readonly names: readonly string[] };
  readonly background?: Background | undefined;
  readonly now: Date;
}

/** What came of learning a label. */
export interface LabelVerdict {
  readonly label: string;
  readonly positive: number;
  readonly negative: number;
  readonly quality: LearningQuality;
  /** The best pictures by now that are no examples, best first. */
  readonly finds: readonly Find[];
}

export interface LearnedLabels {
  /** What was fitted to each label that was learned. */
  readonly labels: ReadonlyMap<string, LabelFit>;
  readonly verdicts: readonly LabelVerdict[];
}

/**
 * Learns labels from their words and examples; the examples of all of them tell how those of one label differ.
 *
 * @param lessons examples as `distinctKnown` gives them, for each label
 * @throws {InvalidInput} where there are no pictures to compare with
 */
export function learnedLabels(lessons: ReadonlyMap<string, KnownExamples>, learner: Learner): LearnedLabels {
  const { labelSet, rows, model } = learner;
  const learned = learnedSet({
    labels: [...lessons].map(([label, { positive, negative }]) => ({
      text: rowOfLabel(rows.labelRows, label, labelSet),
      positives: positive.map(({ embedding }) => embedding),
      negatives: negative.map(({ embedding }) => embedding),
    })),
    covariance: { ...sharedCovariance(comparedWith(learner)), ...measuredBy(learner) },
    logitScale: model.logitScale,
  });
  const lessonsLearned = [...lessons].flatMap(([label, examples], i) => {
    const one = learned[i];
    return one ? [{ label, examples, one }] : [];
  });
  const fits = lessonsLearned.map(({ label, examples, one }): [string, LabelFit] => [
    label,
    labelFit(label, examples, one, learner),
  ]);
  const labels = onCalibratedScale(new Map(fits), learner);
  const classifier = fittedClassifier(labels, learner);
  return {
    labels,
    verdicts: lessonsLearned.map(({ label, examples, one: { quality } }) => ({
      ...{ label, quality, positive: examples.positive.length, negative: examples.negative.length },
      finds: labelFinds({ label, examples, classifier, words: rows }, learner.collection),
    })),
  };
}

/** What was fitted before, with learned labels in place of what it had for them. */
export function withLearned(
  before: LabelSetFit | undefined,
  labels: ReadonlyMap<string, LabelFit>,
  now: Date,
): Omit<LabelSetFit, 'version'> {
  return {
    ...before,
    fittedAt: now.toISOString(),
    labels: { ...before?.labels, ...Object.fromEntries(labels) },
  };
}

/**
 * What a label has to stand out from: the user's pictures, and with them, where they are few, those that come with the model.
 *
 * @throws {InvalidInput} where there is neither
 */
function comparedWith({ collection: { embeddings }, background }: Learner): EmbeddingMatrix {
  const all = background && embeddings.count < background.count ? joined(embeddings, background) : embeddings;
  if (all.count > 0) return all;
  throw new InvalidInput('Nothing can be learned', [
    'Expected pictures to compare with, but there are no stored images of this model, and none come with it',
  ]);
}

/** Of fewer pictures, one that happens to be alike would decide. */
const ENOUGH_TO_MEASURE = 20;

/**
 * Pictures that examples are to stand above, where the user's own are enough: those that come with a model were taken by others,
 * and any example would stand above most of them for that alone.
 */
function measuredBy({ collection: { embeddings }, background }: Learner): {
  readonly background?: EmbeddingMatrix;
} {
  const isMixed = background !== undefined && embeddings.count < background.count;
  return isMixed && embeddings.count >= ENOUGH_TO_MEASURE ? { background: embeddings } : {};
}

function joined(a: EmbeddingMatrix, b: EmbeddingMatrix): EmbeddingMatrix {
  const values = new Float32Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  return { modelDigest: a.modelDigest, size: b.size, count: a.count + b.count, values };
}

function labelFit(
  name: string,
  { positive, negative }: KnownExamples,
  { direction, slope, offset }: LearnedLabel,
  { labelSet, model: { modelDigest } }: Learner,
): LabelFit {
  const label = labelSet.labels.find((one) => one.name === name);
  if (!label) throw new RangeError(`Expected a label of ${labelSet.name} but received ${name}`);
  const bytes = embeddingToBytes({ modelDigest, values: direction });
  const names = (examples: readonly Example[]) => examples.map((example) => example.name).sort();
  return {
    promptsDigest: promptsDigest(labelSet, label),
    ...{ slope, offset },
    direction: Buffer.from(bytes).toString('base64'),
    examples: { positive: names(positive), negative: names(negative) },
  };
}

function fittedClassifier(
  labels: ReadonlyMap<string, LabelFit>,
  { labelSet, rows, model, now }: Learner,
): Classifier {
  const { modelDigest } = model;
  const fit = { ...withLearned(fitOf(labelSet, modelDigest), labels, now), version: 1 };
  return classifierOf({ ...labelSet, fits: { ...labelSet.fits, [modelDigest]: fit } }, rows, model);
}

/**
 * An independent label's score is a probability by itself, and in a calibrated label set a learned label's score means what those
 * of the others mean: there its line is found as calibration finds theirs, by the cosines of its own direction. In an
 * exclusive one that is not calibrated, it competes with logits as the model gives them.
 */
function onCalibratedScale(
  labels: ReadonlyMap<string, LabelFit>,
  learner: Learner,
): ReadonlyMap<string, LabelFit> {
  const { labelSet, model, collection, background, now } = learner;
  const isExclusive = labelSet.mode === 'exclusive';
  const before = fitOf(labelSet, model.modelDigest);
  if (isExclusive && !(before && isCalibrated(before))) return labels;
  const classifier = fittedClassifier(labels, learner);
  const { fit } = calibratedFit({
    ...{ labelSet: classifier.labelSet, classifier, collection: collection.embeddings, background, now },
  });
  const scale = isExclusive && before ? sharedScale(before, fit) : 1;
  return new Map(
    [...labels].map(([label, learned]) => {
      const { slope = 0, offset = 0, null: none } = labelFitOf(fit, label) ?? {};
      return [
        label,
        { ...learned, slope: scale * slope, offset: scale * offset, ...(none && { null: none }) },
      ];
    }),
  );
}

/** Learning by itself fits nothing to labels that go by their words. */
function isCalibrated({ labels }: LabelSetFit): boolean {
  return Object.values(labels).some(({ direction }) => direction === undefined);
}

/** By labelled pictures, all lines of an exclusive set may have been made steeper or flatter together. */
function sharedScale(before: LabelSetFit, unlabelled: LabelSetFit): number {
  const ratios = Object.entries(before.labels)
    .filter(([, { direction }]) => direction === undefined)
    .map(([label, { slope }]) => slope / (labelFitOf(unlabelled, label)?.slope ?? Number.NaN))
    .filter((ratio) => ratio > 0 && Number.isFinite(ratio))
    .sort((a, b) => a - b);
  return ratios[Math.floor(ratios.length / 2)] ?? 1;
}
