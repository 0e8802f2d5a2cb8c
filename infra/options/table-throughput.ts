import { estimatedMilliseconds } from '../../functions/core/cost/cost.ts';
import {
  enoughShards,
  NEW_TABLE_WRITE_UNITS,
  PARTITION_WRITE_UNITS,
  tableUnitsPerImage,
  throughput,
} from '../../functions/core/cost/throughput.ts';

/** The options of a tagger that it looks at. */
export interface StoringOptions {
  readonly maximumConcurrency: number;
  readonly batchSize: number;
  readonly functionTimeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly backfillObjectsPerSecond: number;
  readonly tableWarmWriteUnits: number | undefined;
  readonly tableShards: number | undefined;
  /** With it each record takes more write units. */
  readonly vectorIndex: boolean;
}

/** As `cliptag cost` assumes them, too. */
const ASSUMED = { tags: 5, megapixels: 4, model: 'vit-b-32-256-datacomp', dimensions: 512 } as const;

/** What the function leaves of its time to notes and the response: functions/adapters/aws/patient-retries.ts. */
const RESERVED_SECONDS = 6;

/** As many as were asked for, or enough for all that functions and a backfill can do, whatever the table takes today. */
export function shardsOf(options: StoringOptions): number {
  const imagesPerSecond = Math.max(functionsOf(options), options.backfillObjectsPerSecond);
  return options.tableShards ?? enoughShards(imagesPerSecond);
}

/** More functions than the table has writes for: their batches would not be done in their time, and be inferred again. */
export function waitingFaults(
  options: StoringOptions,
  nameOf: (option: keyof StoringOptions) => string,
): string[] {
  const { maximumConcurrency, batchSize, functionTimeoutSeconds } = options;
  const { table } = storedBy(options, 1);
  const seconds = (maximumConcurrency * batchSize) / table;
  const most = Math.max(functionTimeoutSeconds - RESERVED_SECONDS, functionTimeoutSeconds / 2);
  if (seconds <= most) return [];
  const unitsPerImage = tableUnitsPerImage({ tags: ASSUMED.tags, ...indexed(options) });
  const units = Math.ceil((maximumConcurrency * batchSize * unitsPerImage) / most);
  return [
    `Expected a ${nameOf('tableWarmWriteUnits')} of at least ${units}, or a smaller ${nameOf('maximumConcurrency')} or ${nameOf('batchSize')}, but received ${writeUnitsOf(options)}: the table takes ${Math.floor(table)} images a second, so that a batch would wait for ${Math.ceil(seconds)} s of the function’s ${functionTimeoutSeconds} s`,
  ];
}

/** What the settings ask for and the table cannot take, which costs time and money and loses nothing. */
export function throughputWarnings(
  options: StoringOptions,
  buckets: number,
  dimensions: number = ASSUMED.dimensions,
): string[] {
  const { maximumConcurrency, backfillObjectsPerSecond } = options;
  const { functions, table, statusIndex, stored } = storedBy(options, buckets, dimensions);
  const limits = [
    ...(table <= functions || table < backfillObjectsPerSecond
      ? [
          `a table of ${writeUnitsOf(options)} write units a second takes ${Math.floor(table)}${options.vectorIndex ? ' with the vector index' : ''} (tableWarmWriteUnits raises it)`,
        ]
      : []),
    ...(statusIndex <= functions || statusIndex < backfillObjectsPerSecond
      ? [
          `the index by status takes ${statusIndex}, ${PARTITION_WRITE_UNITS} for ${placesText(shardsOf(options), buckets)} (tableShards raises it)`,
        ]
      : []),
  ].join(', and ');
  const warnings: string[] = [];
  if (functions > stored) {
    const enough = Math.max(2, Math.ceil((maximumConcurrency * stored) / functions));
    warnings.push(
      `maximumConcurrency ${maximumConcurrency} can tag ${Math.floor(functions)} images of ${ASSUMED.megapixels} megapixels and ${ASSUMED.tags} tags a second, but ${limits}: ${enough} functions do as much, and the others are paid for while they wait`,
    );
  }
  if (backfillObjectsPerSecond > stored) {
    warnings.push(
      `backfillObjectsPerSecond ${backfillObjectsPerSecond} is more than is stored: ${limits}; a backfill goes no faster than ${Math.floor(stored)} a second`,
    );
  }
  return warnings;
}

function placesText(shards: number, buckets: number): string {
  const ofBuckets = buckets === 1 ? 'the bucket' : `each of ${buckets} buckets`;
  return shards === 1 ? ofBuckets : `each of ${shards} shards of ${ofBuckets}`;
}

function writeUnitsOf({ tableWarmWriteUnits = NEW_TABLE_WRITE_UNITS }: StoringOptions): number {
  return tableWarmWriteUnits;
}

/** Of the other options none writes to the table: thumbnails and object tags are S3's, and a stream only tells of writes. */
function indexed({ vectorIndex }: StoringOptions, dimensions: number = ASSUMED.dimensions) {
  return { indexedDimensions: vectorIndex ? dimensions : 0 };
}

/** Images a second that the functions tag. */
function functionsOf(options: StoringOptions): number {
  return (options.maximumConcurrency * 1_000) / millisecondsPerImage(options);
}

function millisecondsPerImage({ memoryMegabytes }: StoringOptions): number {
  const { tags, model, megapixels } = ASSUMED;
  return estimatedMilliseconds(model, { megapixels, tags, memoryMegabytes });
}

function storedBy(options: StoringOptions, buckets: number, dimensions?: number) {
  return throughput({
    ...indexed(options, dimensions),
    ...{ tags: ASSUMED.tags, buckets, shards: shardsOf(options), concurrency: options.maximumConcurrency },
    tableWriteUnits: writeUnitsOf(options),
    millisecondsPerImage: millisecondsPerImage(options),
  });
}
