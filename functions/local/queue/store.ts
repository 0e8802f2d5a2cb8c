import { openLevelStore } from '../store/level-store.ts';

/** A message as it is on disk. Times are milliseconds since the epoch. */
export interface StoredMessage {
  readonly messageId: string;
  readonly body: string;
  readonly sentAtMilliseconds: number;
  /** How often it was handed to a consumer. */
  readonly receiveCount: number;
  readonly firstReceivedAtMilliseconds?: number;
  readonly lastReceivedAtMilliseconds?: number;
  /** Whether a consumer has it, or had it when its process ended. */
  readonly isHeld?: boolean;
  /** How many receives have ended with the process of the queue, which is nobody's answer. @default 0 */
  readonly receivesCutShort?: number;
  /** The reason that the last consumer gave when it gave the message back. */
  readonly lastFailure?: string;
}

/** A message that was received as often as allowed and never deleted. */
export interface DeadLetter extends StoredMessage {
  readonly deadAtMilliseconds: number;
}

/** Changes that happen together or not at all. */
export interface QueueChanges {
  readonly messages?: readonly StoredMessage[];
  readonly removedMessageIds?: readonly string[];
  readonly deadLetters?: readonly DeadLetter[];
  readonly removedDeadLetterIds?: readonly string[];
}

export interface QueueStore {
  /** Every message, oldest first. */
  readMessages(): Promise<StoredMessage[]>;
  /** Every dead letter, oldest first. */
  readDeadLetters(): Promise<DeadLetter[]>;
  /**
   * Writes changes. They survive the end of the process; with `flush` they survive a power cut as well, at the price of
   * one flush to the disk, which LevelDB shares among the writes that wait for it.
   */
  write(changes: QueueChanges, options: { readonly flush: boolean }): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a queue's folder, which is made if it does not exist.
 *
 * @throws Error when another process uses it.
 */
export async function openQueueStore(folder: string): Promise<QueueStore> {
  const store = await openLevelStore(folder);
  const messages = store.sublevel<string, StoredMessage>('messages', { valueEncoding: 'json' });
  const deadLetters = store.sublevel<string, DeadLetter>('dead-letters', { valueEncoding: 'json' });

  async function write(changes: QueueChanges, { flush }: { readonly flush: boolean }): Promise<void> {
    const batch = store.batch();
    for (const message of changes.messages ?? [])
      batch.put(message.messageId, message, { sublevel: messages });
    for (const id of changes.removedMessageIds ?? []) batch.del(id, { sublevel: messages });
    for (const letter of changes.deadLetters ?? [])
      batch.put(letter.messageId, letter, { sublevel: deadLetters });
    for (const id of changes.removedDeadLetterIds ?? []) batch.del(id, { sublevel: deadLetters });
    await batch.write({ sync: flush });
  }

  return {
    readMessages: async () =>
      (await messages.values().all()).sort((one, other) => one.sentAtMilliseconds - other.sentAtMilliseconds),
    readDeadLetters: async () =>
      (await deadLetters.values().all()).sort(
        (one, other) => one.deadAtMilliseconds - other.deadAtMilliseconds,
      ),
    write,
    close: () => store.close(),
  };
}
