import { setTimeout as pause } from 'node:timers/promises';
import type { SQSEvent } from 'aws-lambda';
import { QUEUE_DEFINITION } from '../../core/objects/queue-definition.ts';
import type { ReceivedMessage } from './contract.ts';
import { type MappingOptions, resolveMappingOptions } from './mapping-options.ts';
import { failedMessageIds, sqsEvent } from './sqs-event.ts';

/** AWS ends a batch at the payload limit of a synchronous invocation of Lambda. */
const MAXIMUM_BATCH_BYTES = 6 * 1_024 * 1_024;

/** The reason given for messages that the function itself reported as failed; it has told why. */
export const REPORTED_BY_FUNCTION = 'reported in batchItemFailures';

/** With the default of five receives, a message survives an outage of a minute and a half: 1, 4, 16 and 64 seconds. */
const RETRY_DELAY_GROWTH = 4;

/** Pause after an error of the queue itself, such as a full disk, before it is asked again. */
const FAULT_PAUSE_MILLISECONDS = 1_000;

export interface EventSourceMapping {
  /**
   * Stops taking messages, and waits up to `closeTimeoutSeconds` for the batches under way. The messages of batches
   * that take longer stay in flight, and are visible again when the queue is next opened.
   */
  close(): Promise<void>;
}

interface MappingState {
  readonly options: Required<MappingOptions>;
  readonly stop: AbortController;
  readonly running: Set<Promise<void>>;
  /** Set once nobody waits for the batches under way any more: they must leave the queue alone then. */
  isAbandoned: boolean;
}

/**
 * Feeds a function from a queue as AWS Lambda's event source mapping for Amazon SQS does: batches, a limit on
 * concurrency, partial batch responses, and retries by giving messages back to the queue. It is our own because no
 * library does this: stand-ins for Lambda (LocalStack, AWS SAM) are programs of their own, which run functions in
 * containers.
 *
 * One difference: a function that exceeds its timeout is not stopped (Lambda ends its process). Its batch counts as
 * failed and its result is ignored.
 *
 * @throws Error that names every option outside its range.
 */
export function startEventSourceMapping(options: MappingOptions): EventSourceMapping {
  const state: MappingState = {
    options: resolveMappingOptions(options),
    stop: new AbortController(),
    running: new Set(),
    isAbandoned: false,
  };
  const polling = poll(state);
  return { close: () => close(state, polling) };
}

async function poll(state: MappingState): Promise<void> {
  const { signal } = state.stop;
  while (!signal.aborted) {
    try {
      if (state.running.size >= state.options.maximumConcurrency) await Promise.race(state.running);
      else start(state, await gather(state));
    } catch (error) {
      state.options.onFailure(reasonOf(error), []);
      await pause(FAULT_PAUSE_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Gathers one batch at a time, so that a batching window fills it and does not spread messages over several. */
async function gather({ options, stop: { signal } }: MappingState): Promise<ReceivedMessage[]> {
  const { queue, batchSize, maximumBatchingWindowSeconds } = options;
  await queue.waitForMessage({ signal });
  if (signal.aborted) return [];
  const batch = await queue.receive({ maximumMessages: batchSize, maximumBytes: MAXIMUM_BATCH_BYTES });
  const endMilliseconds = Date.now() + maximumBatchingWindowSeconds * 1_000;
  while (batch.length > 0 && hasRoom(batch, batchSize) && Date.now() < endMilliseconds && !signal.aborted) {
    await queue.waitForMessage({ timeoutMilliseconds: endMilliseconds - Date.now(), signal });
    const maximumBytes = MAXIMUM_BATCH_BYTES - bytesOf(batch);
    batch.push(...(await queue.receive({ maximumMessages: batchSize - batch.length, maximumBytes })));
  }
  return batch;
}

/** A receive gives at least one message whatever its size, so there must be room for the largest. */
function hasRoom(batch: readonly ReceivedMessage[], batchSize: number): boolean {
  return (
    batch.length < batchSize && bytesOf(batch) <= MAXIMUM_BATCH_BYTES - QUEUE_DEFINITION.maximumMessageBytes
  );
}

function bytesOf(batch: readonly ReceivedMessage[]): number {
  return batch.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
}

function start(state: MappingState, batch: readonly ReceivedMessage[]): void {
  if (batch.length === 0) return;
  const run = processBatch(state, batch)
    .catch((error: unknown) => state.options.onFailure(reasonOf(error), idsOf(batch)))
    .finally(() => state.running.delete(run));
  state.running.add(run);
}

/** Calls the function with a batch, then deletes the messages that succeeded and gives the others back. */
async function processBatch(state: MappingState, batch: readonly ReceivedMessage[]): Promise<void> {
  const { queue, retryDelaySeconds, onFailure } = state.options;
  const { failedIds, reason } = await batchResult(state.options, sqsEvent(batch));
  if (state.isAbandoned) return;
  const failed = batch.filter(({ messageId }) => failedIds.has(messageId));
  const succeeded = batch.filter(({ messageId }) => !failedIds.has(messageId));
  await queue.delete(succeeded.map(({ receiptHandle }) => receiptHandle));
  if (failed.length === 0) return;
  for (const { receiptHandle, receiveCount, receivesCutShort = 0, messageId } of failed) {
    const delaySeconds = retryDelaySeconds * RETRY_DELAY_GROWTH ** (receiveCount - receivesCutShort - 1);
    await queue.release([receiptHandle], {
      delaySeconds: Math.min(delaySeconds, queue.visibilityTimeoutSeconds),
      reason: state.options.reasonOf(messageId) ?? reason,
    });
  }
  onFailure(reason, idsOf(failed));
}

interface BatchResult {
  readonly failedIds: ReadonlySet<string>;
  readonly reason: string;
}

async function batchResult(options: Required<MappingOptions>, event: SQSEvent): Promise<BatchResult> {
  try {
    const response = await invokeWithinTimeout(options, event);
    const failedIds = options.reportBatchItemFailures ? failedMessageIds(response, event) : new Set<string>();
    return { failedIds, reason: REPORTED_BY_FUNCTION };
  } catch (error) {
    return { failedIds: new Set(event.Records.map(({ messageId }) => messageId)), reason: reasonOf(error) };
  }
}

async function invokeWithinTimeout(options: Required<MappingOptions>, event: SQSEvent): Promise<unknown> {
  const { handler, functionTimeoutSeconds } = options;
  const timer = new AbortController();
  const timeout = pause(functionTimeoutSeconds * 1_000, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`Task timed out after ${functionTimeoutSeconds} seconds`);
  });
  try {
    return await Promise.race([handler(event), timeout]);
  } finally {
    timer.abort();
    timeout.catch(() => undefined);
  }
}

async function close(state: MappingState, polling: Promise<void>): Promise<void> {
  state.stop.abort();
  const timer = new AbortController();
  const underWay = polling.then(() => Promise.all(state.running));
  const tooLong = pause(state.options.closeTimeoutSeconds * 1_000, undefined, { signal: timer.signal });
  await Promise.race([underWay, tooLong]);
  state.isAbandoned = true;
  timer.abort();
  tooLong.catch(() => undefined);
}

function idsOf(batch: readonly ReceivedMessage[]): readonly string[] {
  return batch.map(({ messageId }) => messageId);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
