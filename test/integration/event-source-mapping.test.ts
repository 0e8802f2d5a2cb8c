import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LocalQueue } from '../../functions/local/queue/contract.ts';
import {
  type EventSourceMapping,
  startEventSourceMapping,
} from '../../functions/local/queue/event-source-mapping.ts';
import type { BatchHandler, MappingOptions } from '../../functions/local/queue/mapping-options.ts';
import { openQueue } from '../../functions/local/queue/queue.ts';
import { startChild } from './support/child-process.ts';

const EMPTY = { visible: 0, inFlight: 0, deadLetters: 0 };
const WAIT = { timeout: 100_000, interval: 10 };

let folder: string;
let queue: LocalQueue;
let mapping: EventSourceMapping | undefined;
const failures: string[] = [];

const open = (maxReceiveCount = 3) => openQueue({ folder, visibilityTimeoutSeconds: 3_600, maxReceiveCount });

function start(handler: BatchHandler, options: Partial<MappingOptions> = {}): EventSourceMapping {
  mapping = startEventSourceMapping({
    queue,
    handler,
    functionTimeoutSeconds: 60,
    retryDelaySeconds: 0,
    onFailure: (reason) => failures.push(reason),
    ...options,
  });
  return mapping;
}

/** A handler that notes the bodies of every batch that it gets. */
function recorder() {
  const batches: string[][] = [];
  const handler = async ({ Records }: SQSEvent) => void batches.push(Records.map(({ body }) => body));
  return { batches, handler };
}

const numbered = (count: number) => Array.from({ length: count }, (_, number) => `message ${number}`);
const sendAll = (bodies: readonly string[]) => Promise.all(bodies.map((body) => queue.send(body)));
const becomes = (counts: object) => vi.waitFor(() => expect(queue.counts()).toEqual(counts), WAIT);

/** Random numbers from 0 to 1 that are the same in every run (a linear congruential generator, Numerical Recipes). */
function randomSequence(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cliptag-mapping-'));
  queue = await open();
  failures.length = 0;
});
afterEach(async () => {
  await mapping?.close();
  mapping = undefined;
  await queue.close();
  await rm(folder, { recursive: true });
});

describe('batches', () => {
  it('take what is there up to their size and are deleted when the function succeeds', async () => {
    await sendAll(numbered(25));
    const { batches, handler } = recorder();
    start(handler);
    await becomes(EMPTY);
    expect(batches.map(({ length }) => length).sort()).toEqual([10, 10, 5]);
    expect(batches.flat().sort()).toEqual(numbered(25).sort());
  });

  it('fill during the batching window, and need not wait for its end once they are full', async () => {
    const { batches, handler } = recorder();
    start(handler, { batchSize: 20, maximumBatchingWindowSeconds: 300 });
    for (const body of numbered(40)) await queue.send(body);
    await becomes(EMPTY);
    expect(batches.map(({ length }) => length)).toEqual([20, 20]);
  });

  it('leave when the batching window ends, full or not', async () => {
    const { batches, handler } = recorder();
    start(handler, { maximumBatchingWindowSeconds: 0.05 });
    await sendAll(numbered(3));
    await becomes(EMPTY);
    expect(batches.flat()).toHaveLength(3);
  });

  it('hold at most 6 MB', async () => {
    await sendAll(Array.from({ length: 10 }, () => 'a'.repeat(1_048_576)));
    const { batches, handler } = recorder();
    start(handler, { maximumConcurrency: 1 });
    await becomes(EMPTY);
    expect(batches.map(({ length }) => length)).toEqual([6, 4]);
  });

  it('that fail wait no longer because processes have ended amid them before', async () => {
    await queue.send('a');
    for (let ends = 0; ends < 4; ends++) {
      await queue.receive({ maximumMessages: 1 });
      await queue.close();
      queue = await open();
    }
    const delays: number[] = [];
    const release: LocalQueue['release'] = (handles, how) => {
      delays.push(how.delaySeconds);
      return queue.release(handles, { ...how, delaySeconds: 0 });
    };
    const failing = async () => Promise.reject(new Error('again'));
    start(failing, { queue: { ...queue, release }, retryDelaySeconds: 1 });
    await becomes({ ...EMPTY, deadLetters: 1 });
    expect(delays).toEqual([1, 4, 16]);
  });

  it('reach the function as SQS records with the count of receives', async () => {
    await queue.send('a');
    const receiveCounts: (string | undefined)[] = [];
    start(async ({ Records }) => {
      receiveCounts.push(Records[0]?.attributes.ApproximateReceiveCount);
      if (receiveCounts.length === 1) throw new Error('once');
    });
    await becomes(EMPTY);
    expect(receiveCounts).toEqual(['1', '2']);
  });
});

