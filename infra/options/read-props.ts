import { RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { DEFAULT_THUMBNAIL_PREFIX } from '../../functions/core/thumbnails/thumbnail-store.ts';
import { baseImageFaults, canaryBucketFaults, contradictions, NO_INDEX_FOR_TABLE } from './contradictions.ts';
import { foreignBucketProps } from './foreign-bucket.ts';
import type { AnyBucket, AnyTable, ImageTaggerProps } from './image-tagger-props.ts';
import { fault, flag, oneOf, type Rule, type Rules, readByRules, text } from './option-rules.ts';
import { construct, duration, known, listOf, plain, removalPolicy, size } from './prop-rules.ts';
import { TAGGER_RULES, type TaggerOptions } from './tagger-options.ts';

export const MAXIMUM_BUCKETS = 100;

export const BUCKET = construct<AnyBucket>(
  'a bucket (new Bucket or Bucket.fromBucketName)',
  'bucketArn',
  'bucketName',
  'arnForObjects',
);
export const KEY = construct<IKey>('a KMS key', 'keyArn', 'grant');

/** Reads the CDK's object for a processor as its name. */
const ARCHITECTURE: Rule<'arm64' | 'x86_64'> = {
  byDefault: 'arm64',
  expected: 'Architecture.ARM_64 or Architecture.X86_64',
  read: (value) => {
    const architecture = construct<Architecture>('', 'name', 'dockerPlatform').read(value);
    return oneOf(['arm64', 'x86_64'], 'arm64').read(architecture?.name);
  },
};

const LOG_RETENTION: Rule<number> = {
  ...TAGGER_RULES.logRetentionDays,
  expected: 'one of RetentionDays',
  read: (value) =>
    value === RetentionDays.INFINITE ? value : plain(TAGGER_RULES.logRetentionDays).read(value),
};

/** A prop whose default depends on others has none here. */
const PROP_RULES = {
  buckets: listOf(
    BUCKET,
    `1 to ${MAXIMUM_BUCKETS} buckets (new Bucket or Bucket.fromBucketName)`,
    undefined,
    {
      minimum: 1,
      maximum: MAXIMUM_BUCKETS,
    },
  ),
  bucketKeys: listOf(KEY, 'KMS keys', []),
  foreignBuckets: foreignBucketProps,
  enableEventBridge: plain(TAGGER_RULES.enableEventBridge),
  prefixes: plain(TAGGER_RULES.prefix),
  suffixes: plain(TAGGER_RULES.suffix),
  maximumObjectSize: size(TAGGER_RULES.maximumBytes, 'bytes'),
  exif: known(TAGGER_RULES.exif),
  thumbnails: plain(TAGGER_RULES.thumbnails),
  thumbnailBucket: BUCKET,
  thumbnailPrefix: known(
    text(/^[^,*?$]{1,200}$/, 'up to 200 characters without commas, *, ? and $', DEFAULT_THUMBNAIL_PREFIX),
  ),
  model: known(text(/./, 'a model’s name or folder', 'embedded')),
  labels: known(
    listOf(known(text(/./, 'a path', undefined)), 'label set files or folders of them', undefined, {
      minimum: 1,
    }),
  ),
  architecture: ARCHITECTURE,
  heic: plain(flag(true)),
  baseImage: text(/^[\w./:@-]+$/, 'the name of a container image', undefined),
  packaging: known(TAGGER_RULES.packaging),
  memory: size(TAGGER_RULES.memoryMegabytes, 'MiB'),
  timeout: duration(TAGGER_RULES.functionTimeoutSeconds),
  temporaryStorage: size(TAGGER_RULES.temporaryStorageMegabytes, 'MiB'),
  batchSize: plain(TAGGER_RULES.batchSize),
  batchingWindow: duration(TAGGER_RULES.batchWindowSeconds),
  maximumConcurrency: plain(TAGGER_RULES.maximumConcurrency),
  reservedConcurrency: plain(TAGGER_RULES.reservedConcurrency),
  snapStart: plain(TAGGER_RULES.snapStart),
  tracing: plain(TAGGER_RULES.tracing),
  maxReceiveCount: plain(TAGGER_RULES.maxReceiveCount),
  vpc: construct<IVpc>('a VPC', 'vpcId', 'selectSubnets'),
  vpcSubnets: construct<SubnetSelection>('a selection of subnets'),
  securityGroups: listOf(
    construct<ISecurityGroup>('a security group', 'securityGroupId'),
    'at least one security group',
    undefined,
    { minimum: 1 },
  ),
  table: construct<AnyTable>('a table (Table.fromTableName)', 'tableArn', 'tableName'),
  tableKey: KEY,
  dataKey: KEY,
  deletionProtection: { ...plain(TAGGER_RULES.tableDeletionProtection), byDefault: undefined },
  removalPolicy,
  canary: plain(TAGGER_RULES.canary),
  logRetention: LOG_RETENTION,
  logLevel: known(TAGGER_RULES.logLevel),
  logKeys: plain(TAGGER_RULES.logKeys),
  alarmTopic: construct<ITopic>('an SNS topic', 'topicArn'),
  resultEventBus: construct<IEventBus>('an event bus', 'eventBusArn'),
  tableWarmWriteUnits: plain(TAGGER_RULES.tableWarmWriteUnits),
  tableShards: plain(TAGGER_RULES.tableShards),
  vectorIndex: plain(TAGGER_RULES.vectorIndex),
  api: plain(TAGGER_RULES.api),
  apiAuth: known(TAGGER_RULES.apiAuth),
  apiWrites: plain(TAGGER_RULES.apiWrites),
  apiAllowedOrigins: plain(TAGGER_RULES.apiAllowedOrigins),
  apiMemory: size(TAGGER_RULES.apiMemoryMegabytes, 'MiB'),
  apiReservedConcurrency: plain(TAGGER_RULES.apiReservedConcurrency),
  objectTags: plain(TAGGER_RULES.objectTags),
  objectTagLimit: plain(TAGGER_RULES.objectTagLimit),
  backfillObjectsPerSecond: plain(TAGGER_RULES.backfillObjectsPerSecond),
  backfillQueueDepth: plain(TAGGER_RULES.backfillQueueDepth),
  retagConcurrency: plain(TAGGER_RULES.retagConcurrency),
} as const satisfies Record<keyof ImageTaggerProps, Rule<unknown>>;

type PropValues = {
  readonly [Name in keyof typeof PROP_RULES]: (typeof PROP_RULES)[Name] extends Rule<infer Value>
    ? Value
    : never;
};

/** Props whose options have other names, with the unit that an error gives numbers in. */
const NAMES: Partial<Record<keyof TaggerOptions, string>> = {
  prefix: 'prefixes',
  suffix: 'suffixes',
  batchWindowSeconds: 'batchingWindow (seconds)',
  functionTimeoutSeconds: 'timeout (seconds)',
  memoryMegabytes: 'memory (MiB)',
  maximumBytes: 'maximumObjectSize (bytes)',
  temporaryStorageMegabytes: 'temporaryStorage (MiB)',
  apiMemoryMegabytes: 'apiMemory (MiB)',
};

/** What an option is called among the props. */
function propName(option: keyof TaggerOptions): string {
  return NAMES[option] ?? option;
}

/** Props as the constructs take them: options as plain values, everything else as it was given or by default. */
export interface TaggerParts
  extends Pick<
    PropValues,
    | 'buckets'
    | 'bucketKeys'
    | 'foreignBuckets'
    | 'model'
    | 'labels'
    | 'architecture'
    | 'heic'
    | 'baseImage'
    | 'vpc'
    | 'vpcSubnets'
    | 'securityGroups'
    | 'table'
    | 'tableKey'
    | 'dataKey'
    | 'removalPolicy'
    | 'alarmTopic'
    | 'resultEventBus'
    | 'thumbnailBucket'
    | 'thumbnailPrefix'
  > {
  readonly options: TaggerOptions;
}

/** Reads all props, each faulty one as by default, so that everything else can be looked at before all faults are told. */
export function readProps(props: ImageTaggerProps): {
  readonly parts: TaggerParts;
  readonly faults: readonly string[];
} {
  if (typeof props !== 'object' || props === null || Array.isArray(props)) {
    return { parts: readProps({}).parts, faults: [fault('props', 'an object', props)] };
  }
  const given = new Map<string, unknown>(Object.entries(props));
  const { options: values, faults } = readByRules<PropValues>(PROP_RULES as Rules<PropValues>, (name) =>
    given.get(name),
  );
  const parts = { ...values, options: optionsOf(values) };
  return { parts, faults: [...unknownProps(given), ...faults, ...togetherFaults(values, parts.options)] };
}

/** A misspelt prop would otherwise be one that silently does nothing, where no types are checked. */
function unknownProps(given: ReadonlyMap<string, unknown>): string[] {
  return [...given]
    .filter(([name]) => !Object.hasOwn(PROP_RULES, name))
    .map(([name, value]) => fault(name, `one of the props ${Object.keys(PROP_RULES).join(', ')}`, value));
}

function togetherFaults(values: PropValues, options: TaggerOptions): string[] {
  const faults = contradictions(options, propName);
  for (const name of ['vpcSubnets', 'securityGroups'] as const) {
    if (values[name] && !values.vpc) faults.push(`Expected a vpc with ${name} but received none`);
  }
  faults.push(...baseImageFaults(values));
  const { canary, buckets, foreignBuckets } = values;
  faults.push(...canaryBucketFaults(canary, buckets?.length, foreignBuckets.length));
  if (values.table && values.vectorIndex) faults.push(NO_INDEX_FOR_TABLE);
  if (values.thumbnailBucket && !values.thumbnails) {
    faults.push('Expected thumbnails to be true with thumbnailBucket but received false');
  }
  if (values.removalPolicy === RemovalPolicy.DESTROY && values.deletionProtection) {
    faults.push(
      'Expected deletionProtection to be false with removalPolicy DESTROY but received true: the stack could not be deleted',
    );
  }
  return faults;
}

function optionsOf(values: PropValues): TaggerOptions {
  const { batchSize, maximumConcurrency, reservedConcurrency, snapStart, tracing, maxReceiveCount } = values;
  const { enableEventBridge, exif, thumbnails, objectTags, objectTagLimit } = values;
  const { backfillObjectsPerSecond, backfillQueueDepth, retagConcurrency } = values;
  const { api, apiAuth, apiWrites, apiAllowedOrigins, apiReservedConcurrency } = values;
  return {
    ...{ api, apiAuth, apiWrites, apiAllowedOrigins, apiReservedConcurrency },
    apiMemoryMegabytes: values.apiMemory,
    ...{ batchSize, maximumConcurrency, reservedConcurrency, snapStart, tracing, maxReceiveCount },
    ...{ enableEventBridge, exif, thumbnails, objectTags, objectTagLimit, vectorIndex: values.vectorIndex },
    ...{ backfillObjectsPerSecond, backfillQueueDepth, retagConcurrency },
    ...{ tableWarmWriteUnits: values.tableWarmWriteUnits, tableShards: values.tableShards },
    prefix: values.prefixes,
    suffix: values.suffixes,
    maximumBytes: values.maximumObjectSize,
    packaging: values.packaging,
    memoryMegabytes: values.memory,
    functionTimeoutSeconds: values.timeout,
    temporaryStorageMegabytes: values.temporaryStorage,
    batchWindowSeconds: values.batchingWindow,
    tableDeletionProtection: values.deletionProtection ?? values.removalPolicy !== RemovalPolicy.DESTROY,
    canary: values.canary,
    logRetentionDays: values.logRetention,
    logLevel: values.logLevel,
    logKeys: values.logKeys,
  };
}
