import { CliptagError } from '../errors.ts';
import { comparableSequencer, type ObjectReference } from '../objects/object.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { readRecord } from '../records/record-commit.ts';
import { contended, MAXIMUM_ATTEMPTS } from '../records/record-update.ts';
import type { TagTable } from '../records/tag-table.ts';
import type { TaggingOutcome } from '../tagging/tag-image.ts';
import { mergedObjectTags, type ObjectTags, sameObjectTags } from './object-tags.ts';
import { type ResultEvents, resultEvent } from './result-event.ts';

/** Where results go besides the table. Each channel is opt-in. */
export interface ResultChannels {
  readonly events?: ResultEvents | undefined;
  readonly objectTags?: ObjectTagChannel | undefined;
}

export interface ObjectTagChannel {
  readonly store: ObjectTags;
  /** Maximum number of Cliptag's tags at an object, 1 to 10. */
  readonly limit: number;
}

/**
 * Tells what became of an image, after its record has been written: object tags first, then the event.
 *
 * Results are told at least once. After a fault or a crash here the message comes again, finds the record `unchanged`
 * and tells once more; so `unchanged` is told, too, even where a message merely came twice. A superseded state is not
 * told: the message of the newer state tells that one.
 *
 * @throws {CliptagError} `result-not-told`, retryable
 */
export async function tellResult(
  { object, result, record }: TaggingOutcome,
  { events, objectTags }: ResultChannels,
  table: TagTable,
): Promise<void> {
  try {
    const current = objectTags && (record ?? (await winnerOver(object, table)));
    if (current) await tellObject(current, objectTags, table);
    if (events && record && result !== 'superseded') await events.publish(resultEvent(record));
  } catch (cause) {
    throw notTold(object, cause);
  }
}

/**
 * Brings the object's tags to what its record says.
 *
 * S3 has no conditional write of tags, so a slower run can write the tags of an older state over newer ones. A run that
 * has written tags therefore reads the record once more and writes again if it has changed: the last run to write finds
 * it unchanged. An object without versions that is overwritten in between carries the tags of its former state until
 * its own event has been worked on.
 *
 * @throws {CliptagError} `contended`, when the record keeps changing
 */
async function tellObject(
  record: ImageRecord,
  { store, limit }: ObjectTagChannel,
  table: TagTable,
): Promise<void> {
  let current = record;
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    if (current.status === 'deleted') return;
    const existing = await store.read(current);
    // The object is gone: the event of its removal does the rest.
    if (!existing) return;
    const wanted = mergedObjectTags(existing, current.tags, limit);
    if (sameObjectTags(existing, wanted)) return;
    await store.write(current, wanted);
    const newest = await readRecord(current, table);
    if (!newest || newest.revision === current.revision) return;
    current = newest;
  }
  throw contended(record);
}

/**
 * The newer record of a superseded run: if the run crashed, it may have left its tags at an object that the newer one
 * had done.
 */
async function winnerOver(object: ObjectReference, table: TagTable): Promise<ImageRecord | undefined> {
  const record = await readRecord(object, table);
  return record && comparableSequencer(record.sequencer) > object.sequencer ? record : undefined;
}

function notTold({ bucket, key }: ObjectReference, cause: unknown): CliptagError {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new CliptagError('result-not-told', `${bucket}/${key} is recorded but not told of: ${reason}`, {
    cause,
  });
}
