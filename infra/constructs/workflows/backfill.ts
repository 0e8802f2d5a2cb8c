import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { BackfillEnvironmentVariables } from '../../../functions/config.ts';
import type { TaggerOptions } from '../../options/tagger-options.ts';
import type { TaggingImage } from '../../packaging/tagging-image.ts';
import type { AnyBucket } from '../intake/bucket-events.ts';
import type { TagTable } from '../tag-table.ts';
import { feederRole, workflowRole } from './backfill-roles.ts';
import { BATCH_OBJECTS, BackfillWorkflow, MAP_LABEL } from './backfill-workflow.ts';
import { addMapWorkflow } from './map-workflow.ts';

/** Ten requests of ten messages: what one function sends in a second with ease. */
const OBJECTS_PER_SECOND_OF_ONE = 100;
const FEEDER_MEMORY_MEGABYTES = 256;
/** Lambda's longest: at one object a second, a batch takes more than eight minutes. */
const FEEDER_TIMEOUT = Duration.minutes(15);

export interface BackfillProps {
  readonly image: TaggingImage;
  readonly options: TaggerOptions;
  readonly buckets: readonly AnyBucket[];
  readonly queue: Queue;
  readonly tagTable: TagTable;
  readonly tableKey?: IKey | undefined;
  /** Where the tagging function tells of results, if it does. */
  readonly resultEventBus?: IEventBus | undefined;
}

/**
 * Has objects tagged that were in the buckets before they were watched, or before the model or the label sets changed:
 * listing → feeding function → the queue of uploads. Costs nothing while nobody starts it.
 */
export class Backfill extends Construct {
  readonly workflow: StateMachine;

  constructor(scope: Construct, id: string, props: BackfillProps) {
    super(scope, id);
    const { buckets, options } = props;
    const feeders = Math.ceil(options.backfillObjectsPerSecond / OBJECTS_PER_SECOND_OF_ONE);
    const feeder = this.feeder(props, feeders);
    const role = workflowRole(this, { buckets, feeder, tracing: options.tracing });
    const { definition } = new BackfillWorkflow(this, 'Definition', {
      feeder,
      feeders,
      settings: settingsOf(props, feeders),
    });
    this.workflow = addMapWorkflow(this, 'Workflow', {
      comment: 'Has objects tagged that are in a bucket already',
      definition,
      role,
      mapLabel: MAP_LABEL,
      tracing: options.tracing,
    });
  }

  private feeder(props: BackfillProps, feeders: number): LambdaFunction {
    const { image, options } = props;
    const logGroup = new LogGroup(this, 'Log', {
      retention: options.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new LambdaFunction(this, 'Feeder', {
      description: 'Sends listed objects that are not tagged yet to the queue',
      code: Code.fromAsset(image.backfill.directory),
      handler: 'handler.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: image.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      role: feederRole(this, { ...props, logGroup }),
      environment: environmentOf(props, feeders),
      memorySize: FEEDER_MEMORY_MEGABYTES,
      timeout: FEEDER_TIMEOUT,
      logGroup,
      ...(options.tracing && { tracing: Tracing.ACTIVE }),
    });
  }
}

function environmentOf({ tagTable, queue, options }: BackfillProps, feeders: number): Record<string, string> {
  const { prefix, suffix, backfillObjectsPerSecond, backfillQueueDepth } = options;
  const variables = {
    TABLE_NAME: tagTable.table.tableName,
    QUEUE_URL: queue.queueUrl,
    TAGGER_FILE: '/var/task/tagger.json',
    MAXIMUM_QUEUE_DEPTH: String(backfillQueueDepth),
    OBJECTS_PER_SECOND: String(backfillObjectsPerSecond / feeders),
    ...(prefix.length > 0 && { KEY_PREFIXES: prefix.join(',') }),
    ...(suffix.length > 0 && { KEY_SUFFIXES: suffix.join(',') }),
  } satisfies BackfillEnvironmentVariables;
  return variables;
}

/** What `cliptag backfill` wants to know: which objects are meant, what is done already, and what the rest costs. */
function settingsOf({ image, options, buckets, resultEventBus }: BackfillProps, feeders: number) {
  const { tagger, modelName } = image.backfill;
  return {
    buckets: buckets.map(({ bucketName }) => bucketName),
    prefixes: options.prefix,
    suffixes: options.suffix,
    tagger,
    modelName,
    architecture: image.architecture,
    memoryMegabytes: options.memoryMegabytes,
    batchSize: options.batchSize,
    maximumConcurrency: options.maximumConcurrency,
    events: resultEventBus !== undefined,
    objectTags: options.objectTags ? options.objectTagLimit : 0,
    pace: {
      objectsPerSecond: options.backfillObjectsPerSecond,
      feeders,
      feederMemoryMegabytes: FEEDER_MEMORY_MEGABYTES,
      batchObjects: BATCH_OBJECTS,
    },
  };
}
