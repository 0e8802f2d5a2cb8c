import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';

/** One alarm for each way in which images stop being tagged. */
export interface TaggerAlarms {
  /** Messages failed every time. */
  readonly deadLetters: Alarm;
  /** Uploads wait for longer than all receives of a message take. */
  readonly oldestMessage: Alarm;
  /** The tagging function failed as a whole. */
  readonly errors: Alarm;
  /** The account's concurrency is used up. */
  readonly throttles: Alarm;
  /** Batches nearly take the tagging function's timeout. */
  readonly duration: Alarm;
  /** Result events or object tags could not be written. Exists where there are any. */
  readonly resultsNotTold?: Alarm;
}
