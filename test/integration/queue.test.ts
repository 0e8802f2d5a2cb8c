import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LocalQueue, QueueOptions } from '../../functions/local/queue/contract.ts';
import { openQueue } from '../../functions/local/queue/queue.ts';
import { startChild } from './support/child-process.ts';

let folder: string;
let queue: LocalQueue;

const open = (options: Partial<QueueOptions> = {}) =>
  openQueue({ folder, visibilityTimeoutSeconds: 3_600, maxReceiveCount: 2, ...options });

/** The same queue after its process ended in good order. */
async function reopen(options: Partial<QueueOptions> = {}): Promise<void> {
  await queue.close();
  queue = await open(options);
}

async function receiveOne() {
  const [message] = await queue.receive({ maximumMessages: 1 });
  if (message === undefined) throw new Error('Expected a message but received none');
  return message;
}

const release = (receiptHandle: string, delaySeconds = 0) =>
  queue.release([receiptHandle], { delaySeconds, reason: 'it broke' });

/** Receives and gives back as often as is allowed, then once more, which is when a message dies. */
async function killOneMessage(): Promise<void> {
  for (let times = 0; times < 2; times++) await release((await receiveOne()).receiptHandle);
  await queue.receive({ maximumMessages: 1 });
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cliptag-queue-'));
  queue = await open();
});
afterEach(async () => {
  await queue.close();
  await rm(folder, { recursive: true });
});

describe('receiving', () => {
  it('gives messages in the order in which they were sent', async () => {
    for (const body of ['a', 'b', 'c']) await queue.send(body);
    expect((await queue.receive({ maximumMessages: 2 })).map(({ body }) => body)).toEqual(['a', 'b']);
    expect((await queue.receive({ maximumMessages: 2 })).map(({ body }) => body)).toEqual(['c']);
  });

  it('hides a message from every other receive', async () => {
    const messageId = await queue.send('a');
    expect(await receiveOne()).toMatchObject({ messageId, body: 'a', receiveCount: 1 });
    expect(await queue.receive({ maximumMessages: 10 })).toEqual([]);
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 1, deadLetters: 0 });
  });

  it('never gives one message to two receives at once', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, number) => queue.send(String(number))));
    const receives = Array.from({ length: 30 }, () => queue.receive({ maximumMessages: 7 }));
    const bodies = (await Promise.all(receives)).flat().map(({ body }) => body);
    expect(bodies).toHaveLength(100);
    expect(new Set(bodies).size).toBe(100);
  });

  it('shows a message again once its visibility timeout is over', async () => {
    await reopen({ visibilityTimeoutSeconds: 0.02 });
    await queue.send('a');
    const first = await receiveOne();
    const second = await vi.waitFor(receiveOne, { timeout: 100_000, interval: 5 });
    expect(second).toMatchObject({
      receiveCount: 2,
      firstReceivedAtMilliseconds: first.firstReceivedAtMilliseconds,
    });
  });

  it('stops before the bytes asked for, but gives one message whatever its size', async () => {
    for (const body of ['four', 'four', 'four']) await queue.send(body);
    expect(await queue.receive({ maximumMessages: 10, maximumBytes: 8 })).toHaveLength(2);
    expect(await queue.receive({ maximumMessages: 10, maximumBytes: 1 })).toHaveLength(1);
  });
});

describe('deleting', () => {
  it('is for good', async () => {
    await queue.send('a');
    await queue.delete([(await receiveOne()).receiptHandle]);
    await reopen();
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, deadLetters: 0 });
  });

  it('does nothing with the receipt handle of an earlier receive', async () => {
    await queue.send('a');
    const first = await receiveOne();
    await release(first.receiptHandle);
    await receiveOne();
    await queue.delete([first.receiptHandle, 'no such handle']);
    expect(queue.counts().inFlight).toBe(1);
  });
});

describe('giving back', () => {
  it('waits for as long as was said first when it is given back twice', async () => {
    await queue.send('a');
    const { receiptHandle } = await receiveOne();
    await release(receiptHandle, 3_600);
    await release(receiptHandle);
    expect(await queue.receive({ maximumMessages: 1 })).toEqual([]);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 1 });
  });

  it('is hidden after it was sent with a delay, and then is received as any other', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      await queue.send('a', { delaySeconds: 30 });
      expect(await queue.receive({ maximumMessages: 1 })).toEqual([]);
      vi.setSystemTime(Date.now() + 30_000);
      expect(await receiveOne()).toMatchObject({ body: 'a', receiveCount: 1 });
    } finally {
      vi.useRealTimers();
    }
  });

  it('shows a message at once or after a delay', async () => {
    await queue.send('a');
    await release((await receiveOne()).receiptHandle);
    await release((await receiveOne()).receiptHandle, 3_600);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 1 });
  });
});

describe('waiting', () => {
  it('ends when a message is sent, when one is given back, when time is over and when the signal is given', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    await queue.waitForMessage({ signal, timeoutMilliseconds: 1 });
    await Promise.all([queue.waitForMessage({ signal }), queue.send('a')]);
    const { receiptHandle } = await receiveOne();
    await Promise.all([queue.waitForMessage({ signal }), release(receiptHandle)]);
    await receiveOne();
    const waiting = queue.waitForMessage({ signal });
    stop.abort();
    await waiting;
    await queue.waitForMessage({ signal });
  });
});

