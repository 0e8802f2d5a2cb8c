import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Credentials, exchange } from './exchange.ts';
import type { OnNotification } from './outbox.ts';
import { openState } from './state.ts';

export interface S3EndpointOptions {
  /** Where the state is kept: metadata and the objects' bytes. Made if missing; one process at a time uses it. */
  readonly directory: string;
  /** TCP port on 127.0.0.1; 0 takes any free one. */
  readonly port: number;
  /** Secret by access key: who may sign requests. */
  readonly credentials: Credentials;
  /** Where the endpoint says its buckets are. @default us-east-1 */
  readonly region?: string;
  /**
   * Takes over each notification for a queue that a bucket is configured to notify. A request succeeds only once
   * this has resolved. What it rejects, and what a crash kept from it, comes again: at least once, like S3.
   */
  readonly onNotification: OnNotification;
}

export interface S3Endpoint {
  readonly port: number;
  readonly url: string;
  /** Cuts open connections, waits for what is being stored, and closes the state. */
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const DEFAULT_REGION = 'us-east-1';

/** Longer than SDKs keep idle connections, so that it is never we who close one that is about to be used. */
const KEEP_ALIVE_MILLISECONDS = 60_000;

/**
 * Starts an S3-compatible endpoint on this machine: one that SDKs, the AWS CLI, boto3 and rclone take for S3.
 * What it has answered survives `kill -9`. What it cannot do it answers with 501.
 *
 * Not looked at: ACLs, storage classes, server-side encryption with S3's own keys.
 *
 * @throws an error with code `EADDRINUSE` when the port is taken, or with cause code `LEVEL_LOCKED` when another
 *   process uses the directory
 */
export async function startS3Endpoint(options: S3EndpointOptions): Promise<S3Endpoint> {
  const state = await openState(options.directory, options.region ?? DEFAULT_REGION, options.onNotification);
  const underWay = new Set<Promise<void>>();
  const server = createListener((incoming, outgoing) => {
    const done = exchange(state, options.credentials, incoming, outgoing).finally(() =>
      underWay.delete(done),
    );
    underWay.add(done);
  });
  try {
    const port = await listen(server, options.port);
    await state.outbox.deliverAll();
    return {
      port,
      url: `http://${LOOPBACK}:${port}`,
      async close() {
        server.close();
        server.closeAllConnections();
        await Promise.all(underWay);
        await state.close();
      },
    };
  } catch (error) {
    await state.close();
    throw error;
  }
}

type Server = ReturnType<typeof createServer>;

function createListener(onRequest: RequestListener): Server {
  // No time limit for a whole request: a large upload over a slow link takes what it takes.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MILLISECONDS }, onRequest);
  // The body is asked for when the request has turned out to be in order.
  server.on('checkContinue', onRequest);
  return server;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
