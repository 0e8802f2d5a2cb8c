import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import {
  type Chain,
  Choice,
  Condition,
  DefinitionBody,
  DistributedMap,
  Fail,
  ItemBatcher,
  JitterType,
  JsonPath,
  Pass,
  Result,
  S3ObjectsItemReader,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { ErrorCode } from '../../../functions/core/error-codes.ts';
import { FAULT_RETRY, runForEach } from './map-workflow.ts';

/**
 * Objects that a feeding function gets at a time. Each batch adds a digit and a comma to the output of a run, whose
 * maximum of 256 KiB allows 65 million objects. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const BATCH_OBJECTS = 500;

/** Bounds batches of long keys: a workflow may be given 256 KiB. */
const BATCH_BYTES = 200_000;

/** Share of objects that may fail after all retries. Beyond it the fault is a general one, and the run ends. */
const TOLERATED_FAILURE_PERCENTAGE = 5;

/** Names the map in the ARNs of its runs, which the right to redrive them needs. */
export const MAP_LABEL = 'Objects';

/** Output of a batch that was not fed, since the dead letters grew; the feeding function answers with 0. */
const STOPPED = 1;

export interface BackfillWorkflowProps {
  readonly feeder: LambdaFunction;
  /** Feeding functions that work at once. */
  readonly feeders: number;
  /** What the command line reads of the deployment; `buckets` are the names of the watched ones. */
  readonly settings: { readonly buckets: readonly string[] } & Readonly<Record<string, unknown>>;
}

/**
 * Lists a bucket and hands its objects to the feeding function, batch by batch. The input is
 * `{"bucket": NAME, "prefix": TEXT}`; the prefix may be empty. A run that was stopped or has failed is started anew:
 * objects that are done are recognised. It stops by itself with `dead-letters-grow` where what it sends fails every time.
 */
export class BackfillWorkflow extends Construct {
  readonly definition: DefinitionBody;

  constructor(scope: Construct, id: string, props: BackfillWorkflowProps) {
    super(scope, id);
    const { settings } = props;
    const known = new Pass(this, 'Settings', {
      comment: 'What the command line reads of this definition',
      result: Result.fromObject(settings),
      resultPath: '$.settings',
    });
    const looked = new Pass(this, 'LookUpBucket', {
      parameters: {
        bucket: JsonPath.stringAt('$.bucket'),
        prefix: JsonPath.stringAt('$.prefix'),
        isWatched: JsonPath.arrayContains(
          JsonPath.objectAt('$.settings.buckets'),
          JsonPath.stringAt('$.bucket'),
        ),
      },
    });
    const refused = new Fail(this, 'BucketNotWatched', {
      error: 'bucket-not-watched' satisfies ErrorCode,
      cause: 'This stack does not tag the objects of that bucket',
    });
    const isWatched = new Choice(this, 'IsBucketWatched')
      .when(Condition.booleanEquals('$.isWatched', true), this.feedAll(props))
      .otherwise(refused);
    this.definition = DefinitionBody.fromChainable(known.next(looked).next(isWatched));
  }

  /** Every batch; then tells whether the dead letters grew meanwhile. */
  private feedAll({ feeder, feeders }: BackfillWorkflowProps): Chain {
    const count = new LambdaInvoke(this, 'CountDeadLetters', {
      lambdaFunction: feeder,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      payload: TaskInput.fromObject({ isBeginning: true }),
      resultPath: '$.deadLetters',
    });
    count.addRetry(FAULT_RETRY);
    const judged = new Pass(this, 'LookAtAnswers', {
      parameters: { isStopped: JsonPath.arrayContains(JsonPath.objectAt('$.fed'), STOPPED) },
    });
    const grown = new Fail(this, 'DeadLettersGrow', {
      error: 'dead-letters-grow' satisfies ErrorCode,
      cause:
        'Messages came to the dead-letter queue meanwhile, so that no more were sent. Look at them (cliptag redrive), then start the backfill again: it does the rest',
    });
    const isStopped = new Choice(this, 'AreDeadLettersGrowing')
      .when(Condition.booleanEquals('$.isStopped', true), grown)
      .otherwise(new Pass(this, 'Sent', { result: Result.fromObject({}) }));
    return count.next(this.eachBatch(feeder, feeders)).next(judged).next(isStopped);
  }

  private eachBatch(feeder: LambdaFunction, feeders: number): DistributedMap {
    const map = new DistributedMap(this, 'EachBatch', {
      label: MAP_LABEL,
      maxConcurrency: feeders,
      toleratedFailurePercentage: TOLERATED_FAILURE_PERCENTAGE,
      itemReader: new S3ObjectsItemReader({
        bucketNamePath: JsonPath.stringAt('$.bucket'),
        prefix: JsonPath.stringAt('$.prefix'),
      }),
      itemBatcher: new ItemBatcher({
        maxItemsPerBatch: BATCH_OBJECTS,
        maxInputBytesPerBatch: BATCH_BYTES,
        // The CDK renders no paths in it.
        batchInput: { 'bucket.$': '$.bucket', 'deadLetters.$': '$.deadLetters' },
      }),
      resultPath: '$.fed',
    });
    runForEach(map, this.feedTask(feeder));
    return map;
  }

  private feedTask(feeder: LambdaFunction): LambdaInvoke {
    const task = new LambdaInvoke(this, 'Feed', {
      lambdaFunction: feeder,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
    });
    const stopped = new Pass(this, 'Stopped', { result: Result.fromNumber(STOPPED) });
    // No other fault of this name is tried again: a retry comes before a catch.
    task.addRetry({ errors: ['dead-letters-grow' satisfies ErrorCode], maxAttempts: 0 });
    task.addCatch(stopped, { errors: ['dead-letters-grow' satisfies ErrorCode] });
    // A thousand tries are some sixteen hours, and few enough events for the history of one workflow.
    task.addRetry({
      errors: ['queue-full' satisfies ErrorCode],
      interval: Duration.seconds(15),
      backoffRate: 1.5,
      maxDelay: Duration.seconds(60),
      maxAttempts: 1_000,
      jitterStrategy: JitterType.FULL,
    });
    task.addRetry(FAULT_RETRY);
    return task;
  }
}
