import type { ImageFaultCode } from '../error-codes.ts';
import type { Classifier } from '../labels/classifier.ts';
import { appliesTo, type LabelSet, labelSetDigest } from '../labels/label-set.ts';
import type { ObjectReference } from '../objects/object.ts';
import type { ImageRecord } from '../records/image-record.ts';

/** The model and the label sets that a tagger tags with: what it made once it would make again. */
export interface TaggerIdentity {
  readonly modelDigest: string;
  readonly labelSets: readonly LabelSetIdentity[];
}

export interface LabelSetIdentity extends Pick<LabelSet, 'appliesTo'> {
  readonly digest: string;
}

/** @param digest of the label set, where it is known already */
export function labelSetIdentity(labelSet: LabelSet, digest = labelSetDigest(labelSet)): LabelSetIdentity {
  return { digest, ...(labelSet.appliesTo !== undefined && { appliesTo: labelSet.appliesTo }) };
}

export function taggerIdentity(modelDigest: string, classifiers: readonly Classifier[]): TaggerIdentity {
  return {
    modelDigest,
    labelSets: classifiers.map(({ labelSet, labelSetDigest: digest }) => labelSetIdentity(labelSet, digest)),
  };
}

/** Whether the tags of a record come from the very model and label sets of a tagger. */
export function isTaggedBy(
  record: Pick<ImageRecord, 'bucket' | 'key' | 'modelDigest' | 'labelSets'>,
  { modelDigest, labelSets }: TaggerIdentity,
): boolean {
  const used = Object.values(record.labelSets ?? {});
  const wanted = labelSets.filter((labelSet) => appliesTo(labelSet, record)).map(({ digest }) => digest);
  return (
    record.modelDigest === modelDigest &&
    wanted.length === used.length &&
    wanted.every((digest) => used.includes(digest))
  );
}

/** What {@link isSettled} needs of a record. */
export const SETTLING_ATTRIBUTES = [
  'bucket',
  'key',
  'status',
  'eTag',
  'reasonCode',
  'modelDigest',
  'labelSets',
] as const;

export type SettlingRecord = Pick<ImageRecord, (typeof SETTLING_ATTRIBUTES)[number]>;

/** Faults that another setting or S3 itself may have mended since, with no change of the object. */
const MENDABLE_REASONS: readonly (ImageFaultCode | undefined)[] = ['too-large', 'too-slow', 'not-readable'];

/**
 * Whether a tagger would say of this state of the object just what the record says: tagged by the same model and label
 * sets, or a fault that will not go away.
 */
export function isSettled(
  record: SettlingRecord,
  { eTag }: Pick<ObjectReference, 'eTag'>,
  identity: TaggerIdentity,
): boolean {
  if (record.status === 'deleted' || record.eTag !== eTag) return false;
  return record.status === 'tagged'
    ? isTaggedBy(record, identity)
    : !MENDABLE_REASONS.includes(record.reasonCode);
}
