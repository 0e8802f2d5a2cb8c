/** A message as its consumer holds it. */
export interface HeldMessage {
  readonly receiptHandle: string;
  readonly body: string;
}

export interface PostponedMessage extends HeldMessage {
  readonly delaySeconds: number;
}

/** The queue from which messages come, for what cannot wait until a batch's response. */
export interface MessageInbox {
  /** Deletes messages for good. */
  settle(messages: readonly HeldMessage[]): Promise<void>;
  /**
   * Sends messages once more, as new ones that were never received, and deletes these.
   *
   * @param delaySeconds until the new ones can be received, up to 900. @default 0
   */
  sendAnew(messages: readonly HeldMessage[], delaySeconds?: number): Promise<void>;
  /** Has messages that will not be settled come again after a delay, and not when their visibility timeout is over. */
  postpone(messages: readonly PostponedMessage[]): Promise<void>;
}
