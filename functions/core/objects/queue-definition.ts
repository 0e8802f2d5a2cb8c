/**
 * The queue between the bucket's events and the tagging function, as plain data. The CDK's construct (`infra/`) and the
 * queue on this machine (`functions/local/`) both take it from here; a test compares it with the template that is
 * deployed. A deployment may set the first two otherwise.
 */
export const QUEUE_DEFINITION = {
  /** Time the tagging function may take for one batch. */
  functionTimeoutSeconds: 60,
  /**
   * Receives of a message before it goes to the dead-letter queue. AWS advises at least 5 for a queue that feeds
   * Lambda: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
   */
  maxReceiveCount: 5,
  /**
   * How many function timeouts a received message stays hidden from other receives, besides the time in which a batch
   * fills up. AWS advises six, which leaves room for retries while the function is throttled:
   * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
   */
  functionTimeoutsPerVisibilityTimeout: 6,
  /**
   * Maximum size of a body, in bytes of UTF-8: Amazon SQS's default and maximum since August 2025, so that no template
   * sets it.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
   */
  maximumMessageBytes: 1_048_576,
  /**
   * How long a message is kept, in the queue and among the dead letters alike: Amazon SQS's maximum. Its default of 4 days
   * would lose deletions for good in a longer outage, since no listing tells of them. A dead letter keeps the time at which
   * it was first sent. On one machine messages are kept until they are done with or redriven.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
   */
  retentionDays: 14,
} as const;

/**
 * How long a received message stays hidden from other receives.
 *
 * @param batchWindowSeconds time in which a batch may fill up: its first messages are received that much earlier
 */
export function visibilityTimeoutSeconds(functionTimeoutSeconds: number, batchWindowSeconds = 0): number {
  return functionTimeoutSeconds * QUEUE_DEFINITION.functionTimeoutsPerVisibilityTimeout + batchWindowSeconds;
}
