import { type AttemptNote, deleteNote, queryListedNotes, readNote } from '../../core/records/attempts.ts';
import { clearSupersededTags, imageOf } from '../../core/records/image-record.ts';
import { entryKey, labelEntryOf } from '../../core/records/label-entries.ts';
import { readRecord } from '../../core/records/record-commit.ts';
import { MAXIMUM_BATCH_KEYS, type PrimaryKey, type TagTable } from '../../core/records/tag-table.ts';
import { removeUntrueEntries } from './mended-table.ts';

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
  if (record && supersededTags.length > 0) await table.write(clearSupersededTags(record));
  await table.write(deleteNote(key, note));
  return removed;
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
