import type { Classifier } from '../labels/classifier.ts';
import { fitOf } from '../labels/label-set.ts';
import { isUnknown } from '../labels/unknown.ts';
import { askedLabels, labelsOfInterest } from './asked-labels.ts';
import {
  type ExplainableImage,
  type ExplainedLabel,
  type ExplainedSet,
  type ImageExplanation,
  type KnownSet,
  knownSet,
} from './explained-image.ts';
import { explainedLabel } from './explained-label.ts';
import { type CarrierPorts, labelCarriers } from './label-carriers.ts';
import { overviewOf, sentenceOf } from './sentence.ts';

export interface ExplainingOptions extends CarrierPorts {
  /** Of the label sets at hand, all of one model. */
  readonly classifiers: readonly Classifier[];
  /** As people write it: `dog`, `Hound`, `general:dog`. @default what the image carries, and what it nearly carries */
  readonly label?: string | undefined;
  /** Whether it stands in a bucket, for which label sets may not be meant. @default true */
  readonly isStored?: boolean | undefined;
}

/**
 * Explains an image's labels, or one of them, from its record alone.
 *
 * @example
 * const { labels } = await explainImage(record, { classifiers, label: 'dog' });
 * labels[0]?.sentence; // 'dog is not shown for chelsea.png: its score 0.12 is below 0.33; it would need …'
 *
 * @throws {InvalidInput} for a label that no label set knows, with the nearest words
 */
export async function explainImage(
  image: ExplainableImage,
  options: ExplainingOptions,
): Promise<ImageExplanation> {
  const { classifiers, label, isStored = true } = options;
  const known = classifiers.map((classifier) => knownSet(image, classifier, isStored));
  const names = label === undefined ? labelsOfInterest(image, known) : askedLabels(label, image, known);
  const isAsked = ({ set }: ExplainedSet) => label === undefined || names.some((name) => name.set === set);
  const sets = explainedSets(image, known).filter(isAsked);
  const told = names.map((name): ExplainedLabel => {
    const explained = explainedLabel(image, name, known);
    const set = sets.find((one) => one.set === name.set);
    return { ...explained, sentence: sentenceOf(image, explained, set) };
  });
  const { bucket, key, status, reason, reasonCode, modelDigest } = image;
  return {
    ...{ bucket, key, status },
    ...(reason !== undefined && { reason }),
    ...(reasonCode !== undefined && { reasonCode }),
    ...(modelDigest !== undefined && { modelDigest }),
    ...(known.some(({ isOfOtherModel }) => isOfOtherModel) && { isOfOtherModel: true }),
    sentence: overviewOf(image, told, sets),
    sets,
    // Directions of prompts and examples cost time: only who asks for one label waits for them.
    labels: label === undefined ? told : await withCarriers(told, image, options),
  };
}

function withCarriers(
  labels: readonly ExplainedLabel[],
  image: ExplainableImage,
  { classifiers, ...ports }: ExplainingOptions,
): Promise<readonly ExplainedLabel[]> {
  return Promise.all(
    labels.map(async (explained) => {
      const classifier = classifiers.find(({ labelSet }) => labelSet.name === explained.set);
      return classifier
        ? { ...explained, ...(await labelCarriers(explained, image, classifier, ports)) }
        : explained;
    }),
  );
}

function explainedSets(image: ExplainableImage, known: readonly KnownSet[]): readonly ExplainedSet[] {
  const atHand = new Set(known.map(({ classifier }) => classifier.labelSet.name));
  const others = Object.keys(image.labelSets ?? {}).filter((name) => !atHand.has(name));
  return [
    ...known.map((set) => explainedSet(set, image)),
    ...others.map((set): ExplainedSet => ({ set, state: 'not-at-hand' })),
  ];
}

function explainedSet(
  { classifier, state, scored }: KnownSet,
  { tags }: Pick<ExplainableImage, 'tags'>,
): ExplainedSet {
  const { name: set, mode, topK, minimumScore, appliesTo } = classifier.labelSet;
  const isCarried = tags.some((tag) => tag.set === set);
  const isLost = scored && !isCarried && isUnknown(scored.tags, scored.cosines, classifier);
  const fit = fitOf(classifier.labelSet, classifier.modelDigest);
  return {
    ...{ set, mode, topK, minimumScore, state },
    ...(appliesTo && { appliesTo }),
    ...(state === 'current' && isLost && { isUnknown: true }),
    ...(fit && { fit: { version: fit.version, fittedAt: fit.fittedAt } }),
  };
}
