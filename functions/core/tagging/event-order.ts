import type { ListedEvent, ObjectEvent, RestoredEvent } from '../objects/event.ts';
import { comparableSequencer, FIRST_SEQUENCER, type ObjectReference } from '../objects/object.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { isSettled, isTaggedBy, type TaggerIdentity } from './tagger-identity.ts';

/** An event that tells of one state of its object. */
export type StateEvent = Exclude<ObjectEvent, ListedEvent | RestoredEvent>;

/**
 * What an event means for the record that was read. `due`: the state is to be recorded. `unchanged`: the record says it
 * already. `superseded`: a newer event tells what is true.
 */
export type EventDue =
  | { readonly kind: 'due'; readonly event: StateEvent }
  | { readonly kind: 'unchanged' | 'superseded'; readonly object: ObjectReference };

/** What all deliveries of an event have in common, and no other event of its object has. */
export function eventIdentity(event: ObjectEvent): string {
  const { kind, object, time } = event;
  if (kind === 'listed') return `listed ${object.eTag}`;
  if (kind === 'restored') return `restored ${object.eTag ?? ''} ${time}`;
  return `${object.sequencer} ${object.versionId ?? ''}`;
}

/** Compares an event with the record of its object, as `tagger` would tag it. */
export async function eventDue(
  event: ObjectEvent,
  previous: ImageRecord | undefined,
  tagger: TaggerIdentity,
  objects: Pick<ObjectStore, 'current'>,
): Promise<EventDue> {
  if (event.kind === 'listed' || event.kind === 'restored') return lookDue(event, previous, tagger, objects);
  const { object } = event;
  if (previous && comparableSequencer(previous.sequencer) > object.sequencer)
    return { kind: 'superseded', object };
  if (previous && saysAlready(previous, event, tagger)) return { kind: 'unchanged', object };
  return { kind: 'due', event };
}

/**
 * Orders a listed or restored object by looking, since neither has a sequencer: first the record is read, then the object is
 * looked at. The state that is found there is at least as new as the one that the record tells of. It is written with
 * the record's own sequencer, if the record still is the one that was read. Every event of a change that the look
 * missed has a higher sequencer, and wins.
 */
async function lookDue(
  { object: told, time }: ListedEvent | RestoredEvent,
  previous: ImageRecord | undefined,
  tagger: TaggerIdentity,
  objects: Pick<ObjectStore, 'current'>,
): Promise<EventDue> {
  const { bucket, key, eTag, sizeBytes } = told;
  const isRetry = 'isRetry' in told && told.isRetry === true;
  const sequencer = previous ? comparableSequencer(previous.sequencer) : FIRST_SEQUENCER;
  const asTold = { bucket, key, eTag, sizeBytes, sequencer };
  const settles = (object: ObjectReference) =>
    previous !== undefined &&
    isSettled(previous, object, tagger) &&
    !(isRetry && previous.status !== 'tagged');
  if (settles(asTold)) return { kind: 'unchanged', object: asTold };
  const current = await objects.current(told);
  if (!current) return { kind: 'superseded', object: asTold };
  const object = { bucket, key, sequencer, ...current };
  if (settles(object)) return { kind: 'unchanged', object };
  return { kind: 'due', event: { kind: 'created', object, time } };
}

/** Whether the record already says what this event could tell, by the same model and label sets. */
function saysAlready(record: ImageRecord, { kind, object }: StateEvent, tagger: TaggerIdentity): boolean {
  if (record.sequencer !== object.sequencer) return false;
  if (kind === 'removed') return record.status === 'deleted';
  if (record.eTag !== object.eTag || record.status === 'deleted') return false;
  return record.status !== 'tagged' || isTaggedBy(record, tagger);
}

/**
 * The event itself, unless it deleted one version for good and so brought an older one to light: S3 sends no event of its
 * own for that one, so this event counts as its creation.
 */
export async function withUncoveredVersion(
  event: ObjectEvent,
  objects: Pick<ObjectStore, 'current'>,
): Promise<ObjectEvent> {
  if (event.kind !== 'removed' || !event.mayUncoverVersion) return event;
  const { bucket, key, sequencer } = event.object;
  const current = await objects.current({ bucket, key });
  return current
    ? { kind: 'created', object: { bucket, key, sequencer, ...current }, time: event.time }
    : event;
}
