import type { Server } from 'node:http';

const LOOPBACK = '127.0.0.1';

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
