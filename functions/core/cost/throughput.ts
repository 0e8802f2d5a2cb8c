import { writeUnits } from './cost.ts';

/**
 * Write units a second that a new on-demand table takes at once:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html
 */
export const NEW_TABLE_WRITE_UNITS = 4_000;

/**
 * Write units a second of one partition, however much the table takes:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const PARTITION_WRITE_UNITS = 1_000;

/** Enough for a thousand functions with all the memory there is; a query by label or status asks every one. */
export const MAXIMUM_SHARDS = 256;

/** What decides how many images a second are tagged. */
export interface ThroughputSettings {
  /** Tags per image. */
  readonly tags: number;
  /** Functions that tag at once. */
  readonly concurrency: number;
  /** That a function with its memory takes. */
  readonly millisecondsPerImage: number;
  /** Write units a second that the table takes at once. */
  readonly tableWriteUnits: number;
  /** Into how many shards the partitions of labels and of the index by status are divided. @default 1 */
  readonly shards?: number;
  /** Buckets that the images are in. @default 1 */
  readonly buckets?: number;
  /** Size of the embeddings that a vector index holds. @default 0, no index */
  readonly indexedDimensions?: number;
}

/** Images a second, by what allows no more. */
export interface Throughput {
  readonly functions: number;
  /** By the table's write units. */
  readonly table: number;
  /** By the index by status, which has one partition for the tagged images of a bucket, and for each shard of these. */
  readonly statusIndex: number;
  /** By a label that every image has. */
  readonly label: number;
  /** Of the table and its index. */
  readonly stored: number;
  /** Of all. */
  readonly carried: number;
}

/** Images a second that the settings carry, when they come evenly. */
export function throughput(settings: ThroughputSettings): Throughput {
  const { concurrency, millisecondsPerImage, tableWriteUnits, buckets = 1, shards = 1 } = settings;
  const functions = (concurrency * 1_000) / millisecondsPerImage;
  const table = tableWriteUnits / tableUnitsPerImage(settings);
  const label = PARTITION_WRITE_UNITS * shards;
  const statusIndex = (label / writeUnits(settings.tags).index) * buckets;
  const stored = Math.min(table, statusIndex);
  return { functions, table, statusIndex, label, stored, carried: Math.min(functions, stored) };
}

/**
 * Shards enough for images of one bucket, all with the same label. Each gets half of what a partition takes: images are spread by a
 * hash, and partition keys lie on DynamoDB's partitions by another. A power of two, so that small changes of settings move nothing.
 */
export function enoughShards(imagesPerSecond: number): number {
  const halves = imagesPerSecond / (PARTITION_WRITE_UNITS / 2);
  return Math.min(MAXIMUM_SHARDS, 2 ** Math.max(0, Math.ceil(Math.log2(halves))));
}

/** Those of the table alone: its index has its own. */
export function tableUnitsPerImage({
  tags,
  indexedDimensions = 0,
}: Pick<ThroughputSettings, 'tags' | 'indexedDimensions'>): number {
  const { record, entries, note } = writeUnits(tags, indexedDimensions);
  return record + entries + note;
}

/** What allows no more images a second than {@link Throughput.carried}. */
export function limitOf({
  functions,
  table,
  statusIndex,
  carried,
}: Throughput): 'functions' | 'table' | 'statusIndex' {
  if (functions <= carried) return 'functions';
  return table <= statusIndex ? 'table' : 'statusIndex';
}
