import { Duration, RemovalPolicy, Size, Validations } from 'aws-cdk-lib';
import { type Alias, DockerImageFunction, SnapStartConf, Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TaggingEnvironmentVariables } from '../../../functions/config.ts';
import type { TaggerOptions } from '../../options/tagger-options.ts';
import type { TaggingImage } from '../../packaging/tagging-image.ts';
import { explainWildcard } from './explained-wildcard.ts';
import { imageArchitecture, imageCode } from './image-code.ts';
import { type TaggingAccess, taggingRole } from './tagging-role.ts';

export interface TaggingFunctionProps
  extends Pick<TaggingAccess, 'buckets' | 'bucketKeys' | 'tagTable' | 'tableKey' | 'resultEventBus'> {
  readonly image: TaggingImage;
  readonly options: TaggerOptions;
  readonly queue: Queue;
}

/** The function that tags the images of a batch of messages, with the rights to do just that. */
export class TaggingFunction extends Construct {
  readonly function: DockerImageFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: TaggingFunctionProps) {
    super(scope, id);
    const { image, options, queue } = props;
    this.logGroup = new LogGroup(this, 'Log', {
      retention: options.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = new DockerImageFunction(this, 'Function', {
      description: 'Tags the images that a batch of messages tells of',
      code: imageCode(image, options),
      architecture: imageArchitecture(image),
      role: taggingRole(this, { ...props, ...options, logGroup: this.logGroup }),
      environment: environmentOf(props),
      memorySize: options.memoryMegabytes,
      timeout: Duration.seconds(options.functionTimeoutSeconds),
      ephemeralStorageSize: Size.mebibytes(options.temporaryStorageMegabytes),
      logGroup: this.logGroup,
      ...(options.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: options.reservedConcurrency,
      }),
      ...(options.tracing && { tracing: Tracing.ACTIVE }),
      ...(options.snapStart && { snapStart: SnapStartConf.ON_PUBLISHED_VERSIONS }),
    });
    this.consumer(options.snapStart).addEventSource(eventSource(queue, options));
    this.explain(options);
  }

  /** What the queue feeds: with SnapStart an alias, since only published versions have snapshots. */
  private consumer(snapStart: boolean): Alias | DockerImageFunction {
    return snapStart ? this.function.addAlias('live') : this.function;
  }

  /** What the CDK and cdk-nag would have a reason for. */
  private explain({ snapStart, tracing }: TaggerOptions): void {
    if (tracing) explainWildcard(this, '*', 'X-Ray’s actions know no resources');
    if (!snapStart) return;
    Validations.of(this).acknowledge({
      id: '@aws-cdk/aws-lambda:snapStartRequirePublish',
      reason: 'The alias is of a published version',
    });
  }
}

/** Where model and label sets are is the image's own business: it says so in its own environment. */
type OwnVariables = Omit<TaggingEnvironmentVariables, 'MODEL_FOLDER' | 'LABEL_SETS' | 'CLASSIFIER_FOLDER'>;

function environmentOf({ tagTable, options, resultEventBus }: TaggingFunctionProps): Record<string, string> {
  const { prefix, suffix, maximumBytes, objectTags, objectTagLimit } = options;
  const variables = {
    TABLE_NAME: tagTable.table.tableName,
    ...(prefix.length > 0 && { KEY_PREFIXES: prefix.join(',') }),
    ...(suffix.length > 0 && { KEY_SUFFIXES: suffix.join(',') }),
    ...(maximumBytes !== undefined && { MAXIMUM_BYTES: String(maximumBytes) }),
    ...(resultEventBus && { RESULT_EVENT_BUS: resultEventBus.eventBusArn }),
    ...(objectTags && { OBJECT_TAG_LIMIT: String(objectTagLimit) }),
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
