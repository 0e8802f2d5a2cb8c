import { acceptEveryUpload } from '../core/objects/object.ts';
import { QUEUE_DEFINITION } from '../core/objects/queue-definition.ts';
import type { HeldMessage, MessageInbox } from '../core/tagging/message-inbox.ts';
import { messageTagger, type Report, type TagMessagesOptions } from '../tag-images/tag-messages.ts';
import type { LocalQueue } from './queue/contract.ts';
import {
  type EventSourceMapping,
  REPORTED_BY_FUNCTION,
  startEventSourceMapping,
} from './queue/event-source-mapping.ts';

const { functionTimeoutSeconds, maxReceiveCount } = QUEUE_DEFINITION;

export interface TaggingOptions
  extends Required<Pick<TagMessagesOptions, 'tagger' | 'report' | 'channels' | 'notes' | 'endsAnother'>> {
  readonly queue: LocalQueue;
  /** Gets what is to be said of messages that come again for no fault of their own. */
  readonly warn: (message: string) => void;
}

/** Has the handler that Lambda runs work on the queue's messages, as an event source mapping does, until it is closed. */
export function startTagging({
  queue,
  tagger,
  report,
  warn,
  channels,
  notes,
  endsAnother,
}: TaggingOptions): EventSourceMapping {
  const reasons = new Map<string, string>();
  const noting: Report = {
    ...report,
    fault: (error, message) => {
      reasons.set(message.messageId, error instanceof Error ? error.message : String(error));
      report.fault(error, message);
    },
  };
  return startEventSourceMapping({
    queue,
    handler: messageTagger({
      ...{ tagger, filter: acceptEveryUpload, report: noting, channels, notes },
      ...{ inbox: queueInbox(queue), maximumReceives: maxReceiveCount, endsAnother },
    }),
    reasonOf: (messageId) => {
      const reason = reasons.get(messageId);
      reasons.delete(messageId);
      return reason;
    },
    functionTimeoutSeconds,
    onFailure: (reason, messageIds) => {
      if (reason !== REPORTED_BY_FUNCTION) warn(`${messageIds.length} messages come again: ${reason}`);
    },
  });
}

/** The queue, for what the handler settles before its batch is over. */
function queueInbox(queue: LocalQueue): MessageInbox {
  const settle = (messages: readonly HeldMessage[]) =>
    queue.delete(messages.map(({ receiptHandle }) => receiptHandle));
  return {
    settle,
    sendAnew: async (messages, delaySeconds) => {
      for (const message of messages) {
        await queue.send(message.body, { delaySeconds });
        await settle([message]);
      }
    },
    postpone: async (messages) => {
      for (const { receiptHandle, delaySeconds } of messages) {
        await queue.release([receiptHandle], { delaySeconds, reason: 'the table was asked too often' });
      }
    },
  };
}
