import type { Classifier } from './classifier.ts';
import { describeImage, type ImageReader } from './describe-image.ts';
import { ImageFault, ObjectSuperseded } from './errors.ts';
import type { ObjectEvent } from './event.ts';
import { appliesTo } from './label-set.ts';
import { checkSize, type ObjectReference } from './object.ts';
import type { ObjectStore, TagTable } from './ports.ts';
import {
  commitRecord,
  MAXIMUM_ATTEMPTS,
  readRecord,
  removeLostEntries,
  removeSupersededEntries,
  tooManyAttempts,
} from './record-commit.ts';
import { type ImageContent, type ImageRecord, type ImageStatus, nextImageRecord } from './records.ts';

/** All that tagging an image takes, built once per process. */
export interface Tagger extends ImageReader {
  readonly objects: ObjectStore;
  readonly classifiers: readonly Classifier[];
  readonly table: TagTable;
  /** Larger objects are refused before they are downloaded. */
  readonly maximumBytes: number;
  readonly now: () => Date;
}

export interface Outcome {
  readonly object: ObjectReference;
  /** `unchanged`: the record said it all already. `superseded`: a newer event tells what is true. */
  readonly result: ImageStatus | 'unchanged' | 'superseded';
  /** The record as it stands now; none when superseded. */
  readonly record?: ImageRecord;
}

/**
 * Brings the table to what one event tells: event → object → pixels → embedding → scores → records.
 *
 * {@link commitRecord} orders the writes so that queries are right at every moment; whatever a crash leaves undone the
 * redelivered event does.
 *
 * @throws {CliptagError} retryable ones only: every permanent fault of an image ends in its record
 */
export async function tagImage(arrived: ObjectEvent, tagger: Tagger): Promise<Outcome> {
  const event = await withUncoveredVersion(arrived, tagger.objects);
  const { object } = event;
  let content: ImageContent | undefined;
  let lost: ImageRecord | undefined;
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    const previous = await readRecord(object, tagger.table);
    if (previous && previous.sequencer > object.sequencer) {
      await removeLostEntries(lost, previous, tagger.table);
      return { object, result: 'superseded' };
    }
    if (previous && saysAlready(previous, event, tagger)) {
      await removeLostEntries(lost, previous, tagger.table);
      await removeSupersededEntries(previous, tagger.table);
      return { object, result: 'unchanged', record: previous };
    }
    content ??= await contentOf(event, tagger);
    if (!content) return { object, result: 'superseded' };
    const record = nextImageRecord(previous, object, content, { eventTime: event.time, now: tagger.now() });
    if (await commitRecord(record, record.tags, tagger.table)) {
      return { object, result: content.status, record };
    }
    lost = record;
  }
  throw tooManyAttempts(object);
}

/** Deleting one version for good may bring an older one to light, and S3 sends no event of its own for that. */
async function withUncoveredVersion(event: ObjectEvent, objects: ObjectStore): Promise<ObjectEvent> {
  if (event.kind === 'created' || !event.mayUncoverVersion) return event;
  const { bucket, key, sequencer } = event.object;
  const current = await objects.current({ bucket, key });
  return current
    ? { kind: 'created', object: { bucket, key, sequencer, ...current }, time: event.time }
    : event;
}

/** Whether the record already says what this event could tell, by the same model and label sets. */
function saysAlready(record: ImageRecord, { kind, object }: ObjectEvent, tagger: Tagger): boolean {
  if (record.sequencer !== object.sequencer) return false;
  if (kind === 'removed') return record.status === 'deleted';
  if (record.eTag !== object.eTag || record.status === 'deleted') return false;
  return record.status !== 'tagged' || isTaggedBy(record, tagger);
}

function isTaggedBy(record: ImageRecord, tagger: Tagger): boolean {
  const used = Object.values(record.labelSets ?? {});
  const wanted = classifiersFor(record, tagger).map(({ labelSetDigest }) => labelSetDigest);
  return (
    record.modelDigest === tagger.encoder.modelDigest &&
    wanted.length === used.length &&
    wanted.every((digest) => used.includes(digest))
  );
}

function classifiersFor(object: ObjectReference, { classifiers }: Tagger): readonly Classifier[] {
  return classifiers.filter(({ labelSet }) => appliesTo(labelSet, object));
}

/** What there is to say of an object's state; undefined when it has been superseded meanwhile. */
async function contentOf(event: ObjectEvent, tagger: Tagger): Promise<ImageContent | undefined> {
  if (event.kind === 'removed') return { status: 'deleted', tags: [] };
  try {
    return await describe(event.object, tagger);
  } catch (error) {
    if (error instanceof ObjectSuperseded) return undefined;
    if (!(error instanceof ImageFault)) throw error;
    return { status: error.status, reason: error.message, reasonCode: error.code, tags: [] };
  }
}

/** object → pixels → embedding → scores */
async function describe(object: ObjectReference, tagger: Tagger): Promise<ImageContent> {
  checkSize(object.sizeBytes, tagger.maximumBytes);
  const bytes = await tagger.objects.fetch(object, tagger.maximumBytes);
  return describeImage(bytes, tagger, classifiersFor(object, tagger));
}
