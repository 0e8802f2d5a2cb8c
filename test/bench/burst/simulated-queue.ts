import type { HeldMessage, MessageInbox } from '../../../functions/core/tagging/message-inbox.ts';
import type { SimulatedClock } from './simulated-clock.ts';

export interface QueuedMessage extends HeldMessage {
  readonly messageId: string;
  readonly receives: number;
}

/** A standard queue of SQS with its dead-letter queue. */
export interface SimulatedQueue {
  readonly inbox: MessageInbox;
  send(body: string): void;
  receive(maximumMessages: number): readonly QueuedMessage[];
  delete(receiptHandle: string): void;
  counts(): { readonly left: number; readonly deadLetters: number; readonly receives: number };
}

export interface SimulatedQueueOptions {
  readonly clock: SimulatedClock;
  readonly visibilityTimeoutSeconds: number;
  readonly maxReceiveCount: number;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAXIMUM_IN_FLIGHT = 120_000;

interface Stored {
  readonly messageId: string;
  readonly body: string;
  receives: number;
  timer?: NodeJS.Timeout;
}

/**
 * Messages come in their order, are hidden when they are received, and are dead letters when they would be received more
 * often than allowed. A handle that a later receive has replaced does nothing.
 */
export function simulatedQueue(options: SimulatedQueueOptions): SimulatedQueue {
  const { visibilityTimeoutSeconds, maxReceiveCount } = options;
  const visible = new Set<Stored>();
  const hidden = new Map<string, Stored>();
  let sent = 0;
  let deadLetters = 0;
  let receives = 0;

  const send = (body: string, delaySeconds = 0) => {
    const message: Stored = { messageId: `message-${sent++}`, body, receives: 0 };
    if (delaySeconds === 0) visible.add(message);
    else {
      hidden.set(handleOf(message), message);
      hide(message, delaySeconds);
    }
  };
  const handleOf = ({ messageId, receives: count }: Stored) => `${messageId}#${count}`;
  function show(message: Stored): void {
    hidden.delete(handleOf(message));
    visible.add(message);
  }
  function hide(message: Stored, seconds: number): void {
    clearTimeout(message.timer);
    message.timer = setTimeout(() => show(message), seconds * 1_000);
  }
  function remove(receiptHandle: string): void {
    clearTimeout(hidden.get(receiptHandle)?.timer);
    hidden.delete(receiptHandle);
  }
  return {
    send,
    receive(maximumMessages) {
      const received: QueuedMessage[] = [];
      for (const message of visible) {
        if (received.length === maximumMessages || hidden.size >= MAXIMUM_IN_FLIGHT) break;
        visible.delete(message);
        if (message.receives >= maxReceiveCount) {
          deadLetters += 1;
          continue;
        }
        message.receives += 1;
        receives += 1;
        const receiptHandle = handleOf(message);
        hidden.set(receiptHandle, message);
        hide(message, visibilityTimeoutSeconds);
        const { messageId, body } = message;
        received.push({ messageId, body, receiptHandle, receives: message.receives });
      }
      return received;
    },
    delete: remove,
    counts: () => ({ left: visible.size + hidden.size, deadLetters, receives }),
    inbox: {
      settle: async (messages) => {
        for (const { receiptHandle } of messages) remove(receiptHandle);
      },
      sendAnew: async (messages, delaySeconds) => {
        for (const { receiptHandle, body } of messages) {
          send(body, delaySeconds);
          remove(receiptHandle);
        }
      },
      postpone: async (messages) => {
        for (const { receiptHandle, delaySeconds } of messages) {
          const held = hidden.get(receiptHandle);
          if (held) hide(held, delaySeconds);
        }
      },
    },
  };
}
