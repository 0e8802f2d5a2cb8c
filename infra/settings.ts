import { BUCKET_NAME, type ForeignBucket, foreignBucketNames } from './options/foreign-bucket.ts';
import { either, flag, list, oneOf, type Rules, text } from './options/option-rules.ts';
import { TAGGER_RULES, type TaggerOptions } from './options/tagger-options.ts';

/**
 * What the person who deploys decides: in `cdk.json`'s `context`, or with `cdk deploy -c <name>=<value>`. A list is
 * written with commas, or as an array in `cdk.json`.
 */
export interface Settings extends TaggerOptions {
  /**
   * Name of the CloudFormation stack: a letter, then up to 127 letters, digits and hyphens.
   * @default 'Cliptag'
   */
  readonly stackName: string;
  /**
   * Names of buckets of the stack's region that exist already.
   * @default [] (the stack makes one of its own)
   */
  readonly bucket: readonly string[];
  /**
   * ARNs of the KMS keys that those buckets' objects are encrypted with, where these are keys of your own.
   * @default []
   */
  readonly bucketKey: readonly string[];
  /**
   * Buckets of other accounts, each `ACCOUNT/BUCKET`, in the stack's region. Their own rules forward their events to an event bus of the
   * stack: docs/deploying.md.
   * @default []
   */
  readonly foreignBucket: readonly ForeignBucket[];
  /**
   * The model: the name of one that is shipped or that was compiled, or the path of a folder with a manifest.
   * @default 'embedded'
   */
  readonly model: string;
  /**
   * Whether a model may be deployed onto a table that holds embeddings of another one, whose images are then to be tagged
   * again by a backfill.
   * @default false
   */
  readonly replaceEmbeddings: boolean;
  /**
   * Label set files, or folders of them.
   * @default ['models/labels']
   */
  readonly labels: readonly string[];
  /**
   * Processor of the tagging function: `arm64` or `x86_64`.
   * @default 'arm64' (a fifth cheaper by the second)
   */
  readonly architecture: 'arm64' | 'x86_64';
  /**
   * Whether HEIC pictures are tagged, as iPhones make them: the image then has their decoder, libheif, under the LGPL-3.0.
   * Without it they are recorded as unsupported.
   * @default true
   */
  readonly heic: boolean;
  /**
   * What the function's image is built on: the name of an image with Node 20 or newer and Lambda's runtime client.
   * @default undefined (AWS's own base image)
   */
  readonly baseImage: string | undefined;
  /**
   * Id of a VPC that exists already, which the functions run in. They need ways from there to Amazon S3, DynamoDB, SQS and CloudWatch
   * Logs, and to EventBridge with `resultEvents`: NAT gateways or endpoints.
   * @default undefined (none)
   */
  readonly vpc: string | undefined;
  /**
   * Ids of the subnets of that VPC: one at least.
   * @default []
   */
  readonly subnets: readonly string[];
  /**
   * Ids of security groups of the functions there.
   * @default [] (a new one for each function, which lets all traffic out)
   */
  readonly securityGroups: readonly string[];
  /**
   * Name of a tag table of the stack's region and account that exists already, which the stack neither changes nor deletes.
   * @default undefined (the stack makes one)
   */
  readonly table: string | undefined;
  /**
   * ARN of the stream of that table, which the API then follows.
   * @default undefined (the API compares the table from time to time)
   */
  readonly tableStream: string | undefined;
  /**
   * Whether the functions run in a network of the stack's own that has no way to the internet, with endpoints for its buckets,
   * table, queues and bus alone. Costs $0.01 an hour for each interface endpoint and zone.
   * @default false
   */
  readonly isolated: boolean;
  /**
   * ARN of the KMS key that the tag table is encrypted with.
   * @default undefined (DynamoDB's own key)
   */
  readonly tableKey: string | undefined;
  /**
   * ARN of the KMS key that the queues and the functions' logs are encrypted with. Its policy has to let Amazon S3, EventBridge and
   * CloudWatch Logs use it: docs/deploying.md.
   * @default undefined (keys of Amazon SQS and CloudWatch)
   */
  readonly dataKey: string | undefined;
  /**
   * Resource tags of all that the stack makes, `NAME=VALUE`, as for cost allocation.
   * @default []
   */
  readonly tags: readonly string[];
  /**
   * ARN of the SNS topic that alarms are sent to.
   * @default undefined (alarms change their state and tell nobody)
   */
  readonly alarmTopic: string | undefined;
  /**
   * Address that alarms are sent to by e-mail; Amazon SNS first asks it to confirm.
   * @default undefined (nobody)
   */
  readonly alarmEmail: string | undefined;
  /**
   * Where an event is sent to for every image that was tagged, failed or was removed (docs/result-events.md): `true` for
   * the account's default event bus, or the ARN of another one.
   * @default false (nowhere)
   */
  readonly resultEvents: boolean | string;
}

const ARN = (service: string) => new RegExp(`^arn:[\\w-]+:${service}:[\\w-]+:\\d{12}:[\\w./-]+$`);

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html; names with aws: are AWS's own. */
const RESOURCE_TAG = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/+@-]{1,128}=[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/iu;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html: the stream is called by its time. */
const STREAM = /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+\/stream\/[\w.:-]+$/;

/** How each is read, in the order in which faults are told. */
export const SETTING_RULES: Rules<Settings> = {
  ...TAGGER_RULES,
  stackName: text(
    /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
    'a letter, then up to 127 letters, digits and hyphens',
    'Cliptag',
  ),
  bucket: list(new RegExp(`^${BUCKET_NAME.source}$`), 'names of S3 buckets', []),
  foreignBucket: foreignBucketNames,
  bucketKey: list(ARN('kms'), 'ARNs of KMS keys', []),
  model: text(/./, 'a model’s name or folder', 'embedded'),
  replaceEmbeddings: flag(false),
  labels: list(/./, 'label set files or folders of them', ['models/labels']),
  architecture: oneOf(['arm64', 'x86_64'], 'arm64'),
  heic: flag(true),
  isolated: flag(false),
  baseImage: text(/^[\w./:@-]+$/, 'the name of a container image', undefined),
  vpc: text(/^vpc-[0-9a-f]{8,17}$/, 'the id of a VPC', undefined),
  subnets: list(/^subnet-[0-9a-f]{8,17}$/, 'ids of subnets', []),
  securityGroups: list(/^sg-[0-9a-f]{8,17}$/, 'ids of security groups', []),
  table: text(/^[\w.-]{3,255}$/, 'the name of a DynamoDB table', undefined),
  tableStream: text(STREAM, 'the ARN of a table’s stream', undefined),
  tableKey: text(ARN('kms'), 'the ARN of a KMS key', undefined),
  dataKey: text(ARN('kms'), 'the ARN of a KMS key', undefined),
  tags: list(RESOURCE_TAG, 'resource tags as NAME=VALUE', []),
  alarmTopic: text(ARN('sns'), 'the ARN of an SNS topic', undefined),
  alarmEmail: text(/^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/, 'an e-mail address', undefined),
  resultEvents: either(flag(false), text(ARN('events'), 'the ARN of an event bus', undefined)),
};
