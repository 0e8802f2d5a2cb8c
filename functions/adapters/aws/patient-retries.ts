import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

type AnyStrategy = Awaited<ReturnType<DynamoDBClient['config']['retryStrategy']>>;
/** How the SDK decides whether a request is sent again, and when. */
export type RetryStrategy = Extract<AnyStrategy, { acquireInitialRetryToken: unknown }>;
type Token = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;

/** Of a request on its way. */
interface Patience {
  /** The token of the SDK's own strategy. */
  readonly standardToken: Token;
  /** How often it was refused for its rate. */
  readonly throttles: number;
  /** With so much of the function's time left it is given up. */
  readonly givenUpAtMilliseconds: number;
}

type PatientToken = Token & Patience;

/** Left for notes, for messages that are postponed, and for the batch's response. */
const RESERVED_MILLISECONDS = 6_000;
/** Left for the response by requests that begin later than that, notes among them. */
const LAST_MILLISECONDS = 2_000;

const FIRST_DELAY_MILLISECONDS = 500;
/** Requests whose time runs out are sent more often, so that they get through before those that have time. */
const ATTEMPTS_LEFT = 8;

/**
 * Retries that last as long as the function does: what a table refuses for its rate is sent again, with exponential backoff and
 * full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), while the function has time. The
 * SDK's own strategy gives up after three retries, or sooner: 500 tokens pay for a hundred retries at a time, and ten
 * images have sixty writes under way. Every other fault is left to that strategy.
 *
 * @param remainingMilliseconds time until the function is ended
 */
export function patientRetries(standard: RetryStrategy, remainingMilliseconds: () => number): RetryStrategy {
  return {
    async acquireInitialRetryToken(scope) {
      const standardToken = await standard.acquireInitialRetryToken(scope);
      const isLate = remainingMilliseconds() <= RESERVED_MILLISECONDS;
      const givenUpAtMilliseconds = isLate ? LAST_MILLISECONDS : RESERVED_MILLISECONDS;
      return patientToken({ standardToken, throttles: 0, givenUpAtMilliseconds });
    },
    async refreshRetryTokenForRetry(token, info) {
      if (!isPatient(token)) return standard.refreshRetryTokenForRetry(token, info);
      const { standardToken, throttles, givenUpAtMilliseconds } = token;
      if (info.errorType !== 'THROTTLING') {
        const next = await standard.refreshRetryTokenForRetry(standardToken, info);
        return patientToken({ standardToken: next, throttles, givenUpAtMilliseconds });
      }
      const leftMilliseconds = remainingMilliseconds() - givenUpAtMilliseconds;
      if (leftMilliseconds <= 0) throw new Error('No time is left for another attempt');
      const delay = delayMilliseconds(throttles, leftMilliseconds);
      return patientToken({ standardToken, throttles: throttles + 1, givenUpAtMilliseconds }, delay);
    },
    recordSuccess: (token) => standard.recordSuccess(isPatient(token) ? token.standardToken : token),
  };
}

function delayMilliseconds(throttles: number, leftMilliseconds: number): number {
  const grown = FIRST_DELAY_MILLISECONDS * 2 ** throttles;
  const most = Math.max(FIRST_DELAY_MILLISECONDS, leftMilliseconds / ATTEMPTS_LEFT);
  return Math.min(Math.random() * Math.min(grown, most), leftMilliseconds);
}

function patientToken(patience: Patience, delay?: number): PatientToken {
  const { standardToken } = patience;
  return {
    ...patience,
    getRetryCount: () => standardToken.getRetryCount(),
    getRetryDelay: () => delay ?? standardToken.getRetryDelay(),
  };
}

function isPatient(token: Token): token is PatientToken {
  return 'standardToken' in token;
}
