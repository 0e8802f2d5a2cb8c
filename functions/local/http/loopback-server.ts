import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createDoor, isIPv6, type Server as NetServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';
/** Addresses that stand for all of a machine's, loopback among them. */
const ALL_ADDRESSES: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * No client holds a connection by sending nothing: a header comes whole within ten seconds, and a request within five
 * minutes (Node's own limit), where the server does not say otherwise. Beyond a thousand connections new ones are
 * dropped, so that files can still be opened.
 */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 2_000,
} satisfies ServerOptions;
const MAXIMUM_CONNECTIONS = 1_000;

export function createLocalServer(
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
  options: ServerOptions = {},
): Server {
  const server = createServer({ ...LIMITS, ...options }, onRequest);
  server.maxConnections = MAXIMUM_CONNECTIONS;
  return server;
}

/** Cuts a connection over which, for some time, nothing of the request's body came or nothing of the answer went. */
export function cutWhenIdle(request: IncomingMessage, response: ServerResponse, milliseconds: number): void {
  request.setTimeout(milliseconds, () => request.destroy());
  // Until the answer begins, it is the server that works.
  response.on('timeout', () => response.headersSent && response.destroy());
}

/** Second doors of servers, on loopback. */
const doors = new WeakMap<Server, NetServer>();

/** A port, of which 0 stands for any free one; or the first free one from some port on. */
export type PortChoice = number | { readonly from: number };

/** Who has so many ports in a row taken looks for something else. */
const MAXIMUM_TRIED_PORTS = 100;

/**
 * Listens on the loopback address only, or on another one and on loopback as well, so that programs of this machine find it where they
 * always do.
 *
 * @returns the port that the server listens on
 * @throws Error with code `EADDRINUSE` when the port is taken, `EADDRNOTAVAIL` when the address is none of this machine
 */
export async function listen(server: Server, choice: PortChoice, host: string = LOOPBACK): Promise<number> {
  if (typeof choice === 'number') return listenOn(server, choice, host);
  for (let port = choice.from; ; port++) {
    try {
      return await listenOn(server, port, host);
    } catch (error) {
      if (!isTaken(error) || port === choice.from + MAXIMUM_TRIED_PORTS) throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

async function listenOn(
  server: Server,
  port: number,
  host: string,
  triesLeft = MAXIMUM_TRIED_PORTS,
): Promise<number> {
  const listeningPort = await opened(server, port, host);
  if (host === LOOPBACK || ALL_ADDRESSES.has(host)) return listeningPort;
  const door = createDoor((socket) => server.emit('connection', socket));
  try {
    await opened(door, listeningPort, LOOPBACK);
  } catch (error) {
    await stop(server);
    // A port that is free at one address may be taken at the other: where any will do, another one is tried.
    if (port !== 0 || !isTaken(error) || triesLeft === 0) throw error;
    return listenOn(server, port, host, triesLeft - 1);
  }
  doors.set(server, door);
  return listeningPort;
}

function opened(server: NetServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const onListening = () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    };
    const onError = (error: Error) => {
      server.off('listening', onListening);
      reject(error);
    };
    server.once('error', onError).once('listening', onListening).listen(port, host);
  });
}

/**
 * Stops listening and ends every connection, so that a client that keeps one open cannot hold up the end. Does nothing
 * for a server that does not listen.
 */
export async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const door = doors.get(server);
  await Promise.all([server, ...(door ? [door] : [])].map(closed).concat(cut(server)));
}

function closed(server: NetServer): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
  });
}

/** Those that came in by the second door are the server's, too. */
async function cut(server: Server): Promise<void> {
  server.closeAllConnections();
}

/** The address under which this machine finds a server that {@link listen} has opened. */
export function loopbackUrl(port: number): string {
  return `http://${LOOPBACK}:${port}`;
}

/** The address under which others find it. */
export function hostUrl(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
