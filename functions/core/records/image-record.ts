import type { ImageFaultCode } from '../error-codes.ts';
import type { Tag } from '../labels/scores.ts';
import type { ObjectReference } from '../objects/object.ts';
import type { Correction } from './corrections.ts';
import type {
  BatchReadRequest,
  Item,
  PrimaryKey,
  QueryRequest,
  ReadRequest,
  WriteRequest,
} from './tag-table.ts';
import { withoutVector } from './vector-index.ts';

/**
 * `tagged`: tags and embedding are there. `unsupported`: an image, but of a kind we don't read.
 * `failed`: no image, or a broken one. `deleted`: a tombstone, so that an older event cannot bring the image back.
 */
export type ImageStatus = 'tagged' | 'unsupported' | 'failed' | 'deleted';

export const IMAGE_STATUSES: readonly ImageStatus[] = ['tagged', 'unsupported', 'failed', 'deleted'];

/** What was found out about one state of an object. */
export interface ImageContent {
  readonly status: ImageStatus;
  /** Why it has no tags, as a sentence and as a code. */
  readonly reason?: string | undefined;
  readonly reasonCode?: ImageFaultCode | undefined;
  /** Upright, in pixels; of a camera RAW file its preview's. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Of the file, as its content tells it: `jpeg`, `nef`. */
  readonly format?: string | undefined;
  readonly tags: readonly Tag[];
  readonly modelDigest?: string | undefined;
  /** Float16, little-endian. */
  readonly embedding?: Uint8Array | undefined;
  /** Label set name → digest of the label set that the tags come from. */
  readonly labelSets?: Readonly<Record<string, string>> | undefined;
  /** Label sets in which "unknown" has won: none of their labels fits. @default none */
  readonly unknown?: readonly string[] | undefined;
  /** Time of exposure as the camera's clock had it, ISO 8601; with an offset from UTC where the file tells one. */
  readonly takenAt?: string | undefined;
  /** Maker and model: `Canon EOS R5`. */
  readonly camera?: string | undefined;
  /** Where it was taken, in degrees (WGS 84); north and east are positive. */
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
  /** 64-bit difference hash, 16 hexadecimal digits. */
  readonly differenceHash?: string | undefined;
  /** How sharp its centre is, of images that are alike: the higher, the sharper. */
  readonly sharpness?: number | undefined;
  /** Mean colour, `#rrggbb`. */
  readonly colour?: string | undefined;
}

/** The one item that holds what is known of an image: the truth. */
export interface ImageRecord extends ImageContent, ObjectReference {
  /** Counts the writes of this record; a write names the one that it follows. */
  readonly revision: number;
  /** What people have corrected, as the tags have it; it outlives retag, a new upload and another model. @default none */
  readonly corrections?: readonly Correction[] | undefined;
  /** Tags of earlier states whose label entries may still stand; empty once they have been removed. */
  readonly supersededTags: readonly Tag[];
  /** When S3 changed the object and when this record was written, ISO 8601. */
  readonly eventTime: string;
  readonly recordedAt: string;
  /** Seconds since 1970, on tombstones only. */
  readonly expiresAt?: number | undefined;
}

/** Name of the index that lists images by status, in the order of their keys. */
export const STATUS_INDEX = 'by-status';

/** Key of an image record. */
export function imageKey({ bucket, key }: { bucket: string; key: string }): PrimaryKey {
  return { PK: `IMAGE#${bucket}/${key}`, SK: 'IMAGE' };
}

/** The image that a partition key is of, as {@link imageKey} makes it: names of buckets have no `/`. */
export function imageOf(PK: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^IMAGE#([^/]*)\/(.*)$/s.exec(PK) ?? [];
  return { bucket, key };
}

/** Reads one image record, consistently. */
export function readImageRecord(object: { bucket: string; key: string }): ReadRequest {
  return { Key: imageKey(object), ConsistentRead: true };
}

/** The attributes that a label query shows of the image records behind its entries. */
const SUMMARY_ATTRIBUTES = [
  'bucket',
  'key',
  'status',
  'tags',
  'width',
  'height',
  'modelDigest',
  'recordedAt',
] as const;

