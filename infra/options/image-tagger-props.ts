import type { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ForeignBucket } from './foreign-bucket.ts';

/** The CDK's types keep the class apart from its interface where TypeScript takes optional properties exactly. */
export type AnyBucket = IBucket | Bucket;
export type AnyTable = ITable | Table;

/**
 * What an `ImageTagger` can be told. Amounts and names must be known when the app is synthesized. Resource tags, as for cost
 * allocation, are the CDK's own: `Tags.of(tagger).add('team', 'photos')`.
 */
export interface ImageTaggerProps {
  /**
   * The buckets whose objects are tagged, 1 to 100, of the stack's region and account. Their events come by Amazon
   * EventBridge. More can be added by `addBucket`.
   * @default - a new bucket, private and encrypted, that is kept when the stack is deleted
   */
  readonly buckets?: readonly AnyBucket[];
  /**
   * KMS keys that objects of those buckets are encrypted with, besides each bucket's own.
   * @default []
   */
  readonly bucketKeys?: readonly IKey[];
  /**
   * Buckets of other accounts, in the stack's region, whose own rules forward their events to `forwardedEvents`, an event bus that the
   * tagger makes: docs/deploying.md.
   * @default []
   */
  readonly foreignBuckets?: readonly ForeignBucket[];
  /**
   * Whether the `buckets` are made to send their events to Amazon EventBridge. Their other notifications stay. Not needed
   * where they send them already.
   * @default true
   */
  readonly enableEventBridge?: boolean;
  /**
   * How the keys of the objects to tag begin, any of these; without commas and `*`.
   * @default [] (any key)
   */
  readonly prefixes?: readonly string[];
  /**
   * How the keys of the objects to tag end, in lower or in upper case (`.jpg` is also `.JPG`, but not `.Jpg`), any of
   * these; without commas and `*`.
   * @default [] (any key)
   */
  readonly suffixes?: readonly string[];
  /**
   * Larger objects are not downloaded and recorded as failed, 1 byte to 1 GiB: up to sixteen are held in memory at a time.
   * @default Size.mebibytes(50)
   */
  readonly maximumObjectSize?: Size;

  /**
   * What is recorded of a picture's EXIF, which is time of exposure, camera and place: `all`, `without-place` or `none`.
   * @default 'all'
   */
  readonly exif?: 'all' | 'without-place' | 'none';

  /**
   * Whether thumbnails are made while pictures are tagged, WebP of some 10 KB, and kept in a bucket. Costs a write of S3's
   * for each image.
   * @default false
   */
  readonly thumbnails?: boolean;
  /**
   * The bucket that thumbnails are kept in. Of one whose objects are tagged, `prefixes` must leave out `thumbnailPrefix`.
   * @default - a new bucket, private and encrypted, that is kept when the stack is deleted
   */
  readonly thumbnailBucket?: AnyBucket;
  /**
   * How the keys of thumbnails begin: up to 200 characters without commas, `*`, `?` and `$`.
   * @default 'thumbnails/'
   */
  readonly thumbnailPrefix?: string;

  /**
   * The model: a folder with its manifest and its files, as `cliptag models compile` makes it, or the name of one that
   * Cliptag knows.
   * @default 'embedded' (the small one of this package, whose licence allows no commercial use)
   */
  readonly model?: string;
  /**
   * Label set files, or folders of them; at least one.
   * @default - the general label set of this package
   */
  readonly labels?: readonly string[];
  /**
   * Processor of the functions.
   * @default Architecture.ARM_64 (a fifth cheaper by the second)
   */
  readonly architecture?: Architecture;
  /**
   * Whether HEIC pictures are tagged, as iPhones make them: the image then has their decoder, libheif, under the LGPL-3.0.
   * Without it they are recorded as unsupported.
   * @default true
   */
  readonly heic?: boolean;
  /**
   * What the functions' image is built on: the name of an image with Node 20 or newer and Lambda's runtime client.
   * @default - AWS's own base image
   */
  readonly baseImage?: string;

  /**
   * What the functions' code comes as: `container`, an image that Docker builds; or `zip`, an archive of at most 250 MB
   * unzipped on Lambda's own Node.js runtime, which AWS patches and which needs no Docker.
   * @default 'container'
   */
  readonly packaging?: 'container' | 'zip';

