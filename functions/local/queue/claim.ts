import type { ReceiveLimits } from './contract.ts';
import type { DeadLetter, StoredMessage } from './store.ts';
import type { Visibility } from './visibility.ts';

export interface ClaimRules {
  readonly visibilityTimeoutSeconds: number;
  readonly maxReceiveCount: number;
}

/** What one receive takes from the visible messages. */
export interface Claim {
  readonly claimed: readonly ClaimedMessage[];
  readonly dead: readonly DeadLetter[];
}

export type ClaimedMessage = StoredMessage & { readonly firstReceivedAtMilliseconds: number };

/** Why a message is dead that nobody gave back. */
const NO_ANSWER = 'its consumer took too long each time it had it';

/**
 * Hands out messages without an await in between. As in SQS, a message that was received as often as allowed becomes a
 * dead letter when it would be received once more; receives that were cut short do not count.
 */
export function claimMessages(
  visibility: Visibility,
  rules: ClaimRules,
  limits: ReceiveLimits,
  nowMilliseconds: number,
): Claim {
  const claimed: ClaimedMessage[] = [];
  const dead: DeadLetter[] = [];
  let bytesLeft = limits.maximumBytes ?? Infinity;
  visibility.showExpired(nowMilliseconds);
  while (claimed.length < limits.maximumMessages) {
    const next = visibility.firstVisible();
    if (next === undefined) break;
    if (next.receiveCount - (next.receivesCutShort ?? 0) >= rules.maxReceiveCount) {
      visibility.forget(next.messageId);
      dead.push({ ...next, lastFailure: next.lastFailure ?? NO_ANSWER, deadAtMilliseconds: nowMilliseconds });
      continue;
    }
    bytesLeft -= Buffer.byteLength(next.body);
    if (bytesLeft < 0 && claimed.length > 0) break;
    const received = markReceived(next, nowMilliseconds);
    visibility.hide(received, nowMilliseconds + rules.visibilityTimeoutSeconds * 1_000);
    claimed.push(received);
  }
  return { claimed, dead };
}

function markReceived(message: StoredMessage, nowMilliseconds: number): ClaimedMessage {
  return {
    ...message,
    receiveCount: message.receiveCount + 1,
    isHeld: true,
    firstReceivedAtMilliseconds: message.firstReceivedAtMilliseconds ?? nowMilliseconds,
    lastReceivedAtMilliseconds: nowMilliseconds,
  };
}

/** A message as it was when the queue's last process ended, for the next one. */
export function afterRestart({ isHeld = false, ...message }: StoredMessage): StoredMessage {
  return isHeld ? { ...message, receivesCutShort: (message.receivesCutShort ?? 0) + 1 } : message;
}
