import { createHash } from 'node:crypto';
import type { PrimaryKey } from './tag-table.ts';

/**
 * A partition that is divided: that of a label's entries, or of a bucket's images of one status in the index. DynamoDB takes
 * 1,000 write units a second for each partition key, however much the table takes
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html).
 */
const DIVIDED = /^(?:LABEL|STATUS)#/;

/** Of a label's partition: what stands before the shard, the shard, and the label. Names of label sets have no `.` and no `#`. */
const LABEL_PARTS = /^(LABEL#[^#.]*)(?:\.\d+)?(#.*)$/s;
/** Of a status's. Statuses are words. */
const STATUS_PARTS = /^(STATUS#.*#[a-z]+)(?:\.\d+)?$/s;

/** Whether a partition is one that has shards. */
export function isDivided(partition: unknown): partition is string {
  return typeof partition === 'string' && DIVIDED.test(partition);
}

/**
 * A shard of a partition: the first is the partition itself, so that a table with one shard has no other keys, and one with
 * fewer shards has none that a table with more has not.
 *
 * @example
 * shardPartition('LABEL#general#cat', 0); // 'LABEL#general#cat'
 * shardPartition('LABEL#general#cat', 3); // 'LABEL#general.3#cat'
 * shardPartition('STATUS#photos#tagged', 3); // 'STATUS#photos#tagged.3'
 */
export function shardPartition(partition: string, shard: number): string {
  if (shard === 0) return partition;
  const [, set, label] = LABEL_PARTS.exec(partition) ?? [];
  return set === undefined ? `${partition}.${shard}` : `${set}.${shard}${label}`;
}

/** The partition that a shard is of. */
export function wholePartition(shard: string): string {
  const [, set, label] = LABEL_PARTS.exec(shard) ?? [];
  if (set !== undefined) return `${set}${label}`;
  return STATUS_PARTS.exec(shard)?.[1] ?? shard;
}

/** Where an item stands among so many shards of its partition: the same place as long as there are as many. */
export function placeOf(partition: string, item: PrimaryKey, shards: number): string {
  return shardPartition(partition, shardOf(imageIn(item), shards));
}

/** The image that a record or a label entry is of, as its key tells it. */
function imageIn({ PK, SK }: PrimaryKey): string {
  return PK.startsWith('IMAGE#') ? PK.slice('IMAGE#'.length) : SK.slice(SK.indexOf('#') + 1);
}

const HASHES = 2 ** 32;

/** In [0, shards); with more shards, never a lower one. */
export function shardOf(image: string, shards: number): number {
  if (shards === 1) return 0;
  const hash = createHash('sha256').update(image).digest().readUInt32BE(0);
  return Math.floor((hash / HASHES) * shards);
}
