import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { attemptLog } from '../../../functions/core/tagging/attempts.ts';
import type { HeldMessage } from '../../../functions/core/tagging/message-inbox.ts';
import { workOnBatch } from '../../../functions/tag-images/batch-work.ts';
import { sqsEvent } from '../../fixtures/sqs-event.ts';
import { randomNumbers } from '../../torture/bomb-parts.ts';
import { inMemoryTable } from '../core/in-memory-table.ts';

const MAXIMUM_RECEIVES = 5;
const BATCH = 10;
const SEEDS = 15;

/** What a message's image does to those who work on it. */
type Nature = 'harmless' | 'deadly' | 'refused';

interface Queued {
  readonly id: string;
  readonly body: string;
  receives: number;
}

/**
 * A queue with its function, whose process ends when it works on a deadly message. Batches are taken in a random order,
 * as SQS gives them, and messages that are not settled come again until their receives are used up.
 */
function world(natures: Readonly<Record<string, Nature>>, random: () => number) {
  const table = inMemoryTable();
  const attempts = attemptLog(table, () => new Date(0));
  let queue: Queued[] = Object.keys(natures).map((body) => ({ id: body, body, receives: 0 }));
  let copies = 0;
  const ends = { done: [] as string[], failed: [] as string[], dead: [] as string[] };
  const counts = { deaths: 0, copies: 0 };

  const remove = (id: string) => {
    queue = queue.filter((queued) => queued.id !== id);
  };
  const inbox = {
    settle: async (messages: readonly HeldMessage[]) => {
      for (const { receiptHandle } of messages) remove(receiptHandle);
    },
    sendAnew: async (messages: readonly HeldMessage[]) => {
      for (const { receiptHandle, body } of messages) {
        remove(receiptHandle);
        queue.push({ id: `copy-${++copies}`, body, receives: 0 });
        counts.copies += 1;
      }
    },
  };

  /** One invocation with its batch; rejects when the process ends in the midst of it. */
  async function invoke(messages: readonly SQSRecord[]): Promise<readonly SQSRecord[]> {
    const work = async ({ body }: SQSRecord) => {
      if (natures[body] === 'deadly') throw new ProcessEnd();
      if (natures[body] === 'refused') throw new Error('refused');
      if (!ends.done.includes(body)) ends.done.push(body);
    };
    let die = (_: Error) => {};
    const death = new Promise<never>((_, reject) => {
      die = reject;
    });
    // A process that has ended goes on with nothing.
    const mortal = (message: SQSRecord) =>
      work(message).catch((error) => {
        if (!(error instanceof ProcessEnd)) throw error;
        die(error);
        return new Promise<never>(() => {});
      });
    const working = workOnBatch(messages, {
      ...{ attempts, inbox, work: mortal },
      remainingMilliseconds: () => Infinity,
      maximumReceives: MAXIMUM_RECEIVES,
      tellsOfObjects: () => true,
      workOnAll: async (all) => {
        const failed: SQSRecord[] = [];
        for (const message of all) await mortal(message).catch(() => failed.push(message));
        return failed;
      },
      giveUp: async ({ body }, deaths) => {
        expect(deaths).toBeGreaterThan(0);
        ends.failed.push(body);
      },
      fault: () => {},
    });
    return Promise.race([working, death]);
  }

  async function receive(): Promise<void> {
    const batch = [...queue].sort(() => random() - 0.5).slice(0, BATCH);
    for (const queued of batch.filter(({ receives }) => receives >= MAXIMUM_RECEIVES)) {
      remove(queued.id);
      ends.dead.push(queued.body);
    }
    const received = batch.filter(({ receives }) => receives < MAXIMUM_RECEIVES);
    for (const queued of received) queued.receives += 1;
    try {
      const again = await invoke(received.map(recordOf));
      const comeAgain = new Set(again.map(({ messageId }) => messageId));
      for (const { id } of received) if (!comeAgain.has(id)) remove(id);
    } catch (error) {
      if (!(error instanceof ProcessEnd)) throw error;
      counts.deaths += 1;
    }
  }

  async function run() {
    for (let round = 0; queue.length > 0 && round < 1_000; round++) await receive();
    expect(queue).toEqual([]);
    return { ...ends, ...counts, notes: table.items() };
  }
  return { run };
}

class ProcessEnd extends Error {}

function recordOf({ id, body, receives }: Queued): SQSRecord {
  const [record] = sqsEvent([body]).Records;
  if (!record) throw new Error('Expected a record but received none');
  const attributes = { ...record.attributes, ApproximateReceiveCount: String(receives) };
  return { ...record, messageId: id, receiptHandle: id, attributes };
}

const natures = (deadly: number, harmless: number, refused = 0) =>
  Object.fromEntries([
    ...Array.from({ length: deadly }, (_, i) => [`deadly-${i}`, 'deadly']),
    ...Array.from({ length: harmless }, (_, i) => [`harmless-${i}`, 'harmless']),
    ...Array.from({ length: refused }, (_, i) => [`refused-${i}`, 'refused']),
  ]) as Record<string, Nature>;
const names = (all: Record<string, Nature>, nature: Nature) =>
  Object.keys(all).filter((name) => all[name] === nature);

