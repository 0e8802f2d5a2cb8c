import type { SQSEvent } from 'aws-lambda';
import type { LocalQueue } from './contract.ts';

/**
 * A Lambda function as the mapping sees it. It returns a partial batch response (`SQSBatchResponse`), or nothing for
 * success; as in AWS, the response is checked only when it arrives.
 */
export type BatchHandler = (event: SQSEvent) => Promise<unknown>;

/** Ranges are those of AWS: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export interface MappingOptions {
  readonly queue: LocalQueue;
  readonly handler: BatchHandler;
  /** Seconds after which a batch counts as failed: 1 to 900, and not above the queue's visibility timeout. */
  readonly functionTimeoutSeconds: number;
  /**
   * Maximum number of messages in a batch, 1 to 10,000; above 10 a batching window of at least 1 second is required.
   * @default 10
   */
  readonly batchSize?: number;
  /**
   * Seconds to wait for a batch to fill after its first message, 0 to 300.
   * @default 0
   */
  readonly maximumBatchingWindowSeconds?: number;
  /**
   * Maximum number of batches that the handler works on at once, 1 to 1,000. (AWS begins at 2.)
   * @default 2
   */
  readonly maximumConcurrency?: number;
  /**
   * Whether a response may report single messages as failed; if not, responses are ignored.
   * @default true
   */
  readonly reportBatchItemFailures?: boolean;
  /**
   * Seconds, 0 or more, until a message that failed for the first time is visible again; each further failure makes
   * it four times as long. AWS leaves this to the visibility timeout, which is minutes, too long to wait for at a
   * terminal. The price is that a long outage can use up all receives, so that messages have to be redriven.
   * @default 1
   */
  readonly retryDelaySeconds?: number;
  /**
   * Seconds that `close` waits for batches under way, 0 or more.
   * @default 10
   */
  readonly closeTimeoutSeconds?: number;
  /**
   * Called for every batch that failed in whole or in part, and for errors of the queue itself.
   * @default writes a line to standard error
   */
  readonly onFailure?: (reason: string, messageIds: readonly string[]) => void;
  /**
   * Gives the reason why a message failed that the function reported as failed; it is kept with the message.
   * @default no reason is known
   */
  readonly reasonOf?: (messageId: string) => string | undefined;
}

const DEFAULTS = {
  batchSize: 10,
  maximumBatchingWindowSeconds: 0,
  maximumConcurrency: 2,
  reportBatchItemFailures: true,
  retryDelaySeconds: 1,
  closeTimeoutSeconds: 10,
  onFailure: (reason: string, messageIds: readonly string[]) =>
    console.error(`${messageIds.length} messages failed: ${reason}`),
  reasonOf: (): string | undefined => undefined,
} as const;

/**
 * Fills in the defaults.
 *
 * @throws Error that names every option outside its range.
 */
export function resolveMappingOptions(options: MappingOptions): Required<MappingOptions> {
  const all = { ...DEFAULTS, ...options };
  const { batchSize, maximumBatchingWindowSeconds: window, functionTimeoutSeconds: timeout } = all;
  const { visibilityTimeoutSeconds } = all.queue;
  const rules: readonly [holds: boolean, name: string, expected: string, received: number][] = [
    [isWhole(batchSize, 1, 10_000), 'batchSize', 'a whole number from 1 to 10000', batchSize],
    [window >= 0 && window <= 300, 'maximumBatchingWindowSeconds', '0 to 300', window],
    [
      batchSize <= 10 || window >= 1,
      'maximumBatchingWindowSeconds',
      'at least 1 with a batchSize above 10',
      window,
    ],
    [
      isWhole(all.maximumConcurrency, 1, 1_000),
      'maximumConcurrency',
      'a whole number from 1 to 1000',
      all.maximumConcurrency,
    ],
    [timeout > 0 && timeout <= 900, 'functionTimeoutSeconds', 'above 0 and up to 900', timeout],
    [
      timeout <= visibilityTimeoutSeconds,
      'functionTimeoutSeconds',
      `at most the queue's visibility timeout of ${visibilityTimeoutSeconds}`,
      timeout,
    ],
    [all.retryDelaySeconds >= 0, 'retryDelaySeconds', '0 or more', all.retryDelaySeconds],
    [all.closeTimeoutSeconds >= 0, 'closeTimeoutSeconds', '0 or more', all.closeTimeoutSeconds],
  ];
  const faults = rules.filter(([holds]) => !holds);
  if (faults.length > 0) {
    const lines = faults.map(
      ([, name, expected, received]) => `Expected ${expected} for ${name} but received ${received}`,
    );
    throw new Error(lines.join('\n'));
  }
  return all;
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
