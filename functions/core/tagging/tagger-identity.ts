import type { ImageFaultCode } from '../error-codes.ts';
import type { Classifier } from '../labels/classifier.ts';
import { appliesTo, type LabelSet } from '../labels/label-set.ts';
import type { ObjectReference } from '../objects/object.ts';
import type { ImageRecord } from '../records/image-record.ts';

/** The model and the label sets that a tagger tags with. The same ones give the same tags. */
export interface TaggerIdentity {
  readonly modelDigest: string;
  readonly labelSets: readonly LabelSetIdentity[];
}

/** A label set by its digest, with the uploads that it applies to. */
export interface LabelSetIdentity extends Pick<LabelSet, 'appliesTo'> {
  readonly digest: string;
}

/** @param digest of the label set, with the tagger's model */
export function labelSetIdentity(labelSet: LabelSet, digest: string): LabelSetIdentity {
  return { digest, ...(labelSet.appliesTo !== undefined && { appliesTo: labelSet.appliesTo }) };
}

/** The identity of a tagger with these classifiers. */
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

/** The attributes of a record that {@link isSettled} reads. */
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

/** Faults that may go away with no change of the object: another limit, a machine less busy, an object restored. */
const PASSING_FAULTS: readonly (ImageFaultCode | undefined)[] = [
  'too-large',
  'too-slow',
  'ends-the-process',
  'not-readable',
];

/**
 * Whether a tagger would say of this state of the object what the record says already: tags by the same model and label
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
    : !PASSING_FAULTS.includes(record.reasonCode);
}
