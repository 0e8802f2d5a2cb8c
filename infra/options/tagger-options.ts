import { MAXIMUM_SHARDS, NEW_TABLE_WRITE_UNITS } from '../../functions/core/cost/throughput.ts';
import {
  DEFAULT_EXIF_CHOICE,
  EXIF_CHOICES,
  type ExifChoice,
} from '../../functions/core/formats/exif/exif-choice.ts';
import { DEFAULT_LOG_LEVEL, LOG_LEVELS, type LogLevel } from '../../functions/core/log-levels.ts';
import { QUEUE_DEFINITION } from '../../functions/core/objects/queue-definition.ts';
import { flag, list, oneOf, type Rules, wholeNumber } from './option-rules.ts';

/** A tagger's options as plain values, read from a construct's props or from the context of `cdk deploy`. */
export interface TaggerOptions {
  /**
   * How the keys of the objects to tag begin, any of these; without commas and `*`.
   * @default [] (any key)
   */
  readonly prefix: readonly string[];
  /**
   * How the keys of the objects to tag end, in lower or in upper case (`.jpg` is also `.JPG`, but not `.Jpg`): any of
   * these; without commas and `*`.
   * @default [] (any key)
   */
  readonly suffix: readonly string[];
  /**
   * Larger objects are not downloaded and recorded as failed, 1 to 1,073,741,824 bytes: up to sixteen are held in
   * memory at a time.
   * @default undefined (50 MiB, the function's own default)
   */
  readonly maximumBytes: number | undefined;
  /**
   * What is recorded of a picture's EXIF, which is time of exposure, camera and place: `all`, `without-place` or `none`.
   * @default 'all'
   */
  readonly exif: ExifChoice;
  /**
   * Whether thumbnails are made while pictures are tagged, WebP of some 10 KB, and kept in a bucket. Costs a write of S3's for
   * each image.
   * @default false
   */
  readonly thumbnails: boolean;
  /**
   * What the functions' code comes as: `container`, an image that Docker builds; or `zip`, an archive of at most 250 MB
   * unzipped on Lambda's own Node.js runtime, which AWS patches and which needs no Docker.
   * @default 'container'
   */
  readonly packaging: 'container' | 'zip';
  /**
   * Memory of the tagging function, 1,536 to 10,240 MB: decoding large pictures takes that beside the model.
   * Processors come with it: one for every 1,769 MB. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
   * @default 3008 (the most that AWS grants a new account)
   */
  readonly memoryMegabytes: number;
  /**
   * Time the tagging function may take for one batch, 1 to 900 seconds (AWS Lambda's own range). The queue hides a
   * message for six times as long.
   * @default 60
   */
  readonly functionTimeoutSeconds: number;
  /**
   * The function's `/tmp`, 512 to 10,240 MB (AWS Lambda's own range). Tagging works in memory and needs none of it.
   * @default 512
   */
  readonly temporaryStorageMegabytes: number;
  /**
   * The most messages that the function gets at once, 1 to 10,000 (AWS Lambda's own range), and no more than twenty for each
   * second of its timeout.
   * @default 10
   */
  readonly batchSize: number;
  /**
   * How long a batch waits to fill up, 0 to 300 seconds (AWS Lambda's own range); at least 1 for a batchSize above 10.
   * @default 0 (a lone upload is tagged at once)
   */
  readonly batchWindowSeconds: number;
  /**
   * The most functions that work on the queue at once, 2 to 1,000 (AWS Lambda's own range). Without a limit, messages that
   * are throttled use up their receives.
   * @default 6 (with the feeders of a backfill and retagging as many as AWS grants a new account, 10)
   */
  readonly maximumConcurrency: number;
  /**
   * Concurrency set aside for the function, taken from the account's, from maximumConcurrency to 1,000.
   * @default undefined (none)
   */
  readonly reservedConcurrency: number | undefined;
  /**
   * Whether functions start from a snapshot of one that is ready: published versions behind an alias. AWS charges for it by
   * use (https://aws.amazon.com/lambda/pricing/); it allows no more than 512 MB of temporary storage.
   * @default false
   */
  readonly snapStart: boolean;
  /**
   * Whether AWS X-Ray records how requests go through the function. Costs per trace.
   * @default false
   */
  readonly tracing: boolean;
  /**
   * Receives of a message before it goes to the dead-letter queue, 1 to 1,000 (Amazon SQS's own range); AWS advises at
   * least 5 for a queue that feeds Lambda.
   * @default 5
   */
  readonly maxReceiveCount: number;
  /**
   * Whether DynamoDB refuses to delete the tag table, also when asked by CloudFormation or the console.
   * @default true
   */
  readonly tableDeletionProtection: boolean;
  /**
   * Write units a second that the table takes at once (its warm throughput), 4,000 to 1,000,000, for which AWS charges once:
   * https://aws.amazon.com/dynamodb/pricing/on-demand/. An image with five tags takes 8, with a vector index 10. It cannot be
   * lowered, and beyond 40,000 the account's quota has to be raised first. Of a table that exists already it says what that takes, and
   * changes nothing.
   * @default undefined (4,000, those of a new table; tables that are used grow by themselves)
   */
  readonly tableWarmWriteUnits: number | undefined;
  /**
   * Into how many shards the partitions of popular labels and of the index by status are divided, 1 to 256: each takes 1,000 images a
   * second, and a query by label asks all of them. A table's number only grows; `cliptag retag` brings images from before to
   * their shards (docs/scaling.md).
   * @default undefined (enough for all images that functions and a backfill can do in a second: 1 up to 500)
   */
  readonly tableShards: number | undefined;
  /**
   * Whether the table gets DynamoDB's own vector index over the embeddings, for searching more images than a function holds
   * in memory. Each image then costs two more write units and $0.52 for every gigabyte that the index takes up (a
   * million images of 512 dimensions: 2 GB). Turn it off for one deployment before a model with other dimensions.
   * @default false
   */
  readonly vectorIndex: boolean;
  /**
   * Whether an HTTP API answers at a function's own URL (docs/api.md). Costs nothing while nobody asks. The functions' image
   * then has the text encoder, too.
   * @default false
   */
  readonly api: boolean;
  /**
   * Who may use the API: `iam`, who signs as a role or user that may invoke its URL; `none`, everybody who knows its address,
   * with apiWrites false.
   * @default 'iam'
   */
  readonly apiAuth: 'iam' | 'none';
  /**
   * Whether the API takes uploads, corrections and retries.
   * @default true
   */
  readonly apiWrites: boolean;
  /**
   * Origins whose pages may use the API from a browser (CORS), as `https://example.org`.
   * @default [] (none)
   */
  readonly apiAllowedOrigins: readonly string[];
  /**
   * Memory of the API's function, 512 to 10,240 MB: it holds a kilobyte for each image.
   * @default 3008 (the most that AWS grants a new account)
   */
  readonly apiMemoryMegabytes: number;
  /**
   * The most requests that the API works on at once, 1 to 1,000, taken from the account's concurrency: an URL has no other
   * limit.
   * @default undefined (none)
   */
  readonly apiReservedConcurrency: number | undefined;
  /**
   * Days for which the function's log is kept: one of the periods that CloudWatch Logs has.
   * @default 30
   */
  readonly logRetentionDays: number;
  /**
   * From which level on the functions write to their logs: `INFO`, which has a line for each image, `WARN` or `ERROR`. Metrics are
   * written at any level.
   * @default 'INFO'
   */
  readonly logLevel: LogLevel;
  /**
   * Whether the keys of objects may be read in the functions' logs. Where they may not, a digest stands for each, and errors have no
   * text of their own.
   * @default true
   */
  readonly logKeys: boolean;
  /**
   * The most objects that a backfill sends to the queue, 1 to 10,000 a second.
   * @default 200 (a million in 84 minutes, where so many are tagged)
   */
  readonly backfillObjectsPerSecond: number;
  /**
   * Number of messages in the queue, 1 to 100,000, at which a backfill waits before it sends more, so that uploads do not
   * stand behind all of its objects. Messages in work, and those hidden after a fault, are among them. SQS tells the number
   * as it was up to a minute ago, so the queue may hold as many more as are sent in a minute; it stops at 120,000 in flight:
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
   * @default undefined (twice what maximumConcurrency functions have in work, at least 1,000)
   */
  readonly backfillQueueDepth: number | undefined;
  /**
   * Functions that retag at once, each on its own segment of the table, 1 to 1,000. They count against the account's
   * concurrency, as the tagging function's do.
   * @default 2
   */
  readonly retagConcurrency: number;
  /**
   * Whether a function uploads a small picture every 15 minutes, below `.cliptag-canary/` of the first bucket, expects it to be tagged, and
   * removes it again. Costs about a dollar a month.
   * @default false
   */
  readonly canary: boolean;
  /**
   * Whether buckets that exist already are made to send their events to Amazon EventBridge. Their other notifications
   * stay. Not needed where they send them already.
   * @default true
   */
  readonly enableEventBridge: boolean;
  /**
   * Whether objects get their best tags as S3 object tags too, `cliptag:SET:LABEL` = `yes`, beside those that they have.
   * Costs a read and a write of S3's for each image.
   * @default false
   */
  readonly objectTags: boolean;
  /**
   * The most object tags of that kind, 1 to 10 (Amazon S3's own range, for all of an object's tags): what is left is free for
   * others.
   * @default 5
   */
  readonly objectTagLimit: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** S3's filters know no wildcard, and commas separate the parts in the function's environment. */
const KEY_PART = /^[^,*]+$/;

/** With what is sent within a minute it must stay below the messages in flight that SQS allows. */
export const MAXIMUM_QUEUE_DEPTH = 100_000;

export const TAGGER_RULES = {
  prefix: list(KEY_PART, 'key prefixes without commas and *', []),
  suffix: list(KEY_PART, 'key suffixes without commas and *', []),
  maximumBytes: wholeNumber(1, 1_073_741_824, undefined),
  thumbnails: flag(false),
  exif: oneOf<ExifChoice>(EXIF_CHOICES, DEFAULT_EXIF_CHOICE),
  packaging: oneOf(['container', 'zip'], 'container'),
  memoryMegabytes: wholeNumber(1_536, 10_240, 3_008),
  functionTimeoutSeconds: wholeNumber(1, 900, QUEUE_DEFINITION.functionTimeoutSeconds),
  temporaryStorageMegabytes: wholeNumber(512, 10_240, 512),
  batchSize: wholeNumber(1, 10_000, 10),
  batchWindowSeconds: wholeNumber(0, 300, 0),
  maximumConcurrency: wholeNumber(2, 1_000, 6),
  reservedConcurrency: wholeNumber(2, 1_000, undefined),
  snapStart: flag(false),
  tracing: flag(false),
  maxReceiveCount: wholeNumber(1, 1_000, QUEUE_DEFINITION.maxReceiveCount),
  tableDeletionProtection: flag(true),
  tableWarmWriteUnits: wholeNumber(NEW_TABLE_WRITE_UNITS, 1_000_000, undefined),
  tableShards: wholeNumber(1, MAXIMUM_SHARDS, undefined),
  vectorIndex: flag(false),
  api: flag(false),
  apiAuth: oneOf(['iam', 'none'], 'iam'),
  apiWrites: flag(true),
  apiAllowedOrigins: list(/^https?:\/\/[\w.-]+(:\d+)?$|^\*$/, 'origins, such as https://example.org', []),
  apiMemoryMegabytes: wholeNumber(512, 10_240, 3_008),
  apiReservedConcurrency: wholeNumber(1, 1_000, undefined),
  canary: flag(false),
  logRetentionDays: oneOf(LOG_RETENTION_DAYS, 30),
  logLevel: oneOf<LogLevel>(LOG_LEVELS, DEFAULT_LOG_LEVEL),
  logKeys: flag(true),
  backfillObjectsPerSecond: wholeNumber(1, 10_000, 200),
  backfillQueueDepth: wholeNumber(1, MAXIMUM_QUEUE_DEPTH, undefined),
  retagConcurrency: wholeNumber(1, 1_000, 2),
  enableEventBridge: flag(true),
  objectTags: flag(false),
  objectTagLimit: wholeNumber(1, 10, 5),
} as const satisfies Rules<TaggerOptions>;
