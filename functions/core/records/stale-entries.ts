import { comparableSequencer } from '../objects/object.ts';
import { advanceRevision, type ImageRecord, imageKey, imageRecordOf } from './image-record.ts';
import { deleteReadEntry, isConfirmedBy, type LabelEntry } from './label-entries.ts';
import { readRecord, removeSupersededEntries } from './record-commit.ts';
import { type BatchReadRequest, MAXIMUM_BATCH_KEYS, type TagTable } from './tag-table.ts';

/**
 * What the image record says of a label entry.
 * `confirmed`: the record carries the tag. `stale`: its writer can no longer write the record that it was put for, so no
 * record will ever rely on it. `unsettled`: its writer might be about to write that record. `awaited`: its event, or the
 * first one of the image, has not been worked off; the queue delivers it again.
 */
export type EntryState = 'confirmed' | 'stale' | 'unsettled' | 'awaited';

type Witness = Pick<ImageRecord, 'status' | 'tags' | 'sequencer' | 'revision'>;

/**
 * Compares an entry with its record, which must have been read after it, consistently. Each record follows the one with
 * the revision before: once a record has reached the revision of the entry, the entry's writer has lost. A later writer
 * that makes the tag true puts the entry anew with a later revision, which {@link deleteReadEntry} leaves alone. Such a
 * put does not replace an entry with a newer sequencer, so an entry whose sequencer is newer than the record's is left
 * in place.
 */
export function entryState(entry: LabelEntry, record: Witness | undefined): EntryState {
  if (isConfirmedBy(record, entry)) return 'confirmed';
  const ofEntry = comparableSequencer(entry.sequencer);
  // No event with this sequencer can ever come.
  if (ofEntry !== entry.sequencer) return 'stale';
  const ofRecord = record && comparableSequencer(record.sequencer);
  if (!record || !ofRecord || ofRecord < ofEntry) return 'awaited';
  if (ofRecord > ofEntry || record.revision >= entry.revision) return 'stale';
  return 'unsettled';
}

/** The entries that their records do not confirm, with the reason. */
export async function unconfirmedEntries(
  entries: readonly LabelEntry[],
  table: TagTable,
): Promise<ReadonlyArray<{ readonly entry: LabelEntry; readonly state: EntryState }>> {
  const found: Array<{ entry: LabelEntry; state: EntryState }> = [];
  for (let first = 0; first < entries.length; first += MAXIMUM_BATCH_KEYS) {
    const batch = entries.slice(first, first + MAXIMUM_BATCH_KEYS);
    const records = (await table.readBatch(readWitnesses(batch))).map(imageRecordOf);
    const recordOf = new Map(records.map((record) => [imageKey(record).PK, record]));
    const states = batch.map((entry) => ({
      entry,
      state: entryState(entry, recordOf.get(imageKey(entry).PK)),
    }));
    found.push(...states.filter(({ state }) => state !== 'confirmed'));
  }
  return found;
}

/** Removes an entry that has been found stale; false when another writer has put it anew meanwhile. */
export function removeStaleEntry(entry: LabelEntry, table: TagTable): Promise<boolean> {
  return table.write(deleteReadEntry(entry));
}

/** A record that changes between each read and write has a writer at work, which settles the entry itself. */
const SETTLING_ATTEMPTS = 3;

/**
 * Removes an entry whose writer has either died or is still at work. Advancing the record's revision decides which: a
 * writer that is still at work loses this attempt, reads again and puts the entry anew.
 *
 * @returns whether the entry was removed
 */
export async function settleEntry(entry: LabelEntry, table: TagTable): Promise<boolean> {
  for (let attempt = 0; attempt < SETTLING_ATTEMPTS; attempt++) {
    const record = await readRecord(entry, table);
    const state = entryState(entry, record);
    if (state === 'stale') return removeStaleEntry(entry, table);
    if (state !== 'unsettled' || !record) return false;
    if (await table.write(advanceRevision(record))) {
      // The record's own writer may not have removed them yet, and can no longer note that it has.
      await removeSupersededEntries({ ...record, revision: record.revision + 1 }, table);
    }
  }
  return false;
}

const WITNESS_ATTRIBUTES = ['bucket', 'key', 'status', 'tags', 'sequencer', 'revision'] as const;

function readWitnesses(entries: readonly LabelEntry[]): BatchReadRequest {
  return {
    Keys: entries.map(imageKey),
    ConsistentRead: true,
    ProjectionExpression: ['PK', 'SK', ...WITNESS_ATTRIBUTES.map((name) => `#${name}`)].join(', '),
    ExpressionAttributeNames: Object.fromEntries(WITNESS_ATTRIBUTES.map((name) => [`#${name}`, name])),
  };
}
