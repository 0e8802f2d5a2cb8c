import type { StoredMessage } from './store.ts';

/**
 * Which messages can be received now, and which are hidden because a consumer has them.
 *
 * Everything here is synchronous on purpose: a claim with an await in it could hand one message to two consumers.
 */
export interface Visibility {
  /** Makes a message receivable at once. */
  show(message: StoredMessage): void;
  /** Keeps a message from being received until a time (milliseconds since the epoch). */
  hide(message: StoredMessage, untilMilliseconds: number): void;
  forget(messageId: string): void;
  /** Makes receivable the messages that were hidden until a time that has passed. */
  showExpired(nowMilliseconds: number): void;
  /** The message that has been receivable longest. */
  firstVisible(): StoredMessage | undefined;
  /** A hidden message, if the consumer that got this receipt handle still has it. */
  findHidden(receiptHandle: string): StoredMessage | undefined;
  /** The time at which a message can next be received; `Infinity` when there is no message. */
  nextVisibleAtMilliseconds(): number;
  /** All messages, visible and hidden. */
  all(): readonly StoredMessage[];
  counts(nowMilliseconds: number): { readonly visible: number; readonly inFlight: number };
}

/** Names one receive of one message, so that a consumer that had the message earlier can no longer delete it. */
export function receiptHandleOf({ messageId, receiveCount }: StoredMessage): string {
  return `${messageId}#${receiveCount}`;
}

interface Hidden {
  readonly message: StoredMessage;
  readonly untilMilliseconds: number;
}

export function trackVisibility(): Visibility {
  // A Map iterates in the order of insertion, so it is a queue from whose middle entries can be removed.
  const visible = new Map<string, StoredMessage>();
  const hidden = new Map<string, Hidden>();

  function show(message: StoredMessage): void {
    hidden.delete(message.messageId);
    visible.set(message.messageId, message);
  }

  function findHidden(receiptHandle: string): StoredMessage | undefined {
    const held = hidden.get(receiptHandle.slice(0, receiptHandle.lastIndexOf('#')));
    return held !== undefined && receiptHandleOf(held.message) === receiptHandle ? held.message : undefined;
  }

  return {
    show,
    hide: (message, untilMilliseconds) => {
      visible.delete(message.messageId);
      hidden.set(message.messageId, { message, untilMilliseconds });
    },
    forget: (messageId) => {
      visible.delete(messageId);
      hidden.delete(messageId);
    },
    showExpired: (nowMilliseconds) => {
      for (const { message, untilMilliseconds } of hidden.values())
        if (untilMilliseconds <= nowMilliseconds) show(message);
    },
    firstVisible: () => visible.values().next().value,
    findHidden,
    nextVisibleAtMilliseconds: () =>
      visible.size > 0
        ? 0
        : [...hidden.values()].reduce(
            (least, { untilMilliseconds }) => Math.min(least, untilMilliseconds),
            Infinity,
          ),
    all: () => [...visible.values(), ...[...hidden.values()].map(({ message }) => message)],
    counts: (nowMilliseconds) => {
      const expired = [...hidden.values()].filter(
        ({ untilMilliseconds }) => untilMilliseconds <= nowMilliseconds,
      ).length;
      return { visible: visible.size + expired, inFlight: hidden.size - expired };
    },
  };
}
