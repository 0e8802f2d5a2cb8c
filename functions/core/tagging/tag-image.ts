import { ImageFault, ObjectSuperseded } from '../errors.ts';
import type { Classifier } from '../labels/classifier.ts';
import { appliesTo } from '../labels/label-set.ts';
import type { ListedEvent, ObjectEvent } from '../objects/event.ts';
import { checkSize, FIRST_SEQUENCER, type ObjectReference } from '../objects/object.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import {
  type ImageContent,
  type ImageRecord,
  type ImageStatus,
  nextImageRecord,
} from '../records/image-record.ts';
import {
  commitRecord,
  MAXIMUM_ATTEMPTS,
  readRecord,
  removeLostEntries,
  removeSupersededEntries,
  tooManyAttempts,
} from '../records/record-commit.ts';
import type { TagTable } from '../records/tag-table.ts';
import { describeImage, type ImageReader } from './describe-image.ts';
import { isSettled, isTaggedBy, type TaggerIdentity, taggerIdentity } from './tagger-identity.ts';

/** All that tagging an image takes, built once per process. */
export interface Tagger extends ImageReader {
  readonly objects: ObjectStore;
  readonly classifiers: readonly Classifier[];
  readonly table: TagTable;
  /** Larger objects are refused before they are downloaded. */
  readonly maximumBytes: number;
  readonly now: () => Date;
}

export interface TaggingOutcome {
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
export async function tagImage(arrived: ObjectEvent, tagger: Tagger): Promise<TaggingOutcome> {
  const { table } = tagger;
  const event = arrived.kind === 'listed' ? arrived : await withUncoveredVersion(arrived, tagger.objects);
  const contentOf = contentReader(tagger);
  // Of a listed object, attempts may differ in their tags, for each looks anew.
  const lost: ImageRecord[] = [];
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    const previous = await readRecord(event.object, table);
    const { object, time, due } = await whatIsDue(event, previous, tagger);
    const content = typeof due === 'string' ? undefined : await contentOf(due);
    if (!content) {
      for (const record of lost) await removeLostEntries(record, previous ?? { tags: [] }, table);
      if (due !== 'unchanged' || !previous) return { object, result: 'superseded' };
      await removeSupersededEntries(previous, table);
      return { object, result: 'unchanged', record: previous };
    }
    const lostTags = lost.flatMap(({ tags }) => tags);
    const moment = { eventTime: time, now: tagger.now(), lostTags };
    const record = nextImageRecord(previous, object, content, moment);
    if (await commitRecord(record, record.tags, table)) {
      return { object, result: content.status, record };
    }
    lost.push(record);
  }
  throw tooManyAttempts(event.object);
}

/** An event that is about one state of its object. */
type StateEvent = Exclude<ObjectEvent, ListedEvent>;

interface Due extends Pick<StateEvent, 'object' | 'time'> {
  /** What there is to tell of, unless another event does or the record does. */
  readonly due: StateEvent | 'superseded' | 'unchanged';
}

async function whatIsDue(
  event: ObjectEvent,
  previous: ImageRecord | undefined,
  tagger: Tagger,
): Promise<Due> {
  if (event.kind === 'listed') return dueToListing(event, previous, tagger);
  const { object, time } = event;
  if (previous && previous.sequencer > object.sequencer) return { object, time, due: 'superseded' };
  const isSaid = previous && saysAlready(previous, event, identityOf(tagger));
  return { object, time, due: isSaid ? 'unchanged' : event };
}

/**
 * A listing has no sequencer, so a listed object is ordered by looking: first the record is read, then the object is looked
 * at. What is seen is at least as new as what the record tells of, and is written with the record's own sequencer, if the
 * record still is the one that was read. Every event of a change that the look missed has a higher one, and wins.
 */
async function dueToListing(
  { object: listed, time }: ListedEvent,
  previous: ImageRecord | undefined,
  tagger: Tagger,
): Promise<Due> {
  const { bucket, key, eTag, sizeBytes } = listed;
  const identity = identityOf(tagger);
  const sequencer = previous?.sequencer ?? FIRST_SEQUENCER;
  const asListed = { bucket, key, eTag, sizeBytes, sequencer };
  if (previous && isSettled(previous, asListed, identity)) {
    return { object: asListed, time, due: 'unchanged' };
  }
  const current = await tagger.objects.current(listed);
  if (!current) return { object: asListed, time, due: 'superseded' };
  const object = { bucket, key, sequencer, ...current };
  const isSaid = previous && isSettled(previous, object, identity);
  return { object, time, due: isSaid ? 'unchanged' : { kind: 'created', object, time } };
}

/** Deleting one version for good may bring an older one to light, and S3 sends no event of its own for that. */
async function withUncoveredVersion(event: StateEvent, objects: ObjectStore): Promise<StateEvent> {
  if (event.kind === 'created' || !event.mayUncoverVersion) return event;
  const { bucket, key, sequencer } = event.object;
  const current = await objects.current({ bucket, key });
  return current
    ? { kind: 'created', object: { bucket, key, sequencer, ...current }, time: event.time }
    : event;
}

/** Whether the record already says what this event could tell, by the same model and label sets. */
function saysAlready(record: ImageRecord, { kind, object }: StateEvent, identity: TaggerIdentity): boolean {
  if (record.sequencer !== object.sequencer) return false;
  if (kind === 'removed') return record.status === 'deleted';
  if (record.eTag !== object.eTag || record.status === 'deleted') return false;
  return record.status !== 'tagged' || isTaggedBy(record, identity);
}

function identityOf({ encoder, classifiers }: Tagger): TaggerIdentity {
  return taggerIdentity(encoder.modelDigest, classifiers);
}

/** Describes each state once, whatever number of attempts its record takes. */
function contentReader(tagger: Tagger): (event: StateEvent) => Promise<ImageContent | undefined> {
  let known: { readonly state: string; readonly content: ImageContent | undefined } | undefined;
  return async (event) => {
    const { eTag, versionId } = event.object;
    const state = JSON.stringify([event.kind, eTag, versionId]);
    if (known?.state !== state) known = { state, content: await contentOf(event, tagger) };
    return known.content;
  };
}

/** What there is to say of an object's state; undefined when it has been superseded meanwhile. */
async function contentOf(event: StateEvent, tagger: Tagger): Promise<ImageContent | undefined> {
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
  const bytes = tagger.objects.fetch(object, tagger.maximumBytes);
  const classifiers = tagger.classifiers.filter(({ labelSet }) => appliesTo(labelSet, object));
  return describeImage(bytes, tagger, classifiers);
}