  /**
   * Memory of the tagging function, 1,536 to 10,240 MiB: decoding large pictures takes that beside the model. Processors come
   * with it: one for every 1,769 MB. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
   * @default Size.mebibytes(3008) (the most that AWS grants a new account)
   */
  readonly memory?: Size;
  /**
   * Time the tagging function may take for one batch, 1 to 900 seconds (AWS Lambda's own range). The queue hides a
   * message for six times as long.
   * @default Duration.seconds(60)
   */
  readonly timeout?: Duration;
  /**
   * The tagging function's `/tmp`, 512 to 10,240 MiB (AWS Lambda's own range). Tagging works in memory and needs none of
   * it.
   * @default Size.mebibytes(512)
   */
  readonly temporaryStorage?: Size;
  /**
   * The most messages that the tagging function gets at once, 1 to 10,000 (AWS Lambda's own range), and no more than twenty
   * for each second of its timeout.
   * @default 10
   */
  readonly batchSize?: number;
  /**
   * How long a batch waits to fill up, 0 to 300 seconds (AWS Lambda's own range); at least 1 for a `batchSize` above 10.
   * @default Duration.seconds(0) (a lone upload is tagged at once)
   */
  readonly batchingWindow?: Duration;
  /**
   * The most functions that work on the queue at once, 2 to 1,000 (AWS Lambda's own range). Without a limit, messages
   * that are throttled use up their receives.
   * @default 6 (with the feeders of a backfill and retagging as many as AWS grants a new account, 10)
   */
  readonly maximumConcurrency?: number;
  /**
   * Concurrency set aside for the tagging function, taken from the account's, from `maximumConcurrency` to 1,000.
   * @default - none
   */
  readonly reservedConcurrency?: number;
  /**
   * Whether functions start from a snapshot of one that is ready: published versions behind an alias. AWS charges for it
   * by use (https://aws.amazon.com/lambda/pricing/); it allows no more than 512 MiB of temporary storage.
   * @default false
   */
  readonly snapStart?: boolean;
  /**
   * Whether AWS X-Ray records how requests go through the functions and workflows. Costs per trace.
   * @default false
   */
  readonly tracing?: boolean;
  /**
   * Receives of a message before it goes to the dead-letter queue, 1 to 1,000 (Amazon SQS's own range); AWS advises at
   * least 5 for a queue that feeds Lambda.
   * @default 5
   */
  readonly maxReceiveCount?: number;

  /**
   * The VPC that the functions run in. They need ways from there to Amazon S3, DynamoDB and SQS, and to EventBridge with a
   * `resultEventBus`: NAT gateways or endpoints.
   * @default - none
   */
  readonly vpc?: IVpc;
  /**
   * The subnets of that VPC.
   * @default - the private subnets with egress, as for any function of the CDK
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * Security groups of the functions in that VPC; at least one.
   * @default - a new one for each function, which lets all traffic out
   */
  readonly securityGroups?: readonly ISecurityGroup[];

  /**
   * A tag table that exists already: neither changed nor deleted by the stack. It has the key, the index and the time to live of a tagger's
   * own (functions/core/records/table-definition.ts), and embeddings of the same model. With an `api` its stream is followed, where
   * the table is given with one (`Table.fromTableAttributes`).
   * @default - a new table, which is kept when the stack is deleted
   */
  readonly table?: AnyTable;
  /**
   * The KMS key that the tag table is encrypted with.
   * @default - DynamoDB's own key
   */
  readonly tableKey?: IKey;
  /**
   * The KMS key that the queues and the functions' logs are encrypted with. The policy of a key that this app makes is seen to; one
   * that exists already has to let Amazon S3, EventBridge and CloudWatch Logs use it: docs/deploying.md.
   * @default - keys of Amazon SQS and CloudWatch
   */
  readonly dataKey?: IKey;
  /**
   * Whether DynamoDB refuses to delete the tag table, also when asked by CloudFormation or the console.
   * @default true, but false with `removalPolicy` DESTROY
   */
  readonly deletionProtection?: boolean;
  /**
   * What becomes of the tag table and of the tagger's own buckets when the stack is deleted: `RETAIN`,
   * `RETAIN_ON_UPDATE_OR_DELETE`, which keeps nothing of a first deployment that fails, or `DESTROY`. CloudFormation deletes a
   * bucket only when it is empty, and a table only without `deletionProtection`.
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE (computing tags and embeddings again costs more than keeping them)
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether a function uploads a small picture every 15 minutes, below `.cliptag-canary/` of the first bucket, expects it to be tagged, and
   * removes it again; an alarm rings where that fails twice in a row. Costs about a dollar a month.
   * @default false
   */
  readonly canary?: boolean;
  /**
   * How long the functions' logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * From which level on the functions write to their logs: `INFO`, which has a line for each image, `WARN` or `ERROR`. Metrics are
   * written at any level.
   * @default 'INFO'
   */
  readonly logLevel?: 'INFO' | 'WARN' | 'ERROR';
  /**
   * Whether the keys of objects may be read in the functions' logs. Where they may not, a digest stands for each, and errors have no
   * text of their own.
   * @default true
   */
  readonly logKeys?: boolean;
  /**
   * Where alarms are sent to.
   * @default - alarms change their state and tell nobody
   */
  readonly alarmTopic?: ITopic;

