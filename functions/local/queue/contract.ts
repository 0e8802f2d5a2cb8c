import type { DeadLetter, StoredMessage } from './store.ts';

export interface QueueOptions {
  /** Directory that holds the queue; made when it does not exist. One process at a time may use it. */
  readonly directory: string;
  /** Seconds that a received message stays hidden from other receives, above 0. */
  readonly visibilityTimeoutSeconds: number;
  /** Receives before a message becomes a dead letter, 1 or more. */
  readonly maxReceiveCount: number;
  /**
   * Largest body, in bytes of UTF-8.
   * @default 1,048,576 (Amazon SQS's own)
   */
  readonly maximumMessageBytes?: number;
}

/** A message in the hands of a consumer. */
export interface ReceivedMessage extends StoredMessage {
  readonly receiptHandle: string;
  readonly firstReceivedAtMilliseconds: number;
}

export interface ReceiveLimits {
  readonly maximumMessages: number;
  /**
   * Most bytes of bodies in one receive; one message is given whatever its size.
   * @default no limit
   */
  readonly maximumBytes?: number;
}

/** A queue with Amazon SQS's semantics (standard, not FIFO) that lives in this process and keeps its messages on disk. */
export interface LocalQueue {
  readonly visibilityTimeoutSeconds: number;
  /**
   * Accepts a message; it is on the disk when this resolves.
   * @returns The message's id.
   * @throws QueueError (message.ts) for a body that SQS does not take.
   */
  send(body: string): Promise<string>;
  /** Receives what is visible, possibly nothing; each message is then hidden for the visibility timeout. */
  receive(limits: ReceiveLimits): Promise<ReceivedMessage[]>;
  /** Deletes received messages for good. A handle that a later receive has replaced does nothing, as in SQS. */
  delete(receiptHandles: readonly string[]): Promise<void>;
  /** Gives received messages back: visible after the delay, and with the reason if they become dead letters. */
  release(receiptHandles: readonly string[], options: ReleaseOptions): Promise<void>;
  /** Waits until a message may be there to receive, the time is over or the signal is given. */
  waitForMessage(options: WaitOptions): Promise<void>;
  counts(): QueueCounts;
  /** Dead letters, oldest first. They are kept until they are redriven. */
  deadLetters(): readonly DeadLetter[];
  /**
   * Sends dead letters once more, as new messages with new ids, which is what SQS's redrive does.
   * @param messageIds @default all dead letters
   * @returns How many there were.
   */
  redrive(messageIds?: readonly string[]): Promise<number>;
  /** Closes the directory. Messages in flight are visible again when it is next opened. */
  close(): Promise<void>;
}

export interface ReleaseOptions {
  readonly delaySeconds: number;
  readonly reason: string;
}

export interface WaitOptions {
  readonly timeoutMilliseconds?: number;
  readonly signal: AbortSignal;
}

export interface QueueCounts {
  readonly visible: number;
  /** Received and neither deleted nor visible again. */
  readonly inFlight: number;
  readonly deadLetters: number;
}