/** Reads up to 100 image records, consistently, without their embeddings. */
export function readImageSummaries(
  objects: ReadonlyArray<{ bucket: string; key: string }>,
): BatchReadRequest {
  return { ...readImageAttributes(objects, SUMMARY_ATTRIBUTES), ConsistentRead: true };
}

/** Reads some attributes of up to 100 image records, perhaps as they were a moment ago (eventually consistent). */
export function readImageAttributes(
  objects: ReadonlyArray<{ bucket: string; key: string }>,
  attributes: readonly string[],
): BatchReadRequest {
  return {
    Keys: objects.map(imageKey),
    ConsistentRead: false,
    ProjectionExpression: ['PK', 'SK', ...attributes.map((name) => `#${name}`)].join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
  };
}

/**
 * Writes the record if the one that it follows is still the one that was read. Sequencers have been compared with that
 * one, so a record with an older sequencer never replaces a newer one.
 */
export function putImageRecord(record: ImageRecord): WriteRequest {
  const { supersededTags, ...rest } = record;
  return {
    kind: 'put',
    Item: {
      ...imageKey(record),
      GSI1PK: statusPartition(record.bucket, record.status),
      GSI1SK: record.key,
      ...rest,
      // Nearly all records have none, and 18 bytes more would be a write unit more for some.
      ...(supersededTags.length > 0 && { supersededTags }),
    },
    ConditionExpression: record.revision === 1 ? 'attribute_not_exists(PK)' : 'revision = :previousRevision',
    ExpressionAttributeValues: record.revision === 1 ? {} : { ':previousRevision': record.revision - 1 },
  };
}

/** Forgets the superseded tags, after their entries have been removed. */
export function clearSupersededTags(record: ImageRecord): WriteRequest {
  return {
    kind: 'update',
    Key: imageKey(record),
    UpdateExpression: 'SET supersededTags = :none',
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: { ':none': [], ':revision': record.revision },
  };
}

/**
 * Changes nothing but the revision, so that a writer which has read this record and is about to replace it must read
 * again.
 */
export function advanceRevision(record: ImageRecord): WriteRequest {
  return {
    kind: 'update',
    Key: imageKey(record),
    UpdateExpression: 'SET revision = :next',
    ConditionExpression: 'revision = :previousRevision',
    ExpressionAttributeValues: { ':next': record.revision + 1, ':previousRevision': record.revision },
  };
}

/** Lists the images of one status under a prefix, in the order of their keys. */
export function queryImagesByStatus(
  bucket: string,
  status: ImageStatus,
  prefix = '',
  pageSize?: number,
): QueryRequest {
  return {
    IndexName: STATUS_INDEX,
    KeyConditionExpression:
      prefix === '' ? 'GSI1PK = :partition' : 'GSI1PK = :partition AND begins_with(GSI1SK, :prefix)',
    ExpressionAttributeValues: {
      ':partition': statusPartition(bucket, status),
      ...(prefix === '' ? {} : { ':prefix': prefix }),
    },
    ScanIndexForward: true,
    ...(pageSize === undefined ? {} : { Limit: pageSize }),
  };
}

/** Has the index list a record in a partition, also when it should do so already; none that has changed. */
export function listImage(
  record: Pick<ImageRecord, 'bucket' | 'key' | 'revision'>,
  partition: string,
): WriteRequest {
  return {
    kind: 'update',
    Key: imageKey(record),
    UpdateExpression: 'SET GSI1PK = :partition',
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: { ':partition': partition, ':revision': record.revision },
  };
}

/** Partition of the index by status. */
export function statusPartition(bucket: string, status: ImageStatus): string {
  return `STATUS#${bucket}#${status}`;
}

/** The image record that an item holds. Only this program writes the table, so the item's shape is trusted. */
export function imageRecordOf(item: Item): ImageRecord {
  const {
    PK: _partition,
    SK: _sort,
    GSI1PK: _indexPartition,
    GSI1SK: _indexSort,
    ...record
  } = withoutVector(item);
  return { supersededTags: [], ...record } as unknown as ImageRecord;
}

/** Tells whether exactly this tag, score included, is among `tags`. */
export function tagMatcher(tags: readonly Tag[]): (tag: Tag) => boolean {
  const known = new Set(tags.map(tagIdentity));
  return (tag) => known.has(tagIdentity(tag));
}

function tagIdentity({ set, label, score }: Tag): string {
  return JSON.stringify([set, label, score]);
}
