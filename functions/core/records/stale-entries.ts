import { advanceRevision, type ImageRecord, imageKey, imageRecordOf } from './image-record.ts';
import { deleteReadEntry, isConfirmedBy, type LabelEntry } from './label-entries.ts';
import { readRecord, removeSupersededEntries } from './record-commit.ts';
import type { BatchReadRequest, TagTable } from './tag-table.ts';

/**
 * What the image record says of a label entry.
 * `confirmed`: it is right. `stale`: whoever put it can no longer write the record that it was put for, so nobody ever
 * will rely on it. `unsettled`: its writer might be about to put that record. `awaited`: its event, or the first of the
 * image, has not come to its end; it comes again from the queue.
 */
export type EntryState = 'confirmed' | 'stale' | 'unsettled' | 'awaited';

type Witness = Pick<ImageRecord, 'status' | 'tags' | 'sequencer' | 'revision'>;

/**
 * The record must have been read, consistently, after the entry. A record is only put after the one with the revision
 * before: once the revision of the entry has been reached, its writer has lost. Whoever makes the tag true later puts
 * the entry anew with a later revision, which {@link deleteReadEntry} leaves alone; but that put prevails only over
 * entries with no newer sequencer, so those are not for us to remove.
 */
export function entryState(entry: LabelEntry, record: Witness | undefined): EntryState {
  if (isConfirmedBy(record, entry)) return 'confirmed';
  if (!record || record.sequencer < entry.sequencer) return 'awaited';
  if (record.sequencer > entry.sequencer || record.revision >= entry.revision) return 'stale';
  return 'unsettled';
}

/** Of DynamoDB's BatchGetItem. */
const MAXIMUM_BATCH_KEYS = 100;

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

/** Removes an entry that has been found stale; false when somebody has put it anew meanwhile. */
export function removeStaleEntry(entry: LabelEntry, table: TagTable): Promise<boolean> {
  return table.write(deleteReadEntry(entry));
}

/** A record that moves on between reading and writing has had a writer, who settles what is ours. */
const SETTLING_ATTEMPTS = 3;

/**
 * Removes an entry whose writer has either died or is still at work. Advancing the record's revision decides it: a dead
 * writer does not mind, a living one loses this attempt, reads again and puts the entry anew.
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
      // Its own writer may not have come to that, and now cannot note it any more.
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
