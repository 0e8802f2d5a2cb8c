/** The queue that the tagger works on, from its other end. */
export interface MessageQueue {
  /** How many messages wait, approximately. */
  depth(): Promise<number>;
  /**
   * Sends the bodies, 10 at most; none is lost when this resolves.
   *
   * @throws {CliptagError} `not-sent` when the queue keeps refusing one
   */
  send(bodies: readonly string[]): Promise<void>;
}
