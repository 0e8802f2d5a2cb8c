import { Duration, Lazy, Size, Validations } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Alias, type Function as LambdaFunction, SnapStartConf, Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TaggingEnvironmentVariables } from '../../../functions/config.ts';
import type { AnyBucket } from '../../options/image-tagger-props.ts';
import { TAGGER_RULES, type TaggerOptions } from '../../options/tagger-options.ts';
import type { TaggingImage } from '../../packaging/tagging-image.ts';
import { explainWildcard } from './explained-wildcard.ts';
import { functionLogGroup } from './function-log-group.ts';
import { placed } from './function-network.ts';
import { imageFunction } from './image-function.ts';
import { logVariables } from './log-variables.ts';
import { shardVariables } from './shard-variables.ts';
import { allowBuckets, type TaggingAccess, taggingRole } from './tagging-role.ts';

export interface TaggingFunctionProps
  extends Pick<
    TaggingAccess,
    | 'buckets'
    | 'bucketKeys'
    | 'table'
    | 'tableKey'
    | 'dataKey'
    | 'resultEventBus'
    | 'network'
    | 'thumbnailPlace'
  > {
  readonly image: TaggingImage;
  readonly options: TaggerOptions;
  readonly queue: Queue;
}

/** The function that tags the images of a batch of messages, with the rights to do just that. */
export class TaggingFunction extends Construct {
  readonly function: LambdaFunction;
  private readonly role: Role;
  private readonly buckets: AnyBucket[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TaggingFunctionProps,
  ) {
    super(scope, id);
    const { image, options, queue } = props;
    this.buckets = [...props.buckets];
    const logGroup = functionLogGroup(this, props);
    this.role = taggingRole(this, { ...props, ...options, logGroup });
    this.function = imageFunction(this, 'Function', {
      ...{ image, options },
      description: 'Tags the images that a batch of messages tells of',
      role: this.role,
      environment: environmentOf(props, this.bucketNames()),
      memorySize: options.memoryMegabytes,
      timeout: Duration.seconds(options.functionTimeoutSeconds),
      ephemeralStorageSize: Size.mebibytes(options.temporaryStorageMegabytes),
      logGroup,
      ...placed(props.network),
      ...(options.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: options.reservedConcurrency,
      }),
      ...(options.tracing && { tracing: Tracing.ACTIVE }),
      ...(options.snapStart && { snapStart: SnapStartConf.ON_PUBLISHED_VERSIONS }),
    });
    this.consumer(options.snapStart).addEventSource(eventSource(queue, options));
    this.explain(options);
  }

  /** Lets the function work with some more buckets. */
  addBuckets(buckets: readonly AnyBucket[], bucketKeys: readonly IKey[]): void {
    this.buckets.push(...buckets);
    allowBuckets(this.role, { ...this.props.options, buckets, bucketKeys });
  }

  /** Buckets may be added until the app is synthesized. */
  private bucketNames(): string {
    return Lazy.string({ produce: () => this.buckets.map(({ bucketName }) => bucketName).join(',') });
  }

  /** What the queue feeds: with SnapStart an alias, since only published versions have snapshots. */
  private consumer(snapStart: boolean): Alias | LambdaFunction {
    return snapStart ? this.function.addAlias('live') : this.function;
  }

  /** Gives the reasons that the CDK and cdk-nag ask for. */
  private explain({ snapStart, tracing }: TaggerOptions): void {
    if (tracing) explainWildcard(this, '*', 'X-Ray’s actions know no resources');
    if (!snapStart) return;
    Validations.of(this).acknowledge({
      id: '@aws-cdk/aws-lambda:snapStartRequirePublish',
      reason: 'The alias is of a published version',
    });
  }
}

/** The image's own environment says where model and label sets are. */
type OwnVariables = Omit<TaggingEnvironmentVariables, 'MODEL_FOLDER' | 'LABEL_SETS' | 'CLASSIFIER_FOLDER'>;

function environmentOf(
  { table, options, queue, resultEventBus, thumbnailPlace }: TaggingFunctionProps,
  bucketNames: string,
): Record<string, string> {
  const { prefix, suffix, maximumBytes, exif, objectTags, objectTagLimit } = options;
  const variables = {
    TABLE_NAME: table.tableName,
    BUCKETS: bucketNames,
    QUEUE_URL: queue.queueUrl,
    MAXIMUM_RECEIVES: String(options.maxReceiveCount),
    ...(prefix.length > 0 && { KEY_PREFIXES: prefix.join(',') }),
    ...(suffix.length > 0 && { KEY_SUFFIXES: suffix.join(',') }),
    ...(exif !== TAGGER_RULES.exif.byDefault && { EXIF: exif }),
    ...(thumbnailPlace && {
      THUMBNAIL_BUCKET: thumbnailPlace.bucket.bucketName,
      THUMBNAIL_PREFIX: thumbnailPlace.prefix,
    }),
    ...(maximumBytes !== undefined && { MAXIMUM_BYTES: String(maximumBytes) }),
    ...(resultEventBus && { RESULT_EVENT_BUS: resultEventBus.eventBusArn }),
    ...(objectTags && { OBJECT_TAG_LIMIT: String(objectTagLimit) }),
    ...(options.vectorIndex && { VECTOR_INDEX: 'true' }),
    ...shardVariables(options),
    ...logVariables(options),
  } satisfies OwnVariables;
  return variables;
}

function eventSource(queue: Queue, options: TaggerOptions): SqsEventSource {
  const { batchSize, batchWindowSeconds, maximumConcurrency } = options;
  return new SqsEventSource(queue, {
    batchSize,
    maxBatchingWindow: Duration.seconds(batchWindowSeconds),
    maxConcurrency: maximumConcurrency,
    reportBatchItemFailures: true,
  });
}
