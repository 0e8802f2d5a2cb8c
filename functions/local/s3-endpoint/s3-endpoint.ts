/**
 * Where to read on.
 *
 * A request's way: `exchange.ts` leads it from `request.ts` (what is asked) over `routes.ts` (which operation that is)
 * and `signature.ts` (who asks) to the operation and its `response.ts`.
 *
 * The operations: `bucket-operations.ts`, `object-operations.ts` (writes), `object-reads.ts`, `list-objects.ts` and
 * `multipart.ts`. Every write of an object ends in `object-commit.ts`; `notification.ts` describes it to a queue and
 * `outbox.ts` hands that over.
 *
 * What is kept: `state.ts` opens `metadata.ts` (tables, of what `records.ts` says) and `blob-files.ts` (bytes). Bytes
 * come in through `body.ts`, which takes off their framing (`aws-chunked.ts`) and sums them up (`checksums.ts`).
 */

import { createServer, type RequestListener, type Server } from 'node:http';
import { listen, loopbackUrl, stop } from '../http/loopback-server.ts';
import { exchange } from './exchange.ts';
import type { OnNotification } from './outbox.ts';
import type { Credentials } from './signature.ts';
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

const DEFAULT_REGION = 'us-east-1';

/** Longer than SDKs keep idle connections, so that it is never we who close one that is about to be used. */
const KEEP_ALIVE_MILLISECONDS = 60_000;

/**
 * Starts an S3-compatible endpoint on this machine: one that SDKs, the AWS CLI, boto3 and rclone take for S3.
 * What it has answered survives `kill -9`. What it cannot do it answers with 501.
 *
 * Not looked at: ACLs, storage classes, server-side encryption with S3's own keys.
 *
 * @throws Error with code `EADDRINUSE` when the port is taken; one that names the folder when another process uses it
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
      url: loopbackUrl(port),
      async close() {
        await stop(server);
        await Promise.all(underWay);
        await state.close();
      },
    };
  } catch (error) {
    await stop(server);
    await state.close();
    throw error;
  }
}

function createListener(onRequest: RequestListener): Server {
  // No time limit for a whole request: a large upload over a slow link takes what it takes.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MILLISECONDS }, onRequest);
  // The body is asked for when the request has turned out to be in order.
  server.on('checkContinue', onRequest);
  return server;
}
