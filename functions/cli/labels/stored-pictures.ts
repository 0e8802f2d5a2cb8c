import { createClient } from '../../client/client.ts';
import { type ImageRecord, readImageAttributes } from '../../core/records/image-record.ts';
import { imageUrl } from '../pipeline/image-operand.ts';
import { pageFetch } from '../pipeline/page-fetch.ts';
import type { TablePlace } from '../pipeline/table-flags.ts';
import { askTable } from '../pipeline/tag-table.ts';
import { deployedThumbnails } from '../search/deployed-thumbnails.ts';

/** Small versions of stored images by their names, `s3://BUCKET/KEY`; undefined where one cannot be had. */
export type StoredPictures = (name: string) => Promise<Uint8Array | undefined>;

/** Those of the local pipeline come from its page, which keeps them; those of a table are made of the objects in their buckets. */
export function storedPictures(place: TablePlace, httpPort: number): StoredPictures {
  return place.kind === 'local' ? localPictures(httpPort) : deployedPictures(place);
}

/** For a pipeline that is busy. */
const TIMEOUT_MILLISECONDS = 20_000;

function localPictures(httpPort: number): StoredPictures {
  const client = createClient({
    url: new URL(`http://127.0.0.1:${httpPort}`),
    fetch: pageFetch(TIMEOUT_MILLISECONDS),
  });
  return async (name) => {
    const image = imageUrl(name);
    const picture = image && (await client.thumbnail(image).catch(() => undefined));
    return picture?.bytes();
  };
}

function deployedPictures(place: TablePlace): StoredPictures {
  const thumbnails = deployedThumbnails(place);
  return async (name) => {
    const image = imageUrl(name);
    if (!image) return undefined;
    const request = readImageAttributes([image], ['eTag', 'sizeBytes']);
    const [record] = await askTable(place, (table) => table.readBatch(request));
    const object = record && (record as Pick<ImageRecord, 'eTag' | 'sizeBytes'>);
    return object && (await thumbnails({ ...image, ...object }))?.bytes;
  };
}
