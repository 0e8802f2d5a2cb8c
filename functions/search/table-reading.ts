import { forEachPageOf } from '../core/records/table-scan.ts';
import { MAXIMUM_BATCH_KEYS, type ScannableTable } from '../core/records/tag-table.ts';
import type { TableCollection } from '../core/search/collection/changing-collection.ts';
import {
  type CollectedState,
  collectedRecordOf,
  readCollected,
  scanRecords,
  scanStates,
} from '../core/search/collection/collected-reads.ts';
import { compareStates, type RecordState } from '../core/search/collection/record-order.ts';

type ReadableTable = Pick<ScannableTable, 'scan' | 'readBatch'>;
type ImageName = Pick<CollectedState, 'bucket' | 'key'>;

/** Takes over every image of a table. */
export async function readTable(table: ReadableTable, collection: TableCollection): Promise<void> {
  await forEachPageOf(table, scanRecords, async (items) => {
    for (const item of items) collection.take(collectedRecordOf(item));
  });
}

/**
 * Makes a collection what the table is: reads the states of all images, and whole records only where the collection has
 * an older state or none. Images that the table has no longer are looked for once more before they are forgotten, for they
 * may have come after their segment was read.
 */
export async function compareWithTable(table: ReadableTable, collection: TableCollection): Promise<void> {
  const seen = new Set<number>();
  await forEachPageOf(table, scanStates, async (items) => {
    const behind: CollectedState[] = [];
    for (const item of items) {
      const state = item as unknown as CollectedState;
      if (!collection.knows(state)) {
        if (state.status === 'deleted') collection.take({ ...state, tags: [], recordedAt: '' });
        else behind.push(state);
      }
    }
    await readImages(table, collection, behind);
    for (const item of items) seen.add(collection.rowOf(item as unknown as CollectedState));
  });
  const unseen: ImageName[] = [];
  for (let row = 0; row < collection.rowCount; row++) {
    if (!collection.isThere(row) || seen.has(row)) continue;
    unseen.push({ bucket: collection.bucketOf(row), key: collection.keyOf(row) });
  }
  await readImages(table, collection, unseen);
}

/**
 * Takes over some images as they stand now; those that the table has not are forgotten, unless they have changed in the
 * collection meanwhile.
 */
export async function readImages(
  table: Pick<ReadableTable, 'readBatch'>,
  collection: TableCollection,
  images: readonly ImageName[],
): Promise<void> {
  for (let first = 0; first < images.length; first += MAXIMUM_BATCH_KEYS) {
    const batch = images.slice(first, first + MAXIMUM_BATCH_KEYS);
    const before = batch.map((image) => collection.stateOf(image));
    const records = (await table.readBatch(readCollected(batch))).map(collectedRecordOf);
    for (const record of records) collection.take(record);
    const found = new Set(records.map(identity));
    for (const [i, image] of batch.entries()) {
      if (!found.has(identity(image)) && isSame(before[i], collection.stateOf(image)))
        collection.remove(image);
    }
  }
}

function identity({ bucket, key }: ImageName): string {
  return `${bucket}/${key}`;
}

function isSame(before: RecordState | undefined, now: RecordState | undefined): boolean {
  return before !== undefined && now !== undefined && compareStates(before, now) === 0;
}
