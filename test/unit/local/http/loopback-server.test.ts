import { once } from 'node:events';
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createLocalServer,
  cutWhenIdle,
  hostUrl,
  listen,
  loopbackUrl,
  stop,
} from '../../../../functions/local/http/loopback-server.ts';
import { steadyPort } from '../../../fixtures/steady-port.ts';

let server: Server | undefined;
afterEach(async () => server && stop(server));

async function connected(
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
  options?: ServerOptions,
): Promise<Socket> {
  server = createLocalServer(onRequest, options);
  const socket = connect(await listen(server, 0), '127.0.0.1');
  socket.resume().on('error', () => {});
  return socket;
}

const UPLOAD = 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf of it';

describe('a server on this machine', () => {
  it('closes a connection over which half a header came', async () => {
    const socket = await connected(() => {}, { headersTimeout: 50, connectionsCheckingInterval: 20 });
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Half');
    await once(socket, 'close');
  });

  it('closes a connection over which nothing came, even if a request may take for ever', async () => {
    const limits = { headersTimeout: 50, requestTimeout: 0, connectionsCheckingInterval: 20 };
    await once(await connected(() => {}, limits), 'close');
  });

  it('has limits unless it is told otherwise', () => {
    server = createLocalServer(() => {}, { requestTimeout: 0 });
    expect(server.headersTimeout).toBe(10_000);
    expect(server.maxConnections).toBe(1_000);
  });

  it('closes a connection over which half a body came', async () => {
    const socket = await connected((request, response) => {
      cutWhenIdle(request.resume(), response, 50);
      request.on('error', () => {});
    });
    socket.write(UPLOAD);
    await once(socket, 'close');
  });

  it('waits for its own answer as long as that takes', async () => {
    let answer: (() => void) | undefined;
    const socket = await connected((request, response) => {
      cutWhenIdle(request, response, 50);
      // The time is over once before the answer begins.
      response.once('timeout', () => response.end('done'));
      answer = () => response.end();
    });
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString()).toContain('done');
    expect(answer).toBeDefined();
    socket.destroy();
  });
});

describe('a server that takes the next free port', () => {
  it('goes on from the first one, and takes it where it is free', async () => {
    const other = createLocalServer(() => {});
    const taken = await listen(other, await steadyPort());
    server = createLocalServer(() => {});
    const port = await listen(server, { from: taken });
    expect(port).toBeGreaterThan(taken);
    await stop(other);
    await stop(server);
    expect(await listen(server, { from: taken })).toBe(taken);
  });
});

describe.skipIf(process.platform !== 'linux')('a server on another address', () => {
  it('is found on loopback as well, and ends on both', async () => {
    server = createLocalServer((_, response) => response.end('here'));
    const port = await listen(server, await steadyPort(), '127.0.0.2');
    const urls = [hostUrl('127.0.0.2', port), loopbackUrl(port)];
    for (const url of urls) expect(await (await fetch(url)).text()).toBe('here');
    await stop(server);
    for (const url of urls) await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('rejects a port that is taken on loopback, and listens on neither', async () => {
    const other = createLocalServer(() => {});
    const port = await listen(other, 0);
    server = createLocalServer(() => {});
    await expect(listen(server, port, '127.0.0.2')).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(server.listening).toBe(false);
    await stop(other);
  });

  it('takes another of all free ports where the first one is taken on loopback', async () => {
    const other = createLocalServer(() => {});
    const taken = await listen(other, 0);
    const own = createLocalServer(() => {});
    const begin: (port: number, host: string) => unknown = own.listen.bind(own);
    const asked: number[] = [];
    // As if the system had given the taken one at first.
    const given = (port: number, host: string) => begin(asked.push(port) === 1 ? taken : port, host);
    server = Object.assign(own, { listen: given as typeof own.listen });
    const port = await listen(server, 0, '127.0.0.2');
    expect([asked, port === taken]).toEqual([[0, 0], false]);
    await stop(other);
  });

  it('rejects an address that is none of this machine', async () => {
    server = createLocalServer(() => {});
    await expect(listen(server, 0, '192.0.2.1')).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  it('has addresses of both versions written as URLs have them', () => {
    expect([hostUrl('192.0.2.1', 3000), hostUrl('fd00::5', 3000)]).toEqual([
      'http://192.0.2.1:3000',
      'http://[fd00::5]:3000',
    ]);
  });
});
