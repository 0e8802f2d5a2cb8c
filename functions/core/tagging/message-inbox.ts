/** A message as its consumer holds it. */
export interface HeldMessage {
  readonly receiptHandle: string;
  readonly body: string;
}

/** The queue from which messages come, for what cannot wait until a batch's response. */
export interface MessageInbox {
  /** Deletes messages for good. */
  settle(messages: readonly HeldMessage[]): Promise<void>;
  /** Sends messages once more, as new ones that were never received, and deletes these. */
  sendAnew(messages: readonly HeldMessage[]): Promise<void>;
}
