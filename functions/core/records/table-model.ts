import { type ImageRecord, imageRecordOf } from './image-record.ts';
import type { PrimaryKey, ReadRequest, ScannableTable, ScanRequest, WriteRequest } from './tag-table.ts';

/**
 * A note in the table on the model of its records: all that have an embedding have one of this model, or could not be
 * tagged by it. It saves a reader of the table from looking at each of them. It stands in the table and not beside it,
 * so that a power cut which loses the last writes to a disk never loses records and leaves the note.
 */
const NOTE_KEY: PrimaryKey = { PK: 'TABLE', SK: 'MODEL' };

/** Whether the table is known to have records of this model alone. */
export async function isNotedForModel(
  table: Pick<ScannableTable, 'read'>,
  modelDigest: string,
): Promise<boolean> {
  const note = await table.read(readModelNote());
  return note?.onlyModel === modelDigest;
}

export function readModelNote(): ReadRequest {
  return { Key: NOTE_KEY, ConsistentRead: true };
}

/** Its attribute is not named as that of image records, which those count who sample the models of a table. */
export function putModelNote(modelDigest: string): WriteRequest {
  return {
    kind: 'put',
    Item: { ...NOTE_KEY, onlyModel: modelDigest },
    ConditionExpression: 'attribute_not_exists(PK) OR onlyModel <> :model',
    ExpressionAttributeValues: { ':model': modelDigest },
  };
}

/** To be done before another model writes its first record. */
export function removeModelNote(modelDigest: string): WriteRequest {
  return {
    kind: 'delete',
    Key: NOTE_KEY,
    ConditionExpression: 'onlyModel <> :model',
    ExpressionAttributeValues: { ':model': modelDigest },
  };
}

/** An image that another model has tagged. */
export type ForeignImage = Pick<
  ImageRecord,
  'bucket' | 'key' | 'eTag' | 'sizeBytes' | 'eventTime' | 'modelDigest'
>;

const FOREIGN_ATTRIBUTES = ['bucket', 'key', 'eTag', 'sizeBytes', 'eventTime', 'modelDigest'] as const;

/** Reads the tagged images whose embedding is of another model, or of none. */
export function scanForeignImages(modelDigest: string): ScanRequest {
  const names = ['status', ...FOREIGN_ATTRIBUTES];
  return {
    Segment: 0,
    TotalSegments: 1,
    FilterExpression: '#status = :tagged AND (attribute_not_exists(#modelDigest) OR #modelDigest <> :model)',
    ProjectionExpression: FOREIGN_ATTRIBUTES.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: { ':tagged': 'tagged', ':model': modelDigest },
  };
}

/** The images that another model has tagged, page by page. Reads the whole table. */
export async function* foreignImages(
  table: Pick<ScannableTable, 'scan'>,
  modelDigest: string,
): AsyncGenerator<readonly ForeignImage[]> {
  for await (const { items } of table.scan(scanForeignImages(modelDigest))) yield items.map(imageRecordOf);
}
