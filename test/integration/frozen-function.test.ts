import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { s3ObjectStore } from '../../functions/adapters/aws/s3.ts';
import { rawAnswer, socketServer } from '../fixtures/socket-server.ts';

const ITEM = '{"Item":{"PK":{"S":"a"}}}';
const READ = { Key: { PK: 'a', SK: 'IMAGE' }, ConsistentRead: true };
const settings = (endpoint: string) => ({
  ...{ endpoint, region: 'us-east-1', maxAttempts: 1 },
  credentials: { accessKeyId: 'a', secretAccessKey: 's' },
});

/** More than there are connections, and more than the SDK's retries pay for: some of ten images with five tags each. */
const AT_ONCE = 60;
/** Long enough to be a rest for the connections. */
const FROZEN_MILLISECONDS = 300;

/**
 * A server that closes the connections of those who rest, in a way: what its clients send by them after that is not answered.
 *
 * @param onDead what it does with a request by such a connection. @default nothing
 */
async function closingServer(onDead: (socket: Socket) => void = () => {}) {
  const dead = new Set<Socket>();
  const server = await socketServer(({ socket }) => {
    if (dead.has(socket)) onDead(socket);
    // So late that all of them are on their way at once, each by a connection of its own.
    else setTimeout(() => socket.write(rawAnswer(200, ITEM)), 20);
  });
  const close = (end: (socket: Socket) => void) => {
    for (const socket of [...server.sockets]) {
      dead.add(socket);
      end(socket);
    }
  };
  return { ...server, close };
}

/** A process that is frozen as Lambda freezes a function after its response. */
function startFreezable() {
  const program = join(inject('programs'), 'frozen-process.js');
  const child = spawn(process.execPath, ['--no-warnings', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: (endpoint: string) => void child.stdin.write(`${AT_ONCE} ${endpoint}\n`),
    answer: async (): Promise<readonly string[]> => JSON.parse((await lines.next()).value),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    end: () => child.kill('SIGKILL'),
  };
}

describe('a function that is frozen while its connections end', () => {
  let frozen: ReturnType<typeof startFreezable>;
  beforeAll(() => {
    frozen = startFreezable();
  });
  afterAll(() => void frozen.end());

  it.each([
    ['by their close', (socket: Socket) => void socket.end(), undefined],
    ['by a reset', (socket: Socket) => void socket.resetAndDestroy(), undefined],
    ['unheard, so that what it sends is reset', () => {}, (socket: Socket) => void socket.resetAndDestroy()],
  ])('%s sends all that it was about to once it goes on', async (_, end, onDead) => {
    const server = await closingServer(onDead);
    frozen.ask(server.url);
    expect(new Set(await frozen.answer())).toEqual(new Set(['read']));
    frozen.freeze();
    // What it is to do comes first: it is about to send when it hears of the ends.
    frozen.ask(server.url);
    server.close(end);
    await sleep(FROZEN_MILLISECONDS);
    frozen.thaw();
    expect(await frozen.answer()).toEqual(Array.from({ length: AT_ONCE }, () => 'read'));
  });
});

/** Until the connection of the last request is free for another one: undici waits for a turn of the event loop. */
async function freed(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await turn();
}

/** By the wall clock, which alone goes on while a function is frozen. */
function passes(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
  onTestFinished(() => void vi.useRealTimers());
}

describe('a connection that rested', () => {
  it('for a minute is not used again, which may be one that nobody answers any more', async () => {
    const server = await closingServer();
    const table = dynamoDbTagTable({ tableName: 't', client: settings(server.url) });
    await table.read(READ);
    await freed();
    server.close(() => {});
    passes(61_000);
    expect(await table.read(READ)).toEqual({ PK: 'a' });
  });

  it.each([300, -5_000])(
    'for %i ms is replaced when it turns out to have ended, in the same attempt',
    async (ms) => {
      const server = await closingServer((socket) => socket.resetAndDestroy());
      const table = dynamoDbTagTable({ tableName: 't', client: settings(server.url) });
      await table.read(READ);
      await freed();
      await freed();
      server.close(() => {});
      passes(ms);
      expect(await table.read(READ)).toEqual({ PK: 'a' });
      expect(server.requests()).toBe(3);
    },
  );

  it('is replaced for objects as well', async () => {
    const server = await closingServer((socket) => socket.resetAndDestroy());
    const store = s3ObjectStore({ ...settings(server.url), forcePathStyle: true });
    const object = { bucket: 'p', key: 'k', sequencer: '' };
    await store.fetch(object, 100);
    await freed();
    server.close(() => {});
    passes(300);
    expect(Buffer.from((await store.fetch(object, 100)).bytes).toString()).toBe(ITEM);
    expect(server.requests()).toBe(3);
  });

  it('and the one after it that ends as well are told as an end, once', async () => {
    const server = await socketServer(({ count, socket }) =>
      count === 0 ? socket.write(rawAnswer(200, ITEM)) : socket.resetAndDestroy(),
    );
    const table = dynamoDbTagTable({ tableName: 't', client: settings(server.url) });
    await table.read(READ);
    await freed();
    passes(300);
    await expect(table.read(READ)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(server.requests()).toBe(3);
  });
});

describe('a connection that is in use', () => {
  it('and ends is told at once, for the attempts that the SDK counts', async () => {
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now });
    onTestFinished(() => void vi.useRealTimers());
    const server = await closingServer((socket) => socket.resetAndDestroy());
    const table = dynamoDbTagTable({ tableName: 't', client: settings(server.url) });
    await table.read(READ);
    await freed();
    server.close(() => {});
    await expect(table.read(READ)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(server.requests()).toBe(2);
  });
});
