import { Duration, Lazy } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { BackfillEnvironmentVariables } from '../../../functions/config.ts';
import type { AnyBucket, AnyTable } from '../../options/image-tagger-props.ts';
import { shardsOf } from '../../options/table-throughput.ts';
import { MAXIMUM_QUEUE_DEPTH, type TaggerOptions } from '../../options/tagger-options.ts';
import type { TaggingImage } from '../../packaging/tagging-image.ts';
import { functionLogGroup } from '../compute/function-log-group.ts';
import { type FunctionNetwork, placed } from '../compute/function-network.ts';
import { imageArchitecture } from '../compute/image-code.ts';
import { logVariables } from '../compute/log-variables.ts';
import { allowListing, feederRole, workflowRole } from './backfill-roles.ts';
import { BATCH_OBJECTS, BackfillWorkflow, MAP_LABEL } from './backfill-workflow.ts';
import { addMapWorkflow } from './map-workflow.ts';

/** One function sends this many with ease: ten requests of ten messages. */
const OBJECTS_PER_SECOND_OF_ONE = 100;
const FEEDER_MEMORY_MEGABYTES = 256;
const LEAST_USUAL_DEPTH = 1_000;
/** Lambda's maximum: at one object a second, a batch takes more than eight minutes. */
const FEEDER_TIMEOUT = Duration.minutes(15);

export interface BackfillProps {
  readonly image: TaggingImage;
  readonly options: TaggerOptions;
  readonly buckets: readonly AnyBucket[];
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly table: AnyTable;
  readonly tableKey?: IKey | undefined;
  /** What queue and log are encrypted with. */
  readonly dataKey?: IKey | undefined;
  /** Where the tagging function sends result events, if it does. */
  readonly resultEventBus?: IEventBus | undefined;
  readonly network: FunctionNetwork;
}

/**
 * Has objects tagged that were in the buckets before they were watched, or before the model or the label sets changed:
 * listing → feeding function → the queue of uploads. Costs nothing while nobody starts it.
 */
export class Backfill extends Construct {
  readonly workflow: StateMachine;
  private readonly role: Role;
  private readonly buckets: AnyBucket[];

  constructor(scope: Construct, id: string, props: BackfillProps) {
    super(scope, id);
    const { buckets, options } = props;
    this.buckets = [...buckets];
    const feeders = Math.ceil(options.backfillObjectsPerSecond / OBJECTS_PER_SECOND_OF_ONE);
    const feeder = this.feeder(props, feeders);
    this.role = workflowRole(this, { buckets, feeder, tracing: options.tracing });
    const { definition } = new BackfillWorkflow(this, 'Definition', {
      feeder,
      feeders,
      settings: { buckets: this.bucketNames(), ...settingsOf(props, feeders) },
    });
    this.workflow = addMapWorkflow(this, 'Workflow', {
      comment: 'Has objects tagged that are in a bucket already',
      definition,
      role: this.role,
      mapLabel: MAP_LABEL,
      tracing: options.tracing,
    });
  }

  /** Lets the workflow list some more buckets. */
  addBuckets(buckets: readonly AnyBucket[]): void {
    this.buckets.push(...buckets);
    allowListing(this.role, buckets);
  }

  /** Buckets may be added until the app is synthesized. */
  private bucketNames(): string[] {
    return Lazy.list({ produce: () => this.buckets.map(({ bucketName }) => bucketName) });
  }

  private feeder(props: BackfillProps, feeders: number): LambdaFunction {
    const { image, options } = props;
    const logGroup = functionLogGroup(this, props);
    return new LambdaFunction(this, 'Feeder', {
      description: 'Sends listed objects that are not tagged yet to the queue',
      code: Code.fromAsset(image.backfill.folder),
      handler: 'handler.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: imageArchitecture(image),
      role: feederRole(this, { ...props, logGroup }),
      environment: environmentOf(props, feeders),
      memorySize: FEEDER_MEMORY_MEGABYTES,
      timeout: FEEDER_TIMEOUT,
      logGroup,
      ...placed(props.network),
      ...(options.tracing && { tracing: Tracing.ACTIVE }),
    });
  }
}

function environmentOf(
  { table, queue, deadLetterQueue, options }: BackfillProps,
  feeders: number,
): Record<string, string> {
  const { prefix, suffix, backfillObjectsPerSecond } = options;
  const variables = {
    TABLE_NAME: table.tableName,
    QUEUE_URL: queue.queueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueue.queueUrl,
    TAGGER_FILE: '/var/task/tagger.json',
    MAXIMUM_QUEUE_DEPTH: String(options.backfillQueueDepth ?? usualDepth(options)),
    OBJECTS_PER_SECOND: String(backfillObjectsPerSecond / feeders),
    ...(prefix.length > 0 && { KEY_PREFIXES: prefix.join(',') }),
    ...(suffix.length > 0 && { KEY_SUFFIXES: suffix.join(',') }),
    ...logVariables(options),
  } satisfies BackfillEnvironmentVariables;
  return variables;
}

/** Twice what the functions have in work, so that each finds its next batch; few enough for uploads to wait a short while. */
function usualDepth({ maximumConcurrency, batchSize }: TaggerOptions): number {
  return Math.min(MAXIMUM_QUEUE_DEPTH, Math.max(LEAST_USUAL_DEPTH, 2 * maximumConcurrency * batchSize));
}

/** What `cliptag backfill` needs besides the buckets: which objects are meant, what is done already, what the rest costs; `cliptag cost`, too. */
function settingsOf({ image, options, resultEventBus }: BackfillProps, feeders: number) {
  const { tagger, modelName } = image.backfill;
  return {
    prefixes: options.prefix,
    suffixes: options.suffix,
    tagger,
    modelName,
    architecture: image.architecture,
    packaging: options.packaging,
    memoryMegabytes: options.memoryMegabytes,
    batchSize: options.batchSize,
    maximumConcurrency: options.maximumConcurrency,
    events: resultEventBus !== undefined,
    objectTags: options.objectTags ? options.objectTagLimit : 0,
    indexedDimensions: options.vectorIndex ? image.dimensions : 0,
    shards: shardsOf(options),
    pace: {
      objectsPerSecond: options.backfillObjectsPerSecond,
      feeders,
      feederMemoryMegabytes: FEEDER_MEMORY_MEGABYTES,
      batchObjects: BATCH_OBJECTS,
    },
  };
}
