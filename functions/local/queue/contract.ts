import type { DeadLetter, StoredMessage } from './store.ts';

export interface QueueOptions {
  /** Folder that holds the queue; made when it does not exist. One process at a time may use it. */
  readonly folder: string;
  /** Seconds that a received message stays hidden from other receives, above 0. */
  readonly visibilityTimeoutSeconds: number;
  /** Receives before a message becomes a dead letter, 1 or more, without those that have ended with the queue's process. */
  readonly maxReceiveCount: number;
  /**
   * Maximum size of a body, in bytes of UTF-8.
   * @default 1,048,576 (Amazon SQS's own)
   */
  readonly maximumMessageBytes?: number;
}

/** A message that a consumer has received. */
export interface ReceivedMessage extends StoredMessage {
  readonly receiptHandle: string;
  readonly firstReceivedAtMilliseconds: number;
}

export interface ReceiveLimits {
  readonly maximumMessages: number;
  /**
   * Maximum number of bytes of all bodies in one receive; the first message is given whatever its size.
   * @default no limit
   */
  readonly maximumBytes?: number;
}

/** A queue in this process, with Amazon SQS's semantics (standard, not FIFO), that keeps its messages on disk. */
export interface LocalQueue {
  readonly visibilityTimeoutSeconds: number;
  /**
   * Accepts a message; it is on the disk when this resolves.
   * @returns The message's id.
   * @throws QueueError (message.ts) for a body that SQS does not take.
   */
  send(body: string, options?: SendOptions): Promise<string>;
  /** Receives visible messages, possibly none; each is then hidden for the visibility timeout. */
  receive(limits: ReceiveLimits): Promise<ReceivedMessage[]>;
  /** Deletes received messages for good. As in SQS, a handle that a later receive has replaced does nothing. */
  delete(receiptHandles: readonly string[]): Promise<void>;
  /**
   * Gives received messages back: they are visible after the delay, and keep the reason. Those that were given back already
   * stay as they are.
   */
  release(receiptHandles: readonly string[], options: ReleaseOptions): Promise<void>;
  /** Waits until a message may be there to receive, the time is over, or the signal is aborted. */
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
  /** Closes the folder. Messages in flight are visible again when it is next opened. */
  close(): Promise<void>;
}

/** A queue whose messages can be looked at without receiving them, which SQS does not offer. */
export interface OpenQueue extends LocalQueue {
  /** The bodies of all messages that wait or are in flight, in no order that means anything. */
  bodies(): readonly string[];
}

export interface SendOptions {
  /** Until the message can be received, from 0; a restart ends it. @default 0 */
  readonly delaySeconds?: number | undefined;
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
