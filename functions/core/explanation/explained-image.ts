import type { Classifier } from '../labels/classifier.ts';
import { embeddingFromBytes } from '../labels/embedding.ts';
import { appliesTo, type LabelSet } from '../labels/label-set.ts';
import type { Correction } from '../records/corrections.ts';
import type { ImageRecord } from '../records/image-record.ts';
import type { Carrier } from './carriers.ts';
import type { ModelView } from './model-view.ts';
import type { ExplainedSetState, Reason } from './reasons.ts';
import { type ScoredEmbedding, scoredEmbedding } from './scored-embedding.ts';

/** What is explained: a record, or what the record of a file would say. */
export type ExplainableImage = Pick<
  ImageRecord,
  | 'bucket'
  | 'key'
  | 'status'
  | 'reason'
  | 'reasonCode'
  | 'tags'
  | 'corrections'
  | 'modelDigest'
  | 'embedding'
  | 'labelSets'
>;

/** Why an image carries labels, and why it does not carry others. */
export interface ImageExplanation
  extends Pick<ExplainableImage, 'bucket' | 'key' | 'status' | 'reason' | 'reasonCode' | 'modelDigest'> {
  /** Whether its embedding is of another model than the label sets': nothing can be computed of it. */
  readonly isOfOtherModel?: boolean | undefined;
  /** What the image carries, for people. */
  readonly sentence: string;
  readonly sets: readonly ExplainedSet[];
  readonly labels: readonly ExplainedLabel[];
}

export interface ExplainedSet
  extends Partial<Pick<LabelSet, 'mode' | 'topK' | 'minimumScore' | 'appliesTo'>> {
  readonly set: string;
  readonly state: ExplainedSetState;
  /** Whether "unknown" has won: none of its labels fits. */
  readonly isUnknown?: boolean | undefined;
  readonly fit?: { readonly version: number; readonly fittedAt: string } | undefined;
}

export interface ExplainedLabel {
  readonly set: string;
  readonly label: string;
  /** Whether the image carries it. */
  readonly isShown: boolean;
  readonly reason: Reason;
  /** Why, for people. */
  readonly sentence: string;
  /** Of the tag that the image carries. */
  readonly score?: number | undefined;
  readonly correction?: Correction | undefined;
  /** What the model says of it now; none where it can say nothing. */
  readonly model?: ModelView | undefined;
  /** Each prompt by itself, the nearest first; where it was asked for. */
  readonly prompts?: readonly Carrier[] | undefined;
  /** The nearest of the images that it was learned from; where it was asked for. */
  readonly examples?: readonly Carrier[] | undefined;
}

/** A label set at hand, and what it says of the image. */
export interface KnownSet {
  readonly classifier: Classifier;
  readonly state: ExplainedSet['state'];
  readonly isOfOtherModel: boolean;
  /** None where the image has no embedding of its model. */
  readonly scored?: ScoredEmbedding | undefined;
}

/** @param isStored whether the image stands in a bucket, for which label sets may not be meant */
export function knownSet(image: ExplainableImage, classifier: Classifier, isStored: boolean): KnownSet {
  const { embedding, modelDigest, labelSets = {} } = image;
  const { labelSet, labelSetDigest } = classifier;
  const used = Object.hasOwn(labelSets, labelSet.name) ? labelSets[labelSet.name] : undefined;
  const isMeant = !isStored || appliesTo(labelSet, image);
  const isOfOtherModel = modelDigest !== undefined && modelDigest !== classifier.modelDigest;
  const canScore = embedding !== undefined && modelDigest !== undefined && !isOfOtherModel;
  return {
    classifier,
    state: isMeant ? (used === labelSetDigest ? 'current' : 'outdated') : 'not-for-this-image',
    isOfOtherModel,
    ...(canScore && { scored: scoredEmbedding(embeddingFromBytes(embedding, modelDigest), classifier) }),
  };
}
