import { FIRST_SEQUENCER } from '../../core/objects/object.ts';
import {
  IMAGE_STATUSES,
  type ImageRecord,
  imageKey,
  imageRecordOf,
  listImage,
  putImageRecord,
  queryImagesByStatus,
  statusPartition,
} from '../../core/records/image-record.ts';
import {
  deleteReadEntry,
  type LabelEntry,
  labelEntryOf,
  putLabelEntry,
} from '../../core/records/label-entries.ts';
import { nextImageRecord } from '../../core/records/next-record.ts';
import { unconfirmedEntries } from '../../core/records/stale-entries.ts';
import { forEachPage } from '../../core/records/table-scan.ts';
import {
  type Item,
  MAXIMUM_BATCH_KEYS,
  type PrimaryKey,
  type ScannableTable,
  type TagTable,
  type WriteRequest,
} from '../../core/records/tag-table.ts';

/** How many items had to be changed so that they agree with the image records. */
export interface MendedTable {
  readonly entriesAdded: number;
  readonly entriesRemoved: number;
  /** Items of the index by status. */
  readonly indexed: number;
}

/**
 * Makes label entries and the index by status agree with the image records, after writes in the midst of others have been
 * lost, which happens to no DynamoDB. Nobody else may write meanwhile.
 */
export async function mendTable(table: ScannableTable): Promise<MendedTable> {
  const records = new Map<string, ImageRecord>();
  let entriesAdded = 0;
  let entriesRemoved = 0;
  await forEachPage(table, {}, async (items) => {
    const images = items.filter(({ SK }) => SK === 'IMAGE').map(imageRecordOf);
    for (const image of images) records.set(imageKey(image).PK, image);
    entriesAdded += await putMissingEntries(images, table);
    entriesRemoved += await removeUntrueEntries(items.filter(isEntry).map(labelEntryOf), table);
  });
  return { entriesAdded, entriesRemoved, indexed: await mendIndex(records, table) };
}

function isEntry({ PK }: Item): boolean {
  return String(PK).startsWith('LABEL#');
}

async function putMissingEntries(images: readonly ImageRecord[], table: ScannableTable): Promise<number> {
  const puts = images.flatMap((image) => image.tags.map((tag) => putLabelEntry(image, tag)));
  let added = 0;
  for (let first = 0; first < puts.length; first += MAXIMUM_BATCH_KEYS) {
    const batch = puts.slice(first, first + MAXIMUM_BATCH_KEYS);
    const found = await table.readBatch({ Keys: batch.map(keyOf), ConsistentRead: true });
    const present = new Set(found.map(identity));
    for (const put of batch.filter((one) => !present.has(identity(keyOf(one))))) {
      added += Number(await table.write(put));
    }
  }
  return added;
}

/**
 * Removes the entries that no record confirms. No writer is at work, so that none will ever be confirmed by the writer that
 * put it.
 *
 * @returns how many were removed
 */
export async function removeUntrueEntries(entries: readonly LabelEntry[], table: TagTable): Promise<number> {
  let removed = 0;
  for (const { entry } of await unconfirmedEntries(entries, table)) {
    removed += Number(await table.write(deleteReadEntry(entry)));
  }
  return removed;
}

async function mendIndex(records: ReadonlyMap<string, ImageRecord>, table: ScannableTable): Promise<number> {
  const missing = new Map(records);
  let mended = 0;
  for (const bucket of new Set([...records.values()].map((record) => record.bucket))) {
    for (const status of IMAGE_STATUSES) {
      for await (const page of table.query(queryImagesByStatus(bucket, status))) {
        for (const { PK, GSI1PK, GSI1SK } of page) {
          const record = records.get(String(PK));
          if (record?.status === status) missing.delete(String(PK));
          else {
            await removeFromIndex({ bucket, key: String(GSI1SK) }, String(GSI1PK), record, table);
            mended += 1;
          }
        }
      }
    }
  }
  for (const record of missing.values())
    mended += Number(await table.write(listImage(record, statusPartition(record.bucket, record.status))));
  return mended;
}

/**
 * Removes an image from the part of the index that lists another status than its record has, or than it would have if
 * there were one. An item that leaves a partition of the index is removed from it: so the record visits the partition in
 * which it should not have been. Safe beside other writers.
 *
 * @param record as it stands; a tombstone is put where there is none
 */
export async function removeFromIndex(
  { bucket, key }: Pick<ImageRecord, 'bucket' | 'key'>,
  partition: string,
  record: Pick<ImageRecord, 'bucket' | 'key' | 'status' | 'revision'> | undefined,
  table: TagTable,
): Promise<void> {
  const now = new Date();
  const eventTime = now.toISOString();
  const object = { bucket, key, sequencer: FIRST_SEQUENCER };
  const tombstone = nextImageRecord(undefined, object, { status: 'deleted', tags: [] }, { eventTime, now });
  if (record) await table.write(listImage(record, partition));
  else {
    const put = putImageRecord(tombstone);
    const Item = { ...itemOf(put), GSI1PK: partition };
    // Another writer has brought a record meanwhile, which would take what follows for its own.
    if (!(await table.write({ ...put, kind: 'put', Item }))) return;
  }
  const { status, revision } = record ?? tombstone;
  await table.write(listImage({ bucket, key, revision }, statusPartition(bucket, status)));
}

/** Whether the index lists an image under a status. */
export async function isListed(
  { bucket, key }: Pick<ImageRecord, 'bucket' | 'key'>,
  status: ImageRecord['status'],
  table: TagTable,
): Promise<boolean> {
  // Of the keys that begin with it, it is the first itself.
  for await (const [first] of table.query(queryImagesByStatus(bucket, status, key, 1)))
    return first?.GSI1SK === key;
  return false;
}

function itemOf(request: WriteRequest): Item & PrimaryKey {
  if (request.kind !== 'put') throw new Error(`Expected a put but received ${request.kind}`);
  return request.Item;
}

function keyOf(request: WriteRequest): PrimaryKey {
  const { PK, SK } = itemOf(request);
  return { PK, SK };
}

function identity({ PK, SK }: Item | PrimaryKey): string {
  return `${PK}\n${SK}`;
}
