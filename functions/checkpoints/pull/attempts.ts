import { setTimeout as sleep } from 'node:timers/promises';
import { CliptagError } from '../../core/errors.ts';
import { HubError } from './hub-error.ts';

export interface Attempts {
  /** Attempts in a row without progress after which the work is given up. @default 5 */
  readonly maximum: number;
  wait(milliseconds: number): Promise<void>;
  /** Called before each wait. */
  onRetry(error: CliptagError, waitMilliseconds: number): void;
}

export const DEFAULT_ATTEMPTS: Attempts = {
  maximum: 5,
  wait: (milliseconds) => sleep(milliseconds),
  onRetry: () => {},
};

/** The first wait, and five attempts, are also those of huggingface_hub's `http_backoff` (utils/_http.py). */
const FIRST_WAIT_MILLISECONDS = 1000;
const MAXIMUM_BACKOFF_MILLISECONDS = 30_000;

/**
 * Does the work again, after a wait that doubles each time, while its errors are retryable. It is ours, because
 * libraries (p-retry) count attempts, while a large download may break off any number of times as long as it advances.
 *
 * @param position how far the work has come: an attempt that went further than any before it does not count as failed
 * @throws the last attempt's error
 */
export async function withAttempts<Result>(
  work: () => Promise<Result>,
  { maximum, wait, onRetry }: Attempts,
  position: () => number = () => 0,
): Promise<Result> {
  let failures = 0;
  let furthest = position();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const hasAdvanced = position() > furthest;
      furthest = Math.max(furthest, position());
      failures = hasAdvanced ? 1 : failures + 1;
      if (!(error instanceof CliptagError && error.retryable) || failures >= maximum) throw error;
      const waitMilliseconds = waitAfter(error, failures);
      onRetry(error, waitMilliseconds);
      await wait(waitMilliseconds);
    }
  }
}

function waitAfter(error: CliptagError, failures: number): number {
  const backoff = Math.min(MAXIMUM_BACKOFF_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** (failures - 1));
  return Math.max(backoff, error instanceof HubError ? (error.afterMilliseconds ?? 0) : 0);
}