describe('a dead letter', () => {
  it('is a message that was received as often as is allowed, with all that is known of it', async () => {
    const messageId = await queue.send('a');
    await killOneMessage();
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, deadLetters: 1 });
    const [letter] = queue.deadLetters();
    expect(letter).toMatchObject({ messageId, body: 'a', receiveCount: 2, lastFailure: 'it broke' });
    const {
      sentAtMilliseconds,
      firstReceivedAtMilliseconds = 0,
      lastReceivedAtMilliseconds = 0,
      deadAtMilliseconds,
    } = letter!;
    const times = [
      sentAtMilliseconds,
      firstReceivedAtMilliseconds,
      lastReceivedAtMilliseconds,
      deadAtMilliseconds,
    ];
    expect(times).toEqual([...times].sort());
  });

  it('is still there when the queue is opened again, and its message is not', async () => {
    await queue.send('a');
    await killOneMessage();
    const letters = queue.deadLetters();
    await reopen();
    expect(queue.deadLetters()).toEqual(letters);
    expect(queue.counts().visible).toBe(0);
  });

  it('is sent as a new message by a redrive', async () => {
    const messageId = await queue.send('a');
    await killOneMessage();
    expect(await queue.redrive()).toBe(1);
    await reopen();
    const message = await receiveOne();
    expect(message).toMatchObject({ body: 'a', receiveCount: 1 });
    expect(message.messageId).not.toBe(messageId);
    expect(queue.deadLetters()).toEqual([]);
  });

  it('is redriven alone when only its id is given, and only once by two redrives', async () => {
    const chosen = await queue.send('a');
    await killOneMessage();
    await queue.send('b');
    await killOneMessage();
    const redriven = await Promise.all([queue.redrive([chosen]), queue.redrive([chosen, 'no such id'])]);
    expect(redriven).toEqual([1, 0]);
    expect(queue.counts()).toEqual({ visible: 1, inFlight: 0, deadLetters: 1 });
  });
});

describe('a body', () => {
  it.each([
    ['1 byte', 'a'],
    ['exactly 1 MiB', 'a'.repeat(1_048_576)],
    ['characters outside the basic plane, tabs and line ends', '\t\r\n🏔'],
  ])('may have %s', async (_name, body) => {
    await queue.send(body);
    expect((await receiveOne()).body).toBe(body);
  });

  it.each([
    ['rejects nothing', '', 'InvalidParameterValue'],
    ['rejects more than 1 MiB, counted in bytes', `${'a'.repeat(1_048_575)}é`, 'InvalidParameterValue'],
    ['rejects a control character', 'a\u0000', 'InvalidMessageContents'],
    ['rejects half a surrogate pair', 'a\uD83C', 'InvalidMessageContents'],
  ])('%s', async (_name, body, code) => {
    await expect(queue.send(body)).rejects.toMatchObject({ name: 'QueueError', code, retryable: false });
  });

  it('rejects more bytes than the queue is set to take', async () => {
    await reopen({ maximumMessageBytes: 3 });
    await expect(queue.send('four')).rejects.toThrow(
      'Expected a message body of 1 to 3 bytes but received 4',
    );
  });
});

describe('a crash', () => {
  beforeEach(() => queue.close());
  afterEach(async () => {
    queue = await open();
  });

  const crashAfterReceiving = async (count: number) => {
    const child = startChild('queue-consumer.ts', folder, String(count));
    const received: unknown = JSON.parse(await child.nextLine());
    await child.kill();
    return received;
  };

  it('loses no message, and shows at once those that were in flight, with their receive count', async () => {
    await crashAfterReceiving(20);
    const own = await open();
    const messages = await own.receive({ maximumMessages: 100 });
    await own.close();
    expect(messages.map(({ body }) => body).sort()).toEqual(
      Array.from({ length: 20 }, (_, n) => `message ${n}`).sort(),
    );
    expect(messages.filter(({ receiveCount }) => receiveCount === 2).map(({ body }) => body)).toEqual([
      'message 0',
    ]);
  });

  it('makes no message a dead letter, however often one comes amid it', async () => {
    for (let receiveCount = 1; receiveCount <= 4; receiveCount++) {
      const received = await crashAfterReceiving(receiveCount === 1 ? 1 : 0);
      expect(received).toEqual({ body: 'message 0', receiveCount });
    }
    queue = await open();
    for (const receiveCount of [5, 6]) {
      const message = await receiveOne();
      expect(message).toMatchObject({ body: 'message 0', receiveCount });
      await release(message.receiptHandle);
      await reopen();
    }
    expect(await queue.receive({ maximumMessages: 1 })).toEqual([]);
    expect(queue.deadLetters()).toMatchObject([
      { body: 'message 0', receiveCount: 6, lastFailure: 'it broke' },
    ]);
    await queue.close();
  });

  it('rejects a second process in the same folder', async () => {
    const child = startChild('queue-consumer.ts', folder, '1');
    await child.nextLine();
    await expect(open()).rejects.toThrow(`The folder ${folder} is in use by another process`);
    await child.kill();
  });
});
