import type { Tag } from '../labels/scores.ts';
import {
  clearSupersededTags,
  type ImageRecord,
  imageRecordOf,
  putImageRecord,
  readImageRecord,
  tagMatcher,
} from './image-record.ts';
import { deleteLabelEntry, putLabelEntry } from './label-entries.ts';
import type { TagTable } from './tag-table.ts';

/** The image record of an object, read consistently; undefined when there is none. */
export async function readRecord(
  object: { bucket: string; key: string },
  table: TagTable,
): Promise<ImageRecord | undefined> {
  const item = await table.read(readImageRecord(object));
  return item && imageRecordOf(item);
}

/**
 * Writes a record and the label entries that its tags need.
 *
 * Label entries go first, as hints that no query believes yet; the conditional put of the image record makes them
 * true all at once; then the entries that it made untrue are removed. So a query that reads entries and records
 * consistently, as `find-images.ts` does, finds every image that carries the tag from its beginning to its end, and
 * shows no tag that the record did not carry at some moment meanwhile.
 *
 * @param newTags the tags of the record whose entries are not known to stand already
 * @returns false when another writer was faster; see {@link removeLostEntries}
 */
export async function commitRecord(
  record: ImageRecord,
  newTags: readonly Tag[],
  table: TagTable,
): Promise<boolean> {
  await allEnded(newTags.map((tag) => table.write(putLabelEntry(record, tag))));
  if (!(await table.write(putImageRecord(record)))) return false;
  await removeSupersededEntries(record, table);
  return true;
}

/**
 * Removes the label entries of a record that another writer was faster than.
 *
 * @param currentTags of the record that stands instead: their entries stay
 */
export async function removeLostEntries(
  lost: ImageRecord,
  currentTags: readonly Tag[],
  table: TagTable,
): Promise<void> {
  const isCurrent = tagMatcher(currentTags);
  const untrue = lost.tags.filter((tag) => !isCurrent(tag));
  await removeEntries(lost, untrue, table);
}

/** Removes the label entries that a record has made untrue, and notes in the record that they are gone. */
export async function removeSupersededEntries(record: ImageRecord, table: TagTable): Promise<void> {
  if (record.supersededTags.length === 0) return;
  await removeEntries(record, record.supersededTags, table);
  await table.write(clearSupersededTags(record));
}

async function removeEntries(record: ImageRecord, tags: readonly Tag[], table: TagTable): Promise<void> {
  await allEnded(tags.map((tag) => table.write(deleteLabelEntry(record, tag))));
}

/**
 * Waits for all writes, also when one fails: an entry that is put after the run has failed could come after the next run
 * has removed it.
 */
export async function allEnded(writes: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(writes)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
