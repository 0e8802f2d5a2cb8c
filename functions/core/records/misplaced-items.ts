import { listImage } from './image-record.ts';
import { deleteReadEntry, type LabelEntry, labelEntryOf, putLabelEntry } from './label-entries.ts';
import { isDivided, placeOf, wholePartition } from './shard-places.ts';
import { removeStaleEntry, unconfirmedEntries } from './stale-entries.ts';
import type { Item, PrimaryKey, TagTable, WriteRequest } from './tag-table.ts';

/**
 * How long an entry stays where it was once another stands in its place: a query that has read that place before the other
 * was put, and comes to this one afterwards, still finds the image. No query takes as long.
 */
const RETIRED_SECONDS = 24 * 60 * 60;

/** A label entry as a scan shows it. */
export type ScannedEntry = Item & PrimaryKey;

/** Whether an item stands, or is listed by the index, where it would not be written for that many shards. */
export function isMisplaced(item: Item, shards: number): boolean {
  const { PK, SK, GSI1PK } = item as Item & PrimaryKey;
  const partition = SK === 'IMAGE' ? GSI1PK : PK;
  if (!isDivided(partition)) return false;
  return placeOf(wholePartition(partition), { PK, SK }, shards) !== partition;
}

/**
 * Has the index list an image in its place; false when the record has changed meanwhile, whose writer has placed it.
 *
 * @param table that places what is written, see `sharded-table.ts`
 */
export function moveRecord(record: Item, table: TagTable): Promise<boolean> {
  const { bucket, key, revision, GSI1PK } = record as Item & Record<'bucket' | 'key' | 'GSI1PK', string>;
  return table.write(listImage({ bucket, key, revision: Number(revision) }, wholePartition(GSI1PK)));
}

/**
 * Brings label entries to their places: a copy first, which counts as the entry itself, then the entry is left to DynamoDB's time
 * to live. What a writer has made untrue meanwhile goes, for that writer may have removed only one of the two.
 *
 * @param scanned misplaced entries that their records confirm
 * @param table that places what is written, see `sharded-table.ts`
 */
export async function moveEntries(
  scanned: readonly ScannedEntry[],
  table: TagTable,
  now: Date,
): Promise<void> {
  const nowSeconds = Math.floor(now.getTime() / 1_000);
  const isRetired = ({ expiresAt }: Item) => typeof expiresAt === 'number';
  const staying = new Map(scanned.filter((one) => !isRetired(one)).map((one) => [labelEntryOf(one), one]));
  for (const entry of staying.keys()) await table.write(putLabelEntry(entry, entry));
  const untrue = new Set((await unconfirmedEntries([...staying.keys()], table)).map(({ entry }) => entry));
  for (const [entry, one] of staying) {
    if (untrue.has(entry)) {
      await removeStaleEntry(entry, table);
      await removeScannedEntry(one, table);
    } else await table.write(retireEntry(one, entry, nowSeconds + RETIRED_SECONDS));
  }
  // A table on this machine has no time to live.
  const expired = scanned.filter((one) => isRetired(one) && Number(one.expiresAt) < nowSeconds);
  for (const one of expired) await removeScannedEntry(one, table);
}

/** Removes the very entry that was read, wherever it stands; false when another writer has put it anew meanwhile. */
export function removeScannedEntry(scanned: ScannedEntry, table: TagTable): Promise<boolean> {
  const { PK, SK } = scanned;
  return table.write({
    ...deleteReadEntry(labelEntryOf(scanned)),
    kind: 'delete',
    Key: { PK, SK },
    isPlaced: true,
  });
}

function retireEntry({ PK, SK }: PrimaryKey, entry: LabelEntry, expiresAt: number): WriteRequest {
  const { ConditionExpression, ExpressionAttributeValues } = deleteReadEntry(entry);
  return {
    kind: 'update',
    Key: { PK, SK },
    UpdateExpression: 'SET expiresAt = :end',
    ConditionExpression,
    ExpressionAttributeValues: { ...ExpressionAttributeValues, ':end': expiresAt },
    isPlaced: true,
  };
}
