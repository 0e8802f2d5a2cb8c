import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import {
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
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { ErrorCode } from '../../../functions/core/error-codes.ts';
import { FAULT_RETRY, runForEach } from './map-workflow.ts';

/**
 * Objects that a feeding function gets at a time. Each batch adds two letters and a comma to the output of a run, whose
 * maximum of 256 KiB allows 43 million objects. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const BATCH_OBJECTS = 500;

/** Bounds batches of long keys: a workflow may be given 256 KiB. */
const BATCH_BYTES = 200_000;

/** Share of objects that may fail after all retries. Beyond it the fault is a general one, and the run ends. */
const TOLERATED_FAILURE_PERCENTAGE = 5;

/** Names the map in the ARNs of its runs, which the right to redrive them needs. */
export const MAP_LABEL = 'Objects';

export interface BackfillWorkflowProps {
  readonly feeder: LambdaFunction;
  /** Feeding functions that work at once. */
  readonly feeders: number;
  /** What the command line reads of the deployment; `buckets` are the names of the watched ones. */
  readonly settings: { readonly buckets: readonly string[] } & Readonly<Record<string, unknown>>;
}

/**
 * Lists a bucket and hands its objects to the feeding function, batch by batch. The input is
 * `{"bucket": NAME, "prefix": TEXT}`; the prefix may be empty. A run that was stopped or has failed is started anew, or
 * redriven: objects that are done are recognised.
 */
export class BackfillWorkflow extends Construct {
  readonly definition: DefinitionBody;

  constructor(scope: Construct, id: string, { feeder, feeders, settings }: BackfillWorkflowProps) {
    super(scope, id);
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
      .when(Condition.booleanEquals('$.isWatched', true), this.eachBatch(feeder, feeders))
      .otherwise(refused);
    this.definition = DefinitionBody.fromChainable(known.next(looked).next(isWatched));
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
        batchInput: { 'bucket.$': '$.bucket' },
      }),
      resultPath: JsonPath.DISCARD,
    });
    runForEach(map, this.feedTask(feeder));
    return map;
  }

  private feedTask(feeder: LambdaFunction): LambdaInvoke {
    const task = new LambdaInvoke(this, 'Feed', {
      lambdaFunction: feeder,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      resultSelector: {},
    });
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
