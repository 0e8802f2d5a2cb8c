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
   * How many function timeouts a received message stays hidden from other receives. AWS advises six, which leaves
   * room for retries while the function is throttled:
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
   * Amazon SQS's maximum. A dead letter keeps its first enqueue time, so this must outlast the queue's own 4 days. On
   * one machine dead letters are kept until they are redriven.
   */
  deadLetterRetentionDays: 14,
} as const;

/** How long a received message stays hidden from other receives. */
export function visibilityTimeoutSeconds(functionTimeoutSeconds: number): number {
  return functionTimeoutSeconds * QUEUE_DEFINITION.functionTimeoutsPerVisibilityTimeout;
}
