import { CliptagError } from '../core/errors.ts';

/** Why a message comes again, as the metric of retried messages tells it apart. */
export type RetryReason = 'throttled' | 'unreachable' | 'faulty' | 'not-begun';

/** Errors by which AWS's services say that they were asked too often; S3 says `SlowDown`. */
const THROTTLED = /throttl|ProvisionedThroughputExceeded|RequestLimitExceeded|TooManyRequests|SlowDown/i;
/** Errors of the network, and of services that do not answer in time. */
const UNREACHABLE = /timeout|^E[A-Z]+$|ServiceUnavailable|InternalServerError|InternalFailure/i;

/**
 * @param error what the message failed with; `undefined` where it was not begun for lack of time
 */
export function retryReason(error: unknown): RetryReason {
  if (error === undefined) return 'not-begun';
  const names = namesOf(error);
  if (names.some((name) => THROTTLED.test(name))) return 'throttled';
  return names.some((name) => UNREACHABLE.test(name)) ? 'unreachable' : 'faulty';
}

/** Of an error and of what caused it. */
function namesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const code = error instanceof CliptagError || 'code' in error ? String(error.code) : '';
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = ($metadata?.httpStatusCode ?? 0) >= 500 ? 'ServiceUnavailable' : '';
  return [error.name, code, status, ...namesOf(error.cause)].filter(Boolean);
}
