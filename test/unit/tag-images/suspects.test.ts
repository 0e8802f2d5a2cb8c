import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { WriteRequest } from '../../../functions/core/records/tag-table.ts';
import type { HeldMessage } from '../../../functions/core/tagging/message-inbox.ts';
import { messageNotes } from '../../../functions/core/tagging/message-notes.ts';
import { workOnBatch } from '../../../functions/tag-images/batch-work.ts';
import { sqsEvent } from '../../fixtures/sqs-event.ts';
import { randomNumbers } from '../../torture/bomb-parts.ts';
import { type InMemoryTable, inMemoryTable } from '../core/in-memory-table.ts';

const MAXIMUM_RECEIVES = 5;
const BATCH = 10;
const SEEDS = 15;

/** What a message's image does to those who work on it. */
type Nature = 'harmless' | 'deadly' | 'refused' | 'unlucky';

/** Processes that somebody kills amid an unlucky message, one after the other. */
const KILLS = 5;

interface Queued {
  readonly id: string;
  readonly body: string;
  receives: number;
}

/**
 * A queue with its function, whose process ends when it works on a deadly message. Batches are taken in a random order,
 * as SQS gives them, and messages that are not settled come again until their receives are used up.
 */
function world(
  natures: Readonly<Record<string, Nature>>,
  random: () => number,
  { endsAnother }: { endsAnother?: (body: string) => boolean } = {},
) {
  const table = inMemoryTable();
  let process = 0;
  let notes = messageNotes(table, () => new Date(0), 'process-0');
  let queue: Queued[] = Object.keys(natures).map((body) => ({ id: body, body, receives: 0 }));
  let copies = 0;
  const ends = { done: [] as string[], failed: [] as string[], dead: [] as string[] };
  const counts = { deaths: 0, copies: 0 };
  const kills = new Map<string, number>();

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
      const killed = kills.get(body) ?? 0;
      if (natures[body] === 'unlucky' && killed < KILLS) {
        kills.set(body, killed + 1);
        throw new ProcessEnd();
      }
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
      ...{ notes, inbox, work: mortal },
      ...(endsAnother && { endsAnother: async ({ body }: SQSRecord) => endsAnother(body) }),
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
      notes = messageNotes(table, () => new Date(0), `process-${++process}`);
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

  it('are to blame only if they end a process of their own as well, where one can be had', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const all = { ...natures(3, 10), 'unlucky-1': 'unlucky', 'unlucky-2': 'unlucky' } as const;
      const endsAnother = (body: string) => body.startsWith('deadly');
      const { done, failed, dead } = await world(all, randomNumbers(seed), { endsAnother }).run();
      expect(failed.sort(), `seed ${seed}`).toEqual(names(all, 'deadly').sort());
      expect(done, `seed ${seed}`).toHaveLength(12);
      expect(dead, `seed ${seed}`).toEqual([]);
    }
  });

  it('are to blame at last though they end no process of their own', async () => {
    const { failed, deaths } = await world(natures(1, 0), randomNumbers(1), {
      endsAnother: () => false,
    }).run();
    expect(failed).toEqual(['deadly-0']);
    // Copies that are sent anew begin among others, before their notes are looked at.
    expect(deaths).toBeLessThanOrEqual(8);
  });

  it('come again, and are no failed images, when it cannot be found out whether they end a process of their own', async () => {
    const endsAnother = () => {
      throw new Error('no process to be had');
    };
    const { failed, dead } = await world(natures(1, 0), randomNumbers(1), { endsAnother }).run();
    expect([failed, dead]).toEqual([[], ['deadly-0']]);
  });

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
    const notes = messageNotes(inMemoryTable(), () => new Date(0));
    const message = recordOf({ id: 'm', body: 'm', receives: 2 });
    const times = [60_000, 24_999];
    const again = await workOnBatch([message], {
      ...{ notes, inbox: undefined, maximumReceives: MAXIMUM_RECEIVES },
      remainingMilliseconds: () => times.shift() ?? 0,
      tellsOfObjects: () => true,
      work: () => Promise.reject(new Error('Expected no work')),
      workOnAll: async () => [],
      giveUp: async () => {},
      fault: (error) => expect(error).toBeUndefined(),
    });
    expect(again).toEqual([message]);
    expect(await notes.history('m')).toEqual({ isTried: false, deaths: 0 });
  });

  it('are given up in time when a store does not answer, which is no fault of an image', async () => {
    const table = inMemoryTable();
    const notes = messageNotes(table, () => new Date(0));
    const faults: unknown[] = [];
    const message = recordOf({ id: 'm', body: 'm', receives: 2 });
    const again = await workOnBatch([message], {
      ...{ notes, inbox: undefined, maximumReceives: MAXIMUM_RECEIVES },
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
    expect(await notes.history('m')).toEqual({ isTried: true, deaths: 0, toldAtReceive: 2 });
  });
});

