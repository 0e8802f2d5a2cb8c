import type { StoredMessage } from './store.ts';

/**
 * Which messages can be received now, and which are hidden because a consumer has them.
 *
 * Everything here is synchronous on purpose: a claim that awaited anything could hand one message to two consumers.
 */
export interface Visibility {
  /** Makes a message receivable at once. */
  show(message: StoredMessage): void;
  /** Keeps a message from being received until a time (milliseconds since the epoch). */
  hide(message: StoredMessage, untilMilliseconds: number): void;
  forget(messageId: string): void;
  /** Makes receivable what was hidden until then. */
  showExpired(nowMilliseconds: number): void;
  /** The message that has been receivable longest. */
  firstVisible(): StoredMessage | undefined;
  /** A hidden message, if it is still with the consumer that got this receipt handle. */
  findHidden(receiptHandle: string): StoredMessage | undefined;
  /** When a message can next be received; `Infinity` when there is none at all. */
  nextVisibleAtMilliseconds(): number;
  counts(nowMilliseconds: number): { readonly visible: number; readonly inFlight: number };
}

/** Names one receive of one message, so that whoever had it earlier can no longer delete it. */
export function receiptHandleOf({ messageId, receiveCount }: StoredMessage): string {
  return `${messageId}#${receiveCount}`;
}

interface Hidden {
  readonly message: StoredMessage;
  readonly untilMilliseconds: number;
}

export function trackVisibility(): Visibility {
  // A Map iterates in the order of insertion, which makes it a queue with removal from anywhere.
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
    counts: (nowMilliseconds) => {
      const expired = [...hidden.values()].filter(
        ({ untilMilliseconds }) => untilMilliseconds <= nowMilliseconds,
      ).length;
      return { visible: visible.size + expired, inFlight: hidden.size - expired };
    },
  };
}