describe('a failure', () => {
  it('that the response reports returns that message alone', async () => {
    await sendAll(['good', 'bad']);
    const batches: string[][] = [];
    start(async ({ Records }) => {
      // Messages of one millisecond come in any order.
      batches.push(Records.map(({ body }) => body).sort());
      const bad = batches.length === 1 ? Records.filter(({ body }) => body === 'bad') : [];
      return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
    await becomes(EMPTY);
    expect(batches).toEqual([['bad', 'good'], ['bad']]);
    expect(failures).toEqual(['reported in batchItemFailures']);
  });

  it.each([
    ['thrown by the function', () => Promise.reject(new Error('it broke')), 'Error: it broke'],
    [
      'thrown before the function’s first await',
      () => {
        throw new TypeError('at once');
      },
      'TypeError: at once',
    ],
    [
      'in the response itself',
      async () => ({ batchItemFailures: [{ itemIdentifier: '' }] }),
      'InvalidBatchResponseError: Expected the id of a message of the batch as itemIdentifier but received ""',
    ],
  ])('%s fails the whole batch, and ends in dead letters that say why', async (_name, handler, reason) => {
    await sendAll(['a', 'b']);
    start(handler);
    await becomes({ visible: 0, inFlight: 0, deadLetters: 2 });
    const letters = queue.deadLetters().toSorted((a, b) => a.body.localeCompare(b.body));
    expect(letters.map(({ body, receiveCount, lastFailure }) => [body, receiveCount, lastFailure])).toEqual([
      ['a', 3, reason],
      ['b', 3, reason],
    ]);
  });

  it('is what a batch becomes that exceeds the function timeout', async () => {
    await queue.send('a');
    start(() => new Promise(() => undefined), { functionTimeoutSeconds: 0.01 });
    await becomes({ visible: 0, inFlight: 0, deadLetters: 1 });
    expect(queue.deadLetters()[0]?.lastFailure).toBe('Error: Task timed out after 0.01 seconds');
  });

  it('that the function reported keeps the reason that is known of it', async () => {
    await queue.close();
    queue = await open(1);
    const [id] = await sendAll(['one']);
    start(async () => ({ batchItemFailures: [{ itemIdentifier: id }] }), {
      reasonOf: (messageId) => (messageId === id ? 'no such table' : undefined),
    });
    await becomes({ ...EMPTY, deadLetters: 1 });
    expect(queue.deadLetters()).toMatchObject([{ lastFailure: 'no such table' }]);
  });

  it('in the response is no failure when such reports are turned off', async () => {
    await queue.send('a');
    start(async () => ({ batchItemFailures: [{ itemIdentifier: '' }] }), { reportBatchItemFailures: false });
    await becomes(EMPTY);
  });

  it('of the queue is reported and does not end the mapping', async () => {
    const broken = vi.spyOn(queue, 'receive').mockRejectedValueOnce(new Error('disk full'));
    const { batches, handler } = recorder();
    start(handler);
    await queue.send('a');
    await becomes(EMPTY);
    expect(broken).toHaveBeenCalled();
    expect(failures).toEqual(['Error: disk full']);
    expect(batches).toEqual([['a']]);
  });
});

describe('many messages', () => {
  it('are worked on in as many batches at once as is allowed, and no more', async () => {
    const { promise: mayEnd, resolve: end } = withResolvers();
    let running = 0;
    const handler = async () => {
      running++;
      await mayEnd;
    };
    start(handler, { batchSize: 1, maximumConcurrency: 4 });
    await sendAll(numbered(10));
    await vi.waitFor(() => expect(running).toBe(4), WAIT);
    // Whatever would start a fifth has had its chance once yet another message was sent, which takes a write.
    await queue.send('another');
    expect(running).toBe(4);
    expect(queue.counts()).toEqual({ visible: 7, inFlight: 4, deadLetters: 0 });
    end();
    await becomes(EMPTY);
  });

  it('are all processed though the function fails at random', async () => {
    const random = randomSequence();
    const processed = new Set<string>();
    let running = 0;
    let mostRunning = 0;
    const handler = async ({ Records }: SQSEvent) => {
      mostRunning = Math.max(mostRunning, ++running);
      for (let turns = random() * 50; turns > 0; turns--) await nextTurn();
      running--;
      if (random() < 0.1) throw new Error('the whole batch');
      const failed = Records.filter(() => random() < 0.2);
      for (const record of Records) if (!failed.includes(record)) processed.add(record.body);
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    };
    await queue.close();
    queue = await open(1_000);
    start(handler, { maximumConcurrency: 4 });
    await sendAll(numbered(1_000));
    await becomes(EMPTY);
    expect([...processed].sort()).toEqual(numbered(1_000).sort());
    expect(mostRunning).toBeLessThanOrEqual(4);
    expect(failures).toContain('Error: the whole batch');
    expect(failures).toContain('reported in batchItemFailures');
  });

  it('are all processed though the process is killed among them', async () => {
    await queue.close();
    const child = startChild('mapping-process.ts', folder, '300');
    const processed: string[] = [];
    while (processed.length < 100) processed.push(await child.nextLine());
    await child.kill();
    processed.push(...(await child.restOfLines()));

    queue = await open();
    const { batches, handler } = recorder();
    start(handler);
    await becomes(EMPTY);
    expect([...new Set([...processed, ...batches.flat()])].sort()).toEqual(numbered(300).sort());
  });
});

describe('closing', () => {
  it('waits for the batches under way and takes no more', async () => {
    await sendAll(['a', 'b']);
    const { promise: mayEnd, resolve: end } = withResolvers();
    const { promise: began, resolve: begin } = withResolvers();
    start(
      async () => {
        begin();
        await mayEnd;
      },
      { batchSize: 1, maximumConcurrency: 1 },
    );
    await began;
    const closed = mapping?.close();
    end();
    await closed;
    expect(queue.counts()).toEqual({ visible: 1, inFlight: 0, deadLetters: 0 });
  });

  it('does not wait for ever, and what ends later leaves the queue alone', async () => {
    await queue.send('a');
    const { promise: mayEnd, resolve: end } = withResolvers();
    const { promise: began, resolve: begin } = withResolvers();
    start(
      async () => {
        begin();
        await mayEnd;
      },
      { closeTimeoutSeconds: 0 },
    );
    await began;
    await mapping?.close();
    end();
    await nextTurn();
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 1, deadLetters: 0 });
  });
});

