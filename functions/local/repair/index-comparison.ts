import { comparableSequencer } from '../../core/objects/object.ts';
import {
  IMAGE_STATUSES,
  type ImageRecord,
  imageKey,
  imageRecordOf,
  listImage,
  queryImagesByStatus,
  readImageAttributes,
  statusPartition,
} from '../../core/records/image-record.ts';
import { MAXIMUM_BATCH_KEYS, type ScannableTable } from '../../core/records/tag-table.ts';
import { isListed, removeFromIndex } from './mended-table.ts';

type ObjectKey = Pick<ImageRecord, 'bucket' | 'key'>;

/** An object's state, or its absence when it has no ETag. */
export interface KeyState extends ObjectKey {
  readonly eTag?: string | undefined;
  /** Of the event that brought it, or, of an absence, of the record that knows nothing of it. */
  readonly sequencer: string;
}

/** Of every object in a bucket, what its record says. */
export type Statuses = Map<string, ImageRecord['status'] | undefined>;

/**
 * Tells of records whose object is gone, which are looked for in the index, and has the index list each image under the
 * status of its record alone. That it does so already is dynalite's promise (`atomic-writes.mjs`), which a damaged disk
 * does not keep.
 */
export async function compareIndex(
  bucket: string,
  statuses: Statuses,
  table: ScannableTable,
  tell: (states: readonly KeyState[]) => Promise<number>,
): Promise<{ gone: number; indexed: number }> {
  const unlisted = new Map([...statuses].filter(([, status]) => status !== undefined));
  let gone = 0;
  let indexed = 0;
  for (const status of IMAGE_STATUSES) {
    for await (const page of table.query(queryImagesByStatus(bucket, status, '', MAXIMUM_BATCH_KEYS))) {
      const listed = page.map(({ GSI1SK }) => ({ bucket, key: String(GSI1SK) }));
      for (const { key } of listed) if (statuses.get(key) === status) unlisted.delete(key);
      const doubtful = listed.filter(({ key }) => statuses.get(key) !== status);
      // Read anew, for others write meanwhile.
      const recordOf = await recordsOf(doubtful, table);
      for (const object of doubtful) {
        const record = recordOf.get(imageKey(object).PK);
        if (record?.status === status || !(await isListed(object, status, table))) continue;
        await removeFromIndex(object, statusPartition(bucket, status), record, table);
        indexed += 1;
      }
      const untrue = [...recordOf.values()].filter(
        (record) => !statuses.has(record.key) && record.status !== 'deleted',
      );
      gone += await tell(
        untrue.map(({ key, sequencer }) => ({ bucket, key, sequencer: comparableSequencer(sequencer) })),
      );
    }
  }
  return { gone, indexed: indexed + (await listMissing(bucket, [...unlisted.keys()], table)) };
}

/** Has the index list images that it seemed to lack, those that it does lack still. */
async function listMissing(bucket: string, keys: readonly string[], table: ScannableTable): Promise<number> {
  let listed = 0;
  for (let first = 0; first < keys.length; first += MAXIMUM_BATCH_KEYS) {
    const objects = keys.slice(first, first + MAXIMUM_BATCH_KEYS).map((key) => ({ bucket, key }));
    for (const record of (await recordsOf(objects, table)).values()) {
      if (await isListed(record, record.status, table)) continue;
      listed += Number(await table.write(listImage(record, statusPartition(bucket, record.status))));
    }
  }
  return listed;
}

const COMPARED_ATTRIBUTES = ['bucket', 'key', 'status', 'eTag', 'revision', 'sequencer'] as const;

/** What the table has of some images, by the partitions of their records. */
export async function recordsOf(
  objects: readonly ObjectKey[],
  table: ScannableTable,
): Promise<ReadonlyMap<string, ImageRecord>> {
  if (objects.length === 0) return new Map();
  const items = await table.readBatch(readImageAttributes(objects, COMPARED_ATTRIBUTES));
  return new Map(items.map(imageRecordOf).map((record) => [imageKey(record).PK, record]));
}
