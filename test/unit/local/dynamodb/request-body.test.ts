import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBodyReader } from '../../../../functions/local/dynamodb/request-body.ts';

const MAXIMUM = 100;
const AT_ONCE = 250;

let readBody: ReturnType<typeof createBodyReader>;
let outcomes: string[];
let arrived: number;
let sockets: Socket[];
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  readBody = createBodyReader(MAXIMUM, AT_ONCE);
  [outcomes, sockets, arrived] = [[], [], 0];
  server = createServer(async (request, response) => {
    const outcome = await outcomeOf(request);
    outcomes.push(outcome);
    response.end(outcome);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await until(() => outcomes.length === sockets.length);
  server.close();
});

async function outcomeOf(request: IncomingMessage): Promise<string> {
  request.on('data', (chunk) => {
    arrived += chunk.length;
  });
  try {
    const body = await readBody(request);
    return body instanceof Uint8Array ? `body ${Buffer.from(body)}` : `${body.status} ${body.exception}`;
  } catch {
    return 'gone';
  }
}

/** A request whose body has no end yet, with what it is answered. */
function opened(head = 'Transfer-Encoding: chunked') {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket.on('error', () => {}));
  socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n`);
  const send = async (text: string) => {
    const [before, settled] = [arrived, outcomes.length];
    socket.write(`${text.length.toString(16)}\r\n${text}\r\n`);
    await until(() => arrived >= before + text.length || outcomes.length > settled);
  };
  const end = () => void socket.write('0\r\n\r\n');
  return { socket, send, end };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const outcome = async (count = 1) => {
  await until(() => outcomes.length >= count);
  return outcomes;
};

describe('a body', () => {
  it('is read whole, up to the largest there may be', async () => {
    const { send, end } = opened();
    await send('a'.repeat(40));
    await send('b'.repeat(60));
    end();
    expect(await outcome()).toEqual([`body ${'a'.repeat(40)}${'b'.repeat(60)}`]);
  });

  it('is refused by its length before it comes, and not when it is as long as it may be', async () => {
    opened('Content-Length: 101');
    expect(await outcome()).toEqual(['413 ValidationException']);
    opened('Content-Length: 100').socket.write('x'.repeat(100));
    expect((await outcome(2)).at(-1)).toBe(`body ${'x'.repeat(100)}`);
  });

  it('is refused once more has come than there may be, whatever it says of its length', async () => {
    const { send } = opened();
    await send('x'.repeat(100));
    expect(outcomes).toEqual([]);
    await send('x');
    expect(await outcome()).toEqual(['413 ValidationException']);
  });

  it('is refused for now when all that are being read are too much', async () => {
    const two = [opened(), opened()];
    for (const { send } of two) await send('x'.repeat(100));
    const third = opened();
    await third.send('x'.repeat(50));
    expect(outcomes).toEqual([]);
    await third.send('x');
    expect(await outcome()).toEqual(['503 ThrottlingException']);
  });

  it.each([
    ['read', ({ end }: ReturnType<typeof opened>) => end(), /^body/],
    ['left by its client', ({ socket }: ReturnType<typeof opened>) => socket.destroy(), /^gone/],
    ['refused', ({ send }: ReturnType<typeof opened>) => void send('x'.repeat(100)), /^413/],
  ])('counts no more once it was %s', async (_, finish, expected) => {
    for (let count = 1; count <= 5; count++) {
      const request = opened();
      await request.send('x'.repeat(90));
      finish(request);
      expect((await outcome(count)).at(-1)).toMatch(expected);
    }
  });
});
