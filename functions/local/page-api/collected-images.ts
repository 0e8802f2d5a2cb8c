import {
  type ImageRecord,
  type ImageStatus,
  imageRecordOf,
  readImageRecord,
} from '../../core/records/image-record.ts';
import type { TagTable } from '../../core/records/tag-table.ts';
import {
  changingCollection,
  type TableCollection,
} from '../../core/search/collection/changing-collection.ts';
import type { WrittenImage } from '../dynamodb/written-records.ts';

/** All images of the table in the memory of this process, for searches. */
export interface CollectedImages {
  readonly collection: TableCollection;
  /** Resolves once every image is there that the table had at the start. */
  readonly isWhole: Promise<void>;
  /** To be told of each image record that is written; resolves once it is taken over. */
  take(written: WrittenImage): Promise<void>;
  /** Images by their status. */
  counts(): Promise<Readonly<Record<ImageStatus, number>>>;
  /** Stops loading. */
  close(): Promise<void>;
}

export interface CollectedImagesOptions {
  readonly modelDigest: string;
  /** The bucket whose images are looked for. */
  readonly bucket: string;
  readonly table: Pick<TagTable, 'read'>;
  /** Every image record that is there, page by page. */
  readonly images: () => AsyncIterable<readonly ImageRecord[]>;
  readonly warn: (message: string) => void;
}

/** Begins to load the images, beside all that the pipeline does. Whatever is written meanwhile is newer, and stays. */
export function collectImages(options: CollectedImagesOptions): CollectedImages {
  const { modelDigest, bucket, table, images, warn } = options;
  const collection = changingCollection({ modelDigest });
  let isClosed = false;

  async function load(): Promise<void> {
    for await (const records of images()) {
      if (isClosed) return;
      for (const record of records) if (record.bucket === bucket) collection.take(record);
    }
  }

  const isWhole = load();
  isWhole.catch((error: unknown) => warn(`The images of the table cannot be searched: ${error}`));
  return {
    collection,
    isWhole,
    async take({ record, ...name }) {
      if (name.bucket !== bucket) return;
      const stands = record ?? (await recordOf(name, table));
      if (stands) collection.take(stands);
      else collection.remove(name);
    },
    async counts() {
      await isWhole;
      const counts = { tagged: 0, unsupported: 0, failed: 0, deleted: 0 };
      for (let row = 0; row < collection.rowCount; row++) {
        if (collection.isThere(row)) counts[collection.statusOf(row)] += 1;
      }
      return counts;
    },
    async close() {
      isClosed = true;
      await isWhole.catch(() => {});
    },
  };
}

async function recordOf(
  name: { readonly bucket: string; readonly key: string },
  table: Pick<TagTable, 'read'>,
): Promise<ImageRecord | undefined> {
  const item = await table.read(readImageRecord(name));
  return item && imageRecordOf(item);
}
