import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';

const LOOPBACK = '127.0.0.1';

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

/**
 * Listens on the loopback address only.
 *
 * @param port 0 takes a free one
 * @returns the port that the server listens on
 * @throws Error with code `EADDRINUSE` when the port is taken
 */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/**
 * Stops listening and ends every connection, so that a client that keeps one open cannot hold up the end. Does nothing
 * for a server that does not listen.
 */
export async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

/** The address of a server that listens on loopback. */
export function loopbackUrl(port: number): string {
  return `http://${LOOPBACK}:${port}`;
}