describe('an option', () => {
  const { handler } = recorder();

  it.each([
    [{ batchSize: 0 }, 'batchSize but received 0'],
    [{ batchSize: 10_001, maximumBatchingWindowSeconds: 1 }, 'batchSize but received 10001'],
    [{ batchSize: 11 }, 'at least 1 with a batchSize above 10 for maximumBatchingWindowSeconds'],
    [{ maximumBatchingWindowSeconds: 301 }, 'maximumBatchingWindowSeconds but received 301'],
    [{ maximumConcurrency: 0 }, 'maximumConcurrency but received 0'],
    [{ functionTimeoutSeconds: 901 }, 'functionTimeoutSeconds but received 901'],
    [{ functionTimeoutSeconds: 0 }, 'functionTimeoutSeconds but received 0'],
    [{ retryDelaySeconds: -1 }, 'retryDelaySeconds but received -1'],
    [{ closeTimeoutSeconds: Number.NaN }, 'closeTimeoutSeconds but received NaN'],
  ])('rejects %j', (options, message) => {
    expect(() => start(handler, options)).toThrow(message);
  });

  it('rejects a function timeout above the queue’s visibility timeout, beside every other fault', () => {
    const short = { ...queue, visibilityTimeoutSeconds: 5 };
    const act = () => start(handler, { queue: short, functionTimeoutSeconds: 6, batchSize: -1 });
    expect(act).toThrow(
      /batchSize but received -1\n.*at most the queue's visibility timeout of 5.*received 6/,
    );
  });
});

/** `Promise.withResolvers`, which Node 20 has not. */
function withResolvers() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
