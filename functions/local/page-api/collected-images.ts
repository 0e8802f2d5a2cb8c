import type { ImageRecord, ImageStatus } from '../../core/records/image-record.ts';
import {
  changingCollection,
  type TableCollection,
} from '../../core/search/collection/changing-collection.ts';
import type { TaggerIdentity } from '../../core/tagging/tagger-identity.ts';
import type { DynamoDbEndpoint } from '../dynamodb/dynamodb-endpoint.ts';
import type { WrittenImage } from '../dynamodb/written-records.ts';
import { usedLabelSets } from './used-label-sets.ts';

/** All images of the table in the memory of this process, for searches. */
export interface CollectedImages {
  readonly collection: TableCollection;
  /** Waits until every image is there that the table had at the start. Where loading has failed, it begins anew. */
  whole(): Promise<void>;
  /** To be told of each image record that is written; resolves once it is taken over. */
  take(written: WrittenImage): Promise<void>;
  /** Images by their status. */
  counts(): Promise<Readonly<Record<ImageStatus, number>>>;
  /** Tagged images of the model whose tags come from other label sets than these. */
  countOthers(identity: TaggerIdentity): Promise<number>;
  /** Stops loading. */
  close(): Promise<void>;
}

export interface CollectedImagesOptions {
  readonly modelDigest: string;
  readonly dynamodb: Pick<DynamoDbEndpoint, 'images' | 'readImages'>;
  readonly warn: (message: string) => void;
}

/** Begins to load the images, beside all that the pipeline does. Whatever is written meanwhile is newer, and stays. */
export function collectImages({ modelDigest, dynamodb, warn }: CollectedImagesOptions): CollectedImages {
  const collection = changingCollection({ modelDigest });
  const used = usedLabelSets(collection);
  let isClosed = false;
  let loading: Promise<void> | undefined;

  function takeRecord(record: ImageRecord): void {
    if (collection.knows(record)) return;
    collection.take(record);
    used.note(record);
  }

  async function load(): Promise<void> {
    for await (const records of dynamodb.images()) {
      if (isClosed) return;
      for (const record of records) takeRecord(record);
    }
  }

  function whole(): Promise<void> {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  }

  whole().catch((error: unknown) => warn(`The images of the table could not be read: ${error}`));
  return {
    collection,
    whole,
    async take({ record, ...name }) {
      const [stands] = record ? [record] : await dynamodb.readImages([name]);
      if (stands) takeRecord(stands);
      else collection.remove(name);
    },
    async counts() {
      await whole();
      const counts = { tagged: 0, unsupported: 0, failed: 0, deleted: 0 };
      for (let row = 0; row < collection.rowCount; row++) {
        if (collection.isThere(row)) counts[collection.statusOf(row)] += 1;
      }
      return counts;
    },
    async countOthers(identity) {
      await whole();
      return used.countOthers(identity);
    },
    async close() {
      isClosed = true;
      await loading?.catch(() => {});
    },
  };
}