describe('an outage of the table', () => {
  /** Faults of the table: what is written may have come to it all the same, at once or late. */
  const FAULTS = ['none', 'refused', 'lost', 'late'] as const;
  const ROUNDS = 100;

  /**
   * A message that no process can finish, since the stores fail, is handed to one process or another, again and again.
   * Notes fail now and then in every way; processes are never asked again, or live on.
   */
  async function outage(seed: number, hasInbox: boolean) {
    const random = randomNumbers(seed);
    const pick = (count: number) => Math.floor(random() * count);
    const table = inMemoryTable();
    const late: (() => Promise<unknown>)[] = [];
    let isOver = false;
    const write: typeof table.write = async (request) => {
      const fault = isOver ? 'none' : FAULTS[pick(FAULTS.length)];
      if (fault === 'late') late.push(() => table.write(request));
      if (fault === 'refused' || fault === 'late') throw new Error(fault);
      const written = await table.write(request);
      if (fault === 'lost') throw new Error(fault);
      return written;
    };
    const processes = Array.from({ length: 6 }, (_, i) =>
      messageNotes({ read: table.read, write }, () => new Date(0), `process-${i}`),
    );
    let queue: Queued[] = [{ id: 'm', body: '{}', receives: 1 }];
    let copies = 0;
    const failed: string[] = [];
    const inbox = {
      settle: async () => {},
      sendAnew: async (messages: readonly HeldMessage[]) => {
        queue = messages.map(({ body }) => ({ id: `copy-${++copies}`, body, receives: 1 }));
      },
    };
    for (let round = 0; round <= ROUNDS; round++) {
      isOver = round === ROUNDS;
      const [queued] = queue;
      const notes = processes[hasInbox ? pick(processes.length) : 0];
      if (!queued || !notes) throw new Error('Expected a message but there is none');
      queued.receives += 1;
      const refuse = async () => {
        if (!isOver) throw new Error('S3 is out');
      };
      await workOnBatch([recordOf(queued)], {
        ...{ notes, inbox: hasInbox ? inbox : undefined, maximumReceives: 1_000 },
        remainingMilliseconds: () => Infinity,
        tellsOfObjects: () => true,
        work: refuse,
        workOnAll: async (all) => (isOver ? [] : all),
        giveUp: async ({ body }) => void failed.push(body),
        fault: () => {},
      });
      if (pick(2) === 0) await late.shift()?.();
    }
    return { failed, copies };
  }

  it.each([true, false])(
    'makes no image a failed one, however long it is and however requests fail (other processes: %s)',
    async (hasInbox) => {
      let copies = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const course = await outage(seed, hasInbox);
        expect(course.failed, `seed ${seed}`).toEqual([]);
        copies += course.copies;
      }
      if (hasInbox) expect(copies).toBeGreaterThan(0);
    },
  );

  const message = recordOf({ id: 'm', body: '{"Records":[]}', receives: MAXIMUM_RECEIVES });

  function batch(table: Pick<InMemoryTable, 'read' | 'write'>, processName: string) {
    const notes = messageNotes(table, () => new Date(0), processName);
    const course = { failed: 0, worked: 0, sent: [] as string[] };
    const options = {
      ...{ notes, maximumReceives: MAXIMUM_RECEIVES, tellsOfObjects: () => true },
      inbox: {
        settle: async () => {},
        sendAnew: async (messages: readonly HeldMessage[]) =>
          void course.sent.push(...messages.map(({ body }) => body)),
      },
      remainingMilliseconds: () => Infinity,
      work: async () => void course.worked++,
      workOnAll: async () => [],
      giveUp: async () => void course.failed++,
      fault: () => {},
    };
    return { notes, options, course };
  }

  it('does not have the last receive decide: who may have ended a process once is sent anew, and tried', async () => {
    const table = inMemoryTable();
    await batch(table, 'ended').notes.begin(message.body);
    const { options, course } = batch(table, 'next');
    const work = async () => {
      // The same message once more is known as what it was.
      expect(course.sent).toEqual([message.body]);
      expect(await batch(table, 'another').notes.history(message.body)).toMatchObject({ deaths: 2 });
      course.worked++;
    };
    expect(await workOnBatch([message], { ...options, work })).toEqual([]);
    expect(course).toEqual({ failed: 0, worked: 1, sent: [message.body] });
  });

  it('has a message sent anew under another name when it cannot be noted that the process lives', async () => {
    const table = inMemoryTable();
    let writes = 0;
    const failing = {
      read: table.read,
      write: async (request: WriteRequest) => {
        if (writes++ > 0) throw new Error('out');
        return table.write(request);
      },
    };
    const { options, course } = batch(failing, 'living');
    const again = await workOnBatch([message], { ...options, work: () => Promise.reject(new Error('out')) });
    expect(again).toEqual([message]);
    expect(course.sent.map((body) => [body === message.body, JSON.parse(body)])).toEqual([
      [false, JSON.parse(message.body)],
    ]);
    expect(await batch(table, 'next').notes.history(course.sent[0] ?? '')).toEqual({
      ...{ isTried: false, deaths: 0 },
    });
  });

  it('holds no batch up for notes that take long, and ends no process', async () => {
    const table = inMemoryTable();
    const silent = { read: table.read, write: () => new Promise<boolean>(() => {}) };
    const { options, course } = batch(silent, 'living');
    const times = [60_000, 60_000, 3_001];
    const again = await workOnBatch([message], {
      ...options,
      remainingMilliseconds: () => times.shift() ?? 0,
    });
    expect([again, course.worked, course.sent]).toEqual([[message], 0, [`${message.body} `]]);
  });
});

