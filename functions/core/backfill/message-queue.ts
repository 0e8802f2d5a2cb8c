/** The tagger's queue, for those who fill it. */
export interface MessageQueue {
  /** How many messages wait, approximately. */
  depth(): Promise<number>;
  /**
   * Sends up to 10 messages; when this resolves, the queue has all of them.
   *
   * @throws {CliptagError} `not-sent` when the queue keeps refusing one
   */
  send(bodies: readonly string[]): Promise<void>;
}
