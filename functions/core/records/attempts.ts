import { createHash } from 'node:crypto';
import { CliptagError } from '../errors.ts';
import type { Tag } from '../labels/scores.ts';
import { advanceRevision, type ImageRecord, imageKey, STATUS_INDEX, tagMatcher } from './image-record.ts';
import { deleteLabelEntry, type EntryOwner } from './label-entries.ts';
import { allEnded, readRecord, removeSupersededEntries } from './record-commit.ts';
import { entryState } from './stale-entries.ts';
import type { PrimaryKey, QueryRequest, TagTable, WriteRequest } from './tag-table.ts';

/** The label entries that a run was about to put for a record. */
export interface Attempt extends Pick<EntryOwner, 'sequencer' | 'revision'> {
  readonly tags: readonly Tag[];
}

/** What the runs of one event were about to put, in an item of its own. */
export interface AttemptNote {
  readonly attempts: readonly Attempt[];
  /** Counts the writes of this item. */
  readonly saves: number;
}

/**
 * What the runs of one event have put, or were about to put. A run that dies before its record stands leaves label entries
 * that nobody could find again, for an entry is found by its label and score alone, and the picture that gave them may be
 * gone. Its event is delivered again, and by these notes the next run removes what no record will ever confirm.
 */
export interface AttemptLog {
  /** To be called before the entries of these tags are put. */
  note(record: ImageRecord, tags: readonly Tag[]): Promise<void>;
  /** Whether some noted entries wait for a record that only this event can bring: no newer one stands, or none at all. */
  areAwaited(record: ImageRecord | undefined): Promise<boolean>;
  /**
   * Removes the noted entries that the record does not confirm; to be called at the end of every run.
   *
   * @returns the record, with a new revision where a run had to be kept from committing
   * @throws {CliptagError} `contended`, retryable, when the record keeps changing
   */
  settle(record: ImageRecord | undefined): Promise<ImageRecord | undefined>;
}

export interface AttemptLogOptions {
  readonly table: TagTable;
  readonly now: () => Date;
  /**
   * For a table without a time to live: whether the note of an event that had one run is removed, and whether all notes are
   * listed, so that those which runs have left can be found without their events, see {@link queryListedNotes}. Then runs
   * without tags are noted as well.
   * @default false
   */
  readonly removesNotes?: boolean | undefined;
}

/** As long as an event may come again: 14 days in the queue, 14 more as a dead letter. */
const KEPT_SECONDS = 30 * 24 * 60 * 60;

/** A record or note that changes so often in a row has other writers at work. */
const MAXIMUM_ATTEMPTS = 8;

/** @param event what all deliveries of the event have in common, and no other event of the object has */
export function attemptLog(
  object: Pick<EntryOwner, 'bucket' | 'key'>,
  event: string,
  { table, now, removesNotes = false }: AttemptLogOptions,
): AttemptLog {
  const key = noteKey(object, event);
  /** Of this very run, until there may be others. */
  let own: Attempt | undefined;
  let mayHaveOthers = true;

  const read = () => readNote(key, table);
  const putting = (note: AttemptNote) => putNote(key, note, now(), { isListed: removesNotes });

  async function add(attempt: Attempt): Promise<void> {
    for (let tries = 0; tries < MAXIMUM_ATTEMPTS; tries++) {
      const note = await read();
      const attempts = [...(note?.attempts ?? []), attempt];
      if (await table.write(putting({ attempts, saves: (note?.saves ?? 0) + 1 }))) return;
    }
    throw contended(object);
  }

  async function settleAll(record: ImageRecord | undefined): Promise<ImageRecord | undefined> {
    let current = record;
    for (let tries = 0; tries < MAXIMUM_ATTEMPTS; tries++) {
      const note = await read();
      if (!note) return current;
      const states = note.attempts.map((attempt) => ({ attempt, state: stateOf(attempt, current) }));
      if (states.some(({ state }) => state === 'unsettled') && current) {
        current = await advanced(current, table);
        continue;
      }
      for (const { attempt, state } of states) {
        if (state === 'stale')
          await removeUnconfirmed({ ...object, ...attempt }, attempt.tags, current, table);
      }
      // The note stays: a duplicate that is noted may put its entries late, and die before it removes them itself.
      return current;
    }
    throw contended(object);
  }

  return {
    async note({ sequencer, revision }, tags) {
      if (tags.length === 0 && !removesNotes) return;
      const attempt = { sequencer, revision, tags };
      // Most events are delivered once and have one run: then nothing is read.
      const isFirst = own === undefined && (await table.write(putting({ attempts: [attempt], saves: 1 })));
      if (isFirst) {
        own = attempt;
        mayHaveOthers = false;
        return;
      }
      mayHaveOthers = true;
      await add(attempt);
    },
    async areAwaited(record) {
      const { attempts = [] } = (await read()) ?? {};
      return attempts.some((attempt) => stateOf(attempt, record) === 'awaited');
    },
    async settle(record) {
      const isOwn =
        !mayHaveOthers && own?.sequencer === record?.sequencer && own?.revision === record?.revision;
      if (!isOwn) return settleAll(record);
      if (removesNotes && own) await table.write(deleteNote(key, { saves: 1 }));
      return record;
    },
  };
}