describe('notes of notes', () => {
  const now = () => new Date('2026-11-30T00:00:00Z');
  const logs = () => {
    const table = inMemoryTable();
    const log = (processName: string) => messageNotes(table, now, processName);
    return { table, log, first: log('first'), second: log('second') };
  };

  it('say what was begun and never ended, by how many processes', async () => {
    const { table, log } = logs();
    expect(await log('reader').history('m')).toEqual({ isTried: false, deaths: 0 });
    for (let deaths = 0; deaths < 3; deaths++) {
      await log(`process-${deaths}`).begin('m');
      expect(await log('reader').history('m')).toEqual({ isTried: true, deaths: deaths + 1 });
    }
    expect(await log('reader').history('other')).toEqual({ isTried: false, deaths: 0 });
    expect(table.items()).toMatchObject([
      { PK: expect.stringMatching(/^ATTEMPT#[0-9a-f]{64}$/), expiresAt: Date.parse('2026-12-30') / 1000 },
    ]);
  });

  it('never say of a process that asks that it has ended', async () => {
    const { first, second } = logs();
    await first.begin('m');
    await first.begin('m');
    expect(await first.history('m')).toEqual({ isTried: true, deaths: 0 });
    expect(await second.history('m')).toEqual({ isTried: true, deaths: 1 });
  });

  it('keep a fault that was told apart from a death', async () => {
    const { first, second } = logs();
    await first.begin('m');
    await first.told('m', 2);
    expect(await second.history('m')).toEqual({ isTried: true, deaths: 0, toldAtReceive: 2 });
    await second.begin('m');
    await second.told('m', 1);
    expect(await first.history('m')).toEqual({ isTried: true, deaths: 0, toldAtReceive: 2 });
  });

  it('are gone once the work is done', async () => {
    const { table, first } = logs();
    await first.begin('m');
    await first.done('m');
    expect(table.items()).toEqual([]);
  });

  it('of one process take nothing from what is known of another when a message is handed out twice at once', async () => {
    const { first, second, log } = logs();
    await Promise.all([first.begin('m'), second.begin('m')]);
    expect(await log('reader').history('m')).toEqual({ isTried: true, deaths: 2 });
    await first.told('m', 3);
    expect(await first.history('m')).toEqual({ isTried: true, deaths: 1, toldAtReceive: 3 });
    await second.told('m', 4);
    expect(await first.history('m')).toEqual({ isTried: true, deaths: 0, toldAtReceive: 4 });
  });

  it('are written later when the table was out, and only of what the process is not at any more', async () => {
    const { table, second } = logs();
    let isOut = false;
    const write: typeof table.write = (request) =>
      isOut ? Promise.reject(new Error('out')) : table.write(request);
    const log = messageNotes({ read: table.read, write }, now, 'first');
    for (const body of ['failed', 'done', 'in work']) await log.begin(body);
    isOut = true;
    await expect(log.told('failed', 3)).rejects.toThrow('out');
    await expect(log.done('done')).rejects.toThrow('out');
    await log.makeUp();
    const deaths = async () => {
      const histories = await Promise.all(['failed', 'done', 'in work'].map(second.history));
      return histories.map((history) => history.deaths);
    };
    expect(await deaths()).toEqual([1, 1, 1]);
    isOut = false;
    await log.makeUp();
    expect(await deaths()).toEqual([0, 0, 1]);
    expect(await second.history('failed')).toMatchObject({ toldAtReceive: 3 });
    // A process that ends by itself is not ended by what it is at.
    await log.close();
    expect(await deaths()).toEqual([0, 0, 0]);
  });

  it('of work that was given up are not begun afterwards', async () => {
    const { table, second } = logs();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reads = 0;
    const read: typeof table.read = async (request) => {
      const item = await table.read(request);
      if (reads++ === 0) await held;
      return item;
    };
    const log = messageNotes({ ...table, read }, now, 'first');
    const beginning = log.begin('m');
    await log.told('m', 2);
    release();
    await expect(beginning).rejects.toMatchObject({ code: 'out-of-time' });
    expect(await second.history('m')).toEqual({ isTried: true, deaths: 0, toldAtReceive: 2 });
  });
});
