import { type ImageRecord, imageRecordOf, readImageAttributes } from '../../records/image-record.ts';
import type { TableSegment } from '../../records/table-scan.ts';
import type { BatchReadRequest, Item, ScanRequest } from '../../records/tag-table.ts';
import type { CollectedRecord } from '../image-collection.ts';

/** What a collection compares with the table. */
export type CollectedState = Pick<ImageRecord, 'bucket' | 'key' | 'status' | 'sequencer' | 'revision'>;

const STATE_ATTRIBUTES = [
  'bucket',
  'key',
  'status',
  'sequencer',
  'revision',
] as const satisfies readonly (keyof CollectedState)[];

const COLLECTED_ATTRIBUTES = [
  ...STATE_ATTRIBUTES,
  'tags',
  'width',
  'height',
  'sizeBytes',
  'modelDigest',
  'embedding',
  'recordedAt',
  'takenAt',
  'camera',
  'latitude',
  'longitude',
  'differenceHash',
] as const satisfies readonly (keyof CollectedRecord)[];

/** Reads a segment's image records as far as a collection needs them. */
export function scanRecords(segment: TableSegment): ScanRequest {
  return scanImages(segment, COLLECTED_ATTRIBUTES);
}

/** Reads the states of a segment's image records, which are a tenth of what {@link scanRecords} sends over the wire. */
export function scanStates(segment: TableSegment): ScanRequest {
  return scanImages(segment, STATE_ATTRIBUTES);
}

/** Reads up to 100 image records as they stand. */
export function readCollected(images: readonly Pick<ImageRecord, 'bucket' | 'key'>[]): BatchReadRequest {
  return { ...readImageAttributes(images, COLLECTED_ATTRIBUTES), ConsistentRead: true };
}

/** The record that an item holds, as {@link scanRecords} and {@link readCollected} give it. */
export function collectedRecordOf(item: Item): CollectedRecord {
  return imageRecordOf(item);
}

/** Consistently: what was written before the scan began, no change would tell of later. Label entries are left out. */
function scanImages({ segment, of }: TableSegment, attributes: readonly string[]): ScanRequest {
  return {
    Segment: segment,
    TotalSegments: of,
    ConsistentRead: true,
    FilterExpression: 'SK = :image',
    ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: { ':image': 'IMAGE' },
  };
}