/** As of an entry that no record confirms. */
function stateOf({ sequencer, revision }: Attempt, record: ImageRecord | undefined) {
  const unconfirmed = { bucket: '', key: '', set: '', label: '', score: -1 };
  return entryState({ ...unconfirmed, sequencer, revision }, record);
}

/** A writer that is still about to commit its attempt loses it by this, reads again, and puts its entries anew. */
async function advanced(record: ImageRecord, table: TagTable): Promise<ImageRecord | undefined> {
  if (await table.write(advanceRevision(record))) {
    // The record's own writer may not have removed them yet, and can no longer note that it has.
    await removeSupersededEntries({ ...record, revision: record.revision + 1 }, table);
  }
  return readRecord(record, table);
}

async function removeUnconfirmed(
  owner: EntryOwner,
  tags: readonly Tag[],
  record: ImageRecord | undefined,
  table: TagTable,
): Promise<void> {
  const isConfirmed = tagMatcher(record?.status === 'tagged' ? record.tags : []);
  const untrue = tags.filter((tag) => !isConfirmed(tag));
  await allEnded(untrue.map((tag) => table.write(deleteLabelEntry(owner, tag))));
}

export function noteKey(object: Pick<EntryOwner, 'bucket' | 'key'>, event: string): PrimaryKey {
  return { PK: imageKey(object).PK, SK: `ATTEMPT#${createHash('sha256').update(event).digest('hex')}` };
}

/** Reads a note, consistently; undefined when there is none. */
export async function readNote(key: PrimaryKey, table: TagTable): Promise<AttemptNote | undefined> {
  return (await table.read({ Key: key, ConsistentRead: true })) as unknown as AttemptNote | undefined;
}

/** Stands in the index for no image: lists notes. */
const LISTED_PARTITION = 'ATTEMPTS';

/** Lists the keys of all notes of a table whose notes are removed: of runs under way or dead, and of events with several. */
export function queryListedNotes(): QueryRequest {
  return {
    IndexName: STATUS_INDEX,
    KeyConditionExpression: 'GSI1PK = :partition',
    ExpressionAttributeValues: { ':partition': LISTED_PARTITION },
    ScanIndexForward: true,
  };
}

/**
 * The item that holds what runs of an event are about to put.
 *
 * @param isListed whether the index lists it, which costs another write unit. @default false
 */
export function putNote(
  key: PrimaryKey,
  note: AttemptNote,
  now: Date,
  { isListed = false }: { isListed?: boolean } = {},
): WriteRequest {
  const expiresAt = Math.floor(now.getTime() / 1_000) + KEPT_SECONDS;
  const listing = isListed && { GSI1PK: LISTED_PARTITION, GSI1SK: key.SK };
  return {
    kind: 'put',
    Item: { ...key, ...listing, ...note, expiresAt },
    ConditionExpression: note.saves === 1 ? 'attribute_not_exists(PK)' : 'saves = :previousSaves',
    ExpressionAttributeValues: note.saves === 1 ? {} : { ':previousSaves': note.saves - 1 },
  };
}

export function deleteNote(Key: PrimaryKey, { saves }: Pick<AttemptNote, 'saves'>): WriteRequest {
  return {
    kind: 'delete',
    Key,
    ConditionExpression: 'saves = :saves',
    ExpressionAttributeValues: { ':saves': saves },
  };
}

function contended({ bucket, key }: Pick<EntryOwner, 'bucket' | 'key'>): CliptagError {
  return new CliptagError('contended', `The record of ${bucket}/${key} keeps changing`);
}
