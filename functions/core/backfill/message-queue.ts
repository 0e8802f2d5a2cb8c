/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export const MESSAGES_PER_REQUEST = 10;

/** The tagger's queue, for those who fill it. */
export interface MessageQueue {
  /** How many messages wait, approximately. */
  depth(): Promise<number>;
  /**
   * Sends up to {@link MESSAGES_PER_REQUEST} messages; when this resolves, the queue has all of them.
   *
   * @throws {CliptagError} `not-sent` when the queue keeps refusing one
   */
  send(bodies: readonly string[]): Promise<void>;
}
