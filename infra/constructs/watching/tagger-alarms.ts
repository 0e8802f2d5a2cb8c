import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';

/** One alarm for each way in which images stop being tagged, or found by the API. */
export interface TaggerAlarms {
  /** Messages failed every time. */
  readonly deadLetters: Alarm;
  /** Uploads wait for longer than all receives of a message take. */
  readonly oldestMessage: Alarm;
  /** Many messages fail and come again. */
  readonly retries: Alarm;
  /** The table refuses writes. */
  readonly tableThrottles: Alarm;
  /** The index by status refuses writes, and the table with it. */
  readonly indexThrottles: Alarm;
  /** A run of the backfill's workflow failed. */
  readonly backfillFailed: Alarm;
  /** A run of the retagging workflow failed. */
  readonly retagFailed: Alarm;
  /** EventBridge could not deliver events. Exists where buckets send theirs by it. */
  readonly eventsNotDelivered?: Alarm;
  /** EventBridge could not deliver events that other accounts forward. Exists where there are foreign buckets. */
  readonly forwardedNotDelivered?: Alarm;
  /** The canary's picture was not tagged, or not forgotten again. Exists where there is a canary. */
  readonly canary?: Alarm;
  /** The tagging function failed as a whole. */
  readonly errors: Alarm;
  /** The account's concurrency is used up. */
  readonly throttles: Alarm;
  /** Batches nearly take the tagging function's timeout. */
  readonly duration: Alarm;
  /** Result events or object tags could not be written. Exists where there are any. */
  readonly resultsNotTold?: Alarm;
  /** The API failed at requests. Exists where there is an API. */
  readonly apiErrors?: Alarm;
  /** The API refused requests, since it has no more concurrency. Exists where there is an API. */
  readonly apiThrottles?: Alarm;
}
