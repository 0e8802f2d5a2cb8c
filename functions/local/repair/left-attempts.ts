import {
  type AttemptNote,
  deleteNote,
  putNote,
  queryListedNotes,
  readNote,
} from '../../core/records/attempts.ts';
import {
  clearSupersededTags,
  IMAGE_STATUSES,
  type ImageRecord,
  imageOf,
  queryImagesByStatus,
  statusPartition,
} from '../../core/records/image-record.ts';
import { entryKey, labelEntryOf } from '../../core/records/label-entries.ts';
import { readRecord } from '../../core/records/record-commit.ts';
import { MAXIMUM_BATCH_KEYS, type PrimaryKey, type TagTable } from '../../core/records/tag-table.ts';
import { removeFromIndex, removeUntrueEntries, setPartition } from './mended-table.ts';

/**
 * Does what dead runs have left undone: removes the label entries that they put for a record which has never come, and
 * those that their record has made untrue. The next delivery of their event would do the same, but the queue may have
 * lost it, and the record may be what a newer event tells. Nobody else may write meanwhile.
 *
 * What this takes grows with the runs that were under way at the crash, not with the table.
 *
 * @returns how many label entries were removed
 */
export async function settleLeftAttempts(table: TagTable): Promise<number> {
  const keys: PrimaryKey[] = [];
  for await (const page of table.query(queryListedNotes()))
    keys.push(...page.map(({ PK, SK }) => ({ PK: String(PK), SK: String(SK) })));
  let removed = 0;
  for (const key of keys) {
    const note = await readNote(key, table);
    if (note) removed += await settleNote(key, note, table);
    else await removeFromList(key, table);
  }
  return removed;
}

async function settleNote(key: PrimaryKey, note: AttemptNote, table: TagTable): Promise<number> {
  const image = imageOf(key.PK);
  const record = await readRecord(image, table);
  const { supersededTags = [] } = record ?? {};
  const tags = [...note.attempts.flatMap((attempt) => attempt.tags), ...supersededTags];
  const entryKeys = new Map(
    tags.map((tag) => entryKey(image, tag)).map((one) => [`${one.PK}\n${one.SK}`, one]),
  );
  const removed = await removeUntrueAt([...entryKeys.values()], table);
  await mendIndexOf(image, record, table);
  if (record && supersededTags.length > 0) await table.write(clearSupersededTags(record));
  await table.write(deleteNote(key, note));
  return removed;
}

/** dynalite changes the index before the item: a record that was cut off there has changed the index alone. */
async function mendIndexOf(
  image: Pick<ImageRecord, 'bucket' | 'key'>,
  record: ImageRecord | undefined,
  table: TagTable,
): Promise<void> {
  for (const status of IMAGE_STATUSES) {
    if (status === record?.status || !(await isIndexed(image, status, table))) continue;
    await removeFromIndex(image, statusPartition(image.bucket, status), record, table);
  }
  if (record) await table.write(setPartition(record, statusPartition(record.bucket, record.status)));
}

async function isIndexed(
  { bucket, key }: Pick<ImageRecord, 'bucket' | 'key'>,
  status: ImageRecord['status'],
  table: TagTable,
): Promise<boolean> {
  // Of the keys that begin with it, it is the first itself.
  for await (const [first] of table.query(queryImagesByStatus(bucket, status, key, 1)))
    return first?.GSI1SK === key;
  return false;
}

async function removeUntrueAt(keys: readonly PrimaryKey[], table: TagTable): Promise<number> {
  let removed = 0;
  for (let first = 0; first < keys.length; first += MAXIMUM_BATCH_KEYS) {
    const Keys = keys.slice(first, first + MAXIMUM_BATCH_KEYS);
    const found = await table.readBatch({ Keys, ConsistentRead: true });
    removed += await removeUntrueEntries(found.map(labelEntryOf), table);
  }
  return removed;
}

/** dynalite lists an item before it writes it; a note that was cut off there leaves its listing, which goes with it. */
async function removeFromList(key: PrimaryKey, table: TagTable): Promise<void> {
  const note = { attempts: [], saves: 1 };
  await table.write(putNote(key, note, new Date(), { isListed: true }));
  await table.write(deleteNote(key, note));
}
