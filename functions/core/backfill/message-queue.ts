/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export const MESSAGES_PER_REQUEST = 10;

/** Approximate numbers of messages. */
export interface QueueState {
  /** Messages that wait, are in work, or are hidden after a fault until they come again. */
  readonly messages: number;
  /** Messages that failed every time. */
  readonly deadLetters: number;
}

/** The tagger's queue, for those who fill it. */
export interface MessageQueue {
  state(): Promise<QueueState>;
  /**
   * Sends up to {@link MESSAGES_PER_REQUEST} messages; when this resolves, the queue has all of them.
   *
   * @throws {CliptagError} `not-sent` when the queue keeps refusing one
   */
  send(bodies: readonly string[]): Promise<void>;
}
