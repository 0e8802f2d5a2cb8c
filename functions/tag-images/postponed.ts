import type { SQSRecord } from 'aws-lambda';
import type { MessageInbox } from '../core/tagging/message-inbox.ts';
import { receivesOf } from './suspects.ts';

export interface PostponeOptions {
  readonly inbox: MessageInbox;
  /** Receives of a message before it goes to the dead-letter queue. */
  readonly maximumReceives: number;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/** A table that was asked too often by all functions at once should not be asked by all of them at once again. */
const FIRST_DELAY_SECONDS = 30;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-timers.html */
const MAXIMUM_DELAY_SECONDS = 900;

/**
 * Has messages come again that failed since a store was asked too often, each after a time of its own that grows with its
 * receives. They are not to blame, and a receive less is no reason to give them up: one that has a single receive left
 * is sent anew, as if it had never been received.
 */
export async function postpone(
  messages: readonly SQSRecord[],
  { inbox, maximumReceives, random = Math.random }: PostponeOptions,
): Promise<void> {
  const postponed = messages.map((message) => ({
    ...message,
    delaySeconds: delaySeconds(receivesOf(message), random()),
  }));
  const runsOut = (message: SQSRecord) => receivesOf(message) >= maximumReceives - 1;
  const anew = postponed.filter(runsOut).map((message) => inbox.sendAnew([message], message.delaySeconds));
  const later = postponed.filter((message) => !runsOut(message));
  await Promise.allSettled([...anew, ...(later.length > 0 ? [inbox.postpone(later)] : [])]);
}

/** From half the time to all of it. */
function delaySeconds(receives: number, random: number): number {
  const grown = Math.min(FIRST_DELAY_SECONDS * 2 ** (receives - 1), MAXIMUM_DELAY_SECONDS);
  return Math.round((grown * (1 + random)) / 2);
}
