import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  DefinitionBody,
  DistributedMap,
  JsonPath,
  Pass,
  Result,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { ErrorCode } from '../../../functions/core/error-codes.ts';
import { FAULT_RETRY, runForEach } from './map-workflow.ts';

/** Names the map in the ARNs of its runs, which the right to redrive them needs. */
export const SEGMENT_MAP_LABEL = 'Segments';

/** Codes of faults that are the same at every try; functions/retag names its errors by them. */
const PERMANENT_FAULTS: ErrorCode[] = [
  'invalid-input',
  'label-sets-changed',
  'model-mismatch',
  'not-complete',
];

export interface RetagWorkflowProps {
  readonly worker: LambdaFunction;
  /** Segments of the table, each with a worker of its own: 1 to 1,000. */
  readonly segments: number;
}

/**
 * Checks the input, has each segment of the table worked on until it is done, and then adds up what the segments have
 * found. A segment takes one call of the function after the other, since a call may last fifteen minutes only. The input
 * is `{"mode": "plan" | "write", "bucket": NAME, "prefix": TEXT}`; by default it is planned for the whole table.
 */
export class RetagWorkflow extends Construct {
  readonly definition: DefinitionBody;

  constructor(scope: Construct, id: string, { worker, segments }: RetagWorkflowProps) {
    super(scope, id);
    const listed = new Pass(this, 'ListSegments', {
      result: Result.fromArray(Array.from({ length: segments }, (_, segment) => segment)),
      resultPath: '$.segments',
    });
    const checked = this.call('Check', worker, { task: 'check', request: REQUEST }, JsonPath.DISCARD);
    const summed = this.call('SumUp', worker, { task: 'summary', run: RUN, of: segments });
    this.definition = DefinitionBody.fromChainable(
      checked.next(listed).next(this.eachSegment(worker, segments)).next(summed),
    );
  }

  private eachSegment(worker: LambdaFunction, segments: number): DistributedMap {
    const map = new DistributedMap(this, 'EachSegment', {
      label: SEGMENT_MAP_LABEL,
      maxConcurrency: segments,
      itemsPath: '$.segments',
      itemSelector: {
        task: 'segment',
        run: RUN,
        segment: JsonPath.numberAt('$$.Map.Item.Value'),
        of: segments,
        request: REQUEST,
      },
      resultPath: JsonPath.DISCARD,
    });
    const work = this.call('GoOn', worker);
    const isDone = new Choice(this, 'IsDone')
      .when(Condition.booleanEquals('$.isDone', true), new Succeed(this, 'Done', { outputPath: '$.segment' }))
      .otherwise(work);
    runForEach(map, work.next(isDone));
    return map;
  }

  /** @param order what the function gets. @default the input of the state */
  private call(
    id: string,
    worker: LambdaFunction,
    order?: Record<string, unknown>,
    resultPath?: string,
  ): LambdaInvoke {
    const task = LambdaInvoke.jsonPath(this, id, {
      lambdaFunction: worker,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      ...(order && { payload: TaskInput.fromObject(order) }),
      ...(resultPath !== undefined && { resultPath }),
    });
    task.addRetry({ errors: PERMANENT_FAULTS, maxAttempts: 0 });
    // A call that fails is made again where the one before has saved how far it was.
    task.addRetry(FAULT_RETRY);
    return task;
  }
}

/** The execution that was started: those of its map's segments have names of their own. */
const RUN = JsonPath.stringAt('$$.Execution.Name');
const REQUEST = JsonPath.objectAt('$$.Execution.Input');
