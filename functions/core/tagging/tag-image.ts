import { ImageFault, ObjectSuperseded } from '../errors.ts';
import type { Classifier } from '../labels/classifier.ts';
import { appliesTo } from '../labels/label-set.ts';
import { arrivedBytes } from '../objects/arrival.ts';
import type { ObjectEvent } from '../objects/event.ts';
import { checkSize, type ObjectReference } from '../objects/object.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { Thumbnail } from '../pixels/pixels.ts';
import { attemptLog } from '../records/attempts.ts';
import type { ImageContent, ImageRecord, ImageStatus } from '../records/image-record.ts';
import { contended, type RecordChange, updateRecord } from '../records/record-update.ts';
import type { TagTable } from '../records/tag-table.ts';
import type { ThumbnailStore } from '../thumbnails/thumbnail-store.ts';
import { describeWithThumbnail, type ImageReader } from './describe-image.ts';
import { eventDue, eventIdentity, type StateEvent, withUncoveredVersion } from './event-order.ts';
import { keptThumbnails } from './kept-thumbnails.ts';
import { taggerIdentity } from './tagger-identity.ts';

/** All that tagging an image takes, built once per process. */
export interface Tagger extends ImageReader {
  readonly objects: ObjectStore;
  /** Asked for once for each image. */
  readonly classifiers: readonly Classifier[];
  readonly table: TagTable;
  /** Where thumbnails are kept. @default none are made */
  readonly thumbnails?: ThumbnailStore | undefined;
  /** Larger objects are refused before they are downloaded. */
  readonly maximumBytes: number;
  readonly now: () => Date;
  /** Whether the table has no time to live, so that notes of attempts are to be removed. @default false */
  readonly removesNotes?: boolean;
}

/** What became of an object's image. */
export interface TaggingOutcome {
  readonly object: ObjectReference;
  /** `unchanged`: the record said it all already. `superseded`: a newer event tells what is true. */
  readonly result: ImageStatus | 'unchanged' | 'superseded';
  /** The record as it stands now; none when superseded. */
  readonly record?: ImageRecord;
  /** Why the image has no thumbnail, or an earlier one is still there. */
  readonly thumbnailFault?: string;
}

/**
 * Brings the table to what one event tells: event → object → pixels → embedding → scores → records.
 *
 * Events come twice, late and in any order: `event-order.ts` tells whether this one still has anything to say.
 * `record-update.ts` writes what it says so that label queries are right meanwhile, too. The redelivered event does whatever
 * a crash leaves undone.
 *
 * @throws {CliptagError} retryable ones only: every permanent fault of an image ends in its record
 */
export async function tagImage(arrived: ObjectEvent, tagger: Tagger): Promise<TaggingOutcome> {
  const { objects, encoder, classifiers, table, now, removesNotes } = tagger;
  const identity = taggerIdentity(encoder.modelDigest, classifiers);
  const event = await withUncoveredVersion(arrived, objects);
  // Label sets may be replaced while an image is in work: all that is said of it is by those of one moment.
  const contentOf = contentReader({ ...tagger, classifiers });
  const thumbnails = keptThumbnails(tagger.thumbnails);
  const attempts = attemptLog(arrived.object, eventIdentity(arrived), { table, now, removesNotes });
  const decide = async (previous: ImageRecord | undefined): Promise<TaggingDecision> => {
    const due = await eventDue(event, previous, identity, objects);
    if (due.kind === 'unchanged') return { object: due.object, result: due.kind };
    const told = due.kind === 'due' ? due.event : undefined;
    const described = told && (await contentOf(told));
    if (told && described) return replace(previous, told, described);
    const { object } = due.kind === 'due' ? due.event : due;
    if (!(await attempts.areAwaited(previous))) return { object, result: 'superseded' };
    const found = await presentState(object, event.time, objects);
    const present = await contentOf(found);
    if (!present) throw contended(object);
    return replace(previous, found, present);
  };
  const replace = async (previous: ImageRecord | undefined, state: StateEvent, described: Described) => {
    await thumbnails.replace(previous, state.object, described.thumbnail);
    return changeTo(state, described.content);
  };
  const { decision, record } = await updateRecord(event.object, decide, { table, now, attempts });
  const { object, result } = decision;
  await thumbnails.settle(record, event.kind === 'created' ? event.object : undefined);
  const thumbnailFault = thumbnails.fault();
  return {
    object,
    result,
    ...(result !== 'superseded' && record && { record }),
    ...(thumbnailFault !== undefined && { thumbnailFault }),
  };
}

function changeTo(event: StateEvent, content: ImageContent): TaggingDecision {
  const { object, time: eventTime } = event;
  return { object, result: content.status, change: { object, content, eventTime } };
}

/**
 * The state that an object is in now, under the sequencer of an event that tells of an earlier one. An earlier run of that
 * event has left entries for a record that no other event brings: recorded by what is there now, they are settled, and the
 * newer event, which has a higher sequencer, still wins.
 */
async function presentState(
  { bucket, key, sequencer }: ObjectReference,
  time: string,
  objects: Pick<ObjectStore, 'current'>,
): Promise<StateEvent> {
  const current = await objects.current({ bucket, key });
  const object = { bucket, key, sequencer };
  return current
    ? { kind: 'created', object: { ...object, ...current }, time }
    : { kind: 'removed', object, time, mayUncoverVersion: false };
}

/** What there is to record of a state, and its thumbnail if it has one. */
interface Described {
  readonly content: ImageContent;
  readonly thumbnail?: Thumbnail | undefined;
}

interface TaggingDecision extends Pick<TaggingOutcome, 'object' | 'result'> {
  readonly change?: RecordChange;
}

/** Describes each state once, however many attempts its record takes. */
function contentReader(tagger: Tagger): (event: StateEvent) => Promise<Described | undefined> {
  let known: { readonly state: string; readonly described: Described | undefined } | undefined;
  return async (event) => {
    const { eTag, versionId } = event.object;
    const state = JSON.stringify([event.kind, eTag, versionId]);
    if (known?.state !== state) known = { state, described: await contentOf(event, tagger) };
    return known.described;
  };
}

/** What there is to say of an object's state; undefined when it has been superseded meanwhile. */
async function contentOf(event: StateEvent, tagger: Tagger): Promise<Described | undefined> {
  if (event.kind === 'removed') return { content: { status: 'deleted', tags: [] } };
  try {
    return await describeObject(event.object, tagger);
  } catch (error) {
    if (error instanceof ObjectSuperseded) return undefined;
    if (!(error instanceof ImageFault)) throw error;
    const { status, message: reason, code: reasonCode } = error;
    return { content: { status, reason, reasonCode, tags: [] } };
  }
}

/** object → pixels → embedding → scores */
async function describeObject(object: ObjectReference, tagger: Tagger): Promise<Described> {
  checkSize(object.sizeBytes, tagger.maximumBytes);
  const classifiers = tagger.classifiers.filter(({ labelSet }) => appliesTo(labelSet, object));
  const fetching = tagger.objects.fetch(object, tagger.maximumBytes);
  const bytes = fetching.then((fetched) => arrivedBytes(fetched, object));
  return describeWithThumbnail(bytes, tagger, classifiers, tagger.thumbnails !== undefined);
}
