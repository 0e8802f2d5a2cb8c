import type { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { AnyTable } from '../../options/image-tagger-props.ts';
import type { TaggerOptions } from '../../options/tagger-options.ts';
import type { TaggingImage } from '../../packaging/tagging-image.ts';

/** The parts of a tagger that alarms and the dashboard look at. */
export interface WatchedParts {
  readonly function: LambdaFunction;
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  /** How long the queue hides a received message. */
  readonly visibilityTimeout: Duration;
  readonly table: AnyTable;
  readonly image: TaggingImage;
  readonly options: TaggerOptions;
  readonly backfill: StateMachine;
  readonly retag: StateMachine;
  /** The API's function, where there is one. */
  readonly api?: LambdaFunction | undefined;
  /** Whether results are told elsewhere besides the table, which may fail. */
  readonly tellsResults: boolean;
}