describe('messages that come again', () => {
  it.each([
    [1, 9],
    [1, 0],
    [2, 8],
    [5, 5],
    [9, 1],
    [10, 0],
    [3, 40],
    [20, 60],
  ])(
    'are all done when %i that end the process are among them, and %i that do not',
    async (deadly, harmless) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const all = natures(deadly, harmless);
        const { done, failed, dead, notes } = await world(all, randomNumbers(seed)).run();
        expect(done.sort(), `seed ${seed}`).toEqual(names(all, 'harmless').sort());
        // Each that ends the process is recorded as failed, and none of them or their neighbours is a dead letter.
        expect(failed.sort(), `seed ${seed}`).toEqual(names(all, 'deadly').sort());
        expect(dead, `seed ${seed}`).toEqual([]);
        expect(notes, `seed ${seed}`).toEqual([]);
      }
    },
  );

  it('end the process no more than four times each', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { deaths } = await world(natures(1, 30), randomNumbers(seed)).run();
      expect(deaths, `seed ${seed}`).toBeLessThanOrEqual(4);
    }
  });

  it('become dead letters when they fail with a fault that is told, and only those', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const all = natures(2, 20, 5);
      const { done, failed, dead } = await world(all, randomNumbers(seed)).run();
      expect(dead.sort(), `seed ${seed}`).toEqual(names(all, 'refused').sort());
      expect([done.length, failed.length], `seed ${seed}`).toEqual([20, 2]);
    }
  });

  it('are not sent anew for faults of their own', async () => {
    const { copies, dead } = await world(natures(0, 5, 30), randomNumbers(1)).run();
    expect([copies, dead.length]).toEqual([0, 30]);
  });

  it('wait for another batch when there is no time for them', async () => {
    const attempts = attemptLog(inMemoryTable(), () => new Date(0));
    const message = recordOf({ id: 'm', body: 'm', receives: 2 });
    const times = [60_000, 24_999];
    const again = await workOnBatch([message], {
      ...{ attempts, inbox: undefined, maximumReceives: MAXIMUM_RECEIVES },
      remainingMilliseconds: () => times.shift() ?? 0,
      tellsOfObjects: () => true,
      work: () => Promise.reject(new Error('Expected no work')),
      workOnAll: async () => [],
      giveUp: async () => {},
      fault: (error) => expect(error).toBeUndefined(),
    });
    expect(again).toEqual([message]);
    expect(await attempts.history('m')).toEqual({ isTried: false, deaths: 0 });
  });

  it('are given up in time when a store does not answer, which is no fault of an image', async () => {
    const table = inMemoryTable();
    const attempts = attemptLog(table, () => new Date(0));
    const faults: unknown[] = [];
    const message = recordOf({ id: 'm', body: 'm', receives: 2 });
    const again = await workOnBatch([message], {
      ...{ attempts, inbox: undefined, maximumReceives: MAXIMUM_RECEIVES },
      // Next to nothing is left once the time for notes is set aside.
      remainingMilliseconds: () => 3_001,
      tellsOfObjects: () => true,
      work: () => new Promise(() => {}),
      workOnAll: async () => [],
      giveUp: async () => {},
      fault: (error) => faults.push(error),
    });
    expect(again).toEqual([message]);
    expect(faults).toMatchObject([{ code: 'out-of-time', retryable: true }]);
    expect(await attempts.history('m')).toEqual({ isTried: true, deaths: 0, toldAtReceive: 2 });
  });
});

describe('notes of attempts', () => {
  const now = () => new Date('2026-11-30T00:00:00Z');

  it('say what was begun and never ended, as often as that was', async () => {
    const table = inMemoryTable();
    const log = attemptLog(table, now);
    expect(await log.history('m')).toEqual({ isTried: false, deaths: 0 });
    for (let deaths = 0; deaths < 3; deaths++) {
      await log.begin('m', await log.history('m'));
      expect(await log.history('m')).toEqual({ isTried: true, deaths: deaths + 1 });
    }
    expect(await log.history('other')).toEqual({ isTried: false, deaths: 0 });
    expect(table.items()).toMatchObject([{ PK: 'ATTEMPT#m', expiresAt: Date.parse('2026-12-30') / 1000 }]);
  });

  it('keep a fault that was told apart from a death', async () => {
    const log = attemptLog(inMemoryTable(), now);
    const history = await log.history('m');
    await log.begin('m', history);
    await log.told('m', history, 2);
    expect(await log.history('m')).toEqual({ isTried: true, deaths: 0, toldAtReceive: 2 });
  });

  it('are gone once the work is done', async () => {
    const table = inMemoryTable();
    const log = attemptLog(table, now);
    const history = await log.history('m');
    await log.begin('m', history);
    await log.done('m', history);
    expect(table.items()).toEqual([]);
  });

  it('do not forget deaths when a message is handed out twice at once', async () => {
    const log = attemptLog(inMemoryTable(), now);
    const early = await log.history('m');
    await log.begin('m', early);
    await log.begin('m', await log.history('m'));
    await log.done('m', early);
    expect(await log.history('m')).toEqual({ isTried: true, deaths: 2 });
  });
});
