import type { ReceiveLimits } from './queue-contract.ts';
import type { DeadLetter, StoredMessage } from './queue-store.ts';
import type { Visibility } from './queue-visibility.ts';

export interface ClaimRules {
  readonly visibilityTimeoutSeconds: number;
  readonly maxReceiveCount: number;
}

/** What one receive takes out of the visible messages. */
export interface Claim {
  readonly claimed: readonly ClaimedMessage[];
  readonly dead: readonly DeadLetter[];
}

export type ClaimedMessage = StoredMessage & { readonly firstReceivedAtMs: number };

/**
 * Decides, with no await between, who has which message. As in SQS, a message that was received as often as allowed
 * dies when it would be received once more.
 */
export function claimMessages(
  visibility: Visibility,
  rules: ClaimRules,
  limits: ReceiveLimits,
  nowMs: number,
): Claim {
  const claimed: ClaimedMessage[] = [];
  const dead: DeadLetter[] = [];
  let bytesLeft = limits.maxBytes ?? Infinity;
  visibility.showExpired(nowMs);
  while (claimed.length < limits.maxMessages) {
    const next = visibility.firstVisible();
    if (next === undefined) break;
    if (next.receiveCount >= rules.maxReceiveCount) {
      visibility.forget(next.messageId);
      dead.push({ ...next, deadAtMs: nowMs });
      continue;
    }
    bytesLeft -= Buffer.byteLength(next.body);
    if (bytesLeft < 0 && claimed.length > 0) break;
    const received = markReceived(next, nowMs);
    visibility.hide(received, nowMs + rules.visibilityTimeoutSeconds * 1_000);
    claimed.push(received);
  }
  return { claimed, dead };
}

function markReceived(message: StoredMessage, nowMs: number): ClaimedMessage {
  return {
    ...message,
    receiveCount: message.receiveCount + 1,
    firstReceivedAtMs: message.firstReceivedAtMs ?? nowMs,
    lastReceivedAtMs: nowMs,
  };
}