  /**
   * Where an event is sent to for every image that was tagged, failed or was removed: docs/result-events.md.
   * @default - nowhere
   */
  readonly resultEventBus?: IEventBus;
  /**
   * Write units a second that the table takes at once (its warm throughput), 4,000 to 1,000,000, for which AWS charges once. An
   * image with five tags takes 8, with a vector index 10. It cannot be lowered, and beyond 40,000 the account's quota has to be raised
   * first. Of a `table` that exists already it says what that takes, and changes nothing.
   * @default - 4,000, those of a new table; tables that are used grow by themselves
   */
  readonly tableWarmWriteUnits?: number;
  /**
   * Into how many shards the partitions of popular labels and of the index by status are divided, 1 to 256: each takes 1,000 images a
   * second, and a query by label asks all of them. A table's number only grows; `cliptag retag` brings images from before to
   * their shards (docs/scaling.md).
   * @default - enough for all images that functions and a backfill can do in a second: 1 up to 500
   */
  readonly tableShards?: number;
  /**
   * Whether the table gets DynamoDB's own vector index over the embeddings, for searching more images than a function holds
   * in memory (docs/search.md). Costs two more write units an image, and the index itself.
   * @default false
   */
  readonly vectorIndex?: boolean;
  /**
   * Whether an HTTP API answers at a function's own URL: docs/api.md. Costs nothing while nobody asks. The functions' image
   * then has the text encoder, too.
   * @default false
   */
  readonly api?: boolean;
  /**
   * Who may use the API: `iam`, who signs as a role or user that may invoke its URL (`grantApi`); `none`, everybody who
   * knows its address, with `apiWrites` false.
   * @default 'iam'
   */
  readonly apiAuth?: 'iam' | 'none';
  /**
   * Whether the API takes uploads, corrections and retries.
   * @default true
   */
  readonly apiWrites?: boolean;
  /**
   * Origins whose pages may use the API from a browser (CORS), as `https://example.org`.
   * @default [] (none)
   */
  readonly apiAllowedOrigins?: readonly string[];
  /**
   * Memory of the API's function, 512 to 10,240 MiB: it holds a kilobyte for each image.
   * @default Size.mebibytes(3008) (the most that AWS grants a new account)
   */
  readonly apiMemory?: Size;
  /**
   * The most requests that the API works on at once, 1 to 1,000, taken from the account's concurrency: an URL has no other
   * limit.
   * @default - none
   */
  readonly apiReservedConcurrency?: number;
  /**
   * Whether objects get their best tags as S3 object tags too, `cliptag:SET:LABEL` = `yes`, beside those that they have.
   * Costs a read and a write of S3's for each image.
   * @default false
   */
  readonly objectTags?: boolean;
  /**
   * The most object tags of that kind, 1 to 10 (Amazon S3's own range, for all of an object's tags): what is left is free
   * for others.
   * @default 5
   */
  readonly objectTagLimit?: number;

  /**
   * The most objects that a backfill sends to the queue, 1 to 10,000 a second.
   * @default 200 (a million in 84 minutes, where so many are tagged)
   */
  readonly backfillObjectsPerSecond?: number;
  /**
   * Number of messages in the queue, 1 to 100,000, at which a backfill waits before it sends more, so that uploads do not
   * stand behind all of its objects. Messages in work, and those hidden after a fault, are among them.
   * @default - twice what `maximumConcurrency` functions have in work, at least 1,000
   */
  readonly backfillQueueDepth?: number;
  /**
   * Functions that retag at once, each on its own segment of the table, 1 to 1,000. They count against the account's
   * concurrency, as the tagging function's do.
   * @default 2
   */
  readonly retagConcurrency?: number;
}
