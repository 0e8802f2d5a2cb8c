import { type ImageRecord, imageKey, imageRecordOf, readImageAttributes } from '../records/image-record.ts';
import type { BatchReadRequest, TagTable } from '../records/tag-table.ts';
import { MAXIMUM_BATCH_KEYS } from '../records/tag-table.ts';
import type { SearchedImage } from './image-search.ts';

/** What an answer shows of an image. */
const SHOWN = [
  ...['bucket', 'key', 'status', 'reason', 'reasonCode', 'eTag', 'sizeBytes', 'width', 'height', 'format'],
  ...[
    'tags',
    'unknown',
    'corrections',
    'modelDigest',
    'recordedAt',
    'takenAt',
    'camera',
    'latitude',
    'longitude',
    'colour',
  ],
] as const;

/** What it is judged by, besides. */
const JUDGED = ['sequencer', 'revision', 'eventTime', 'differenceHash', 'sharpness'] as const;

type Named = { readonly bucket: string; readonly key: string };

/** Reads image records consistently, as many as there are; those that don't exist are left out. */
export function readSearched(
  images: readonly Named[],
  table: Pick<TagTable, 'readBatch'>,
  withEmbeddings: boolean,
): Promise<readonly ImageRecord[]> {
  const attributes = [...SHOWN, ...JUDGED, ...(withEmbeddings ? ['embedding'] : [])];
  return readRecords(images, table, (keys) => ({
    ...readImageAttributes(keys, attributes),
    ConsistentRead: true,
  }));
}

/** Reads image records as a whole, consistently. */
export function readWhole(
  images: readonly Named[],
  table: Pick<TagTable, 'readBatch'>,
): Promise<readonly ImageRecord[]> {
  return readRecords(images, table, (keys) => ({ Keys: keys.map(imageKey), ConsistentRead: true }));
}

async function readRecords(
  images: readonly Named[],
  table: Pick<TagTable, 'readBatch'>,
  requestFor: (images: readonly Named[]) => BatchReadRequest,
): Promise<readonly ImageRecord[]> {
  const requests: BatchReadRequest[] = [];
  for (let i = 0; i < images.length; i += MAXIMUM_BATCH_KEYS) {
    requests.push(requestFor(images.slice(i, i + MAXIMUM_BATCH_KEYS)));
  }
  const pages = await Promise.all(requests.map((request) => table.readBatch(request)));
  return pages.flat().map(imageRecordOf);
}

export function searchedImage(
  record: ImageRecord,
  judged: Pick<SearchedImage, 'score' | 'isBeyond'>,
): SearchedImage {
  // A loop, for every answer has fifty of them.
  const shown: Record<string, unknown> = {};
  for (const name of SHOWN) if (record[name] !== undefined) shown[name] = record[name];
  return { ...(shown as unknown as Omit<SearchedImage, 'score' | 'isBeyond'>), ...judged };
}
