/**
 * A map of this folder.
 *
 * A request's way: `exchange.ts` leads it through `request.ts` (what is asked), `routes.ts` (which operation that is)
 * and `signature.ts` or `signature-v2.ts` (who asks) to the operation, and sends the operation's `response.ts`. Headers may
 * stand in the query (`presigned-headers.ts`), and a browser's form has all of that in its body (`form-upload.ts`).
 *
 * The operations: `bucket-operations.ts`, `object-operations.ts` (writes), `object-reads.ts`, `object-attributes.ts`,
 * `list-objects.ts` and `list-object-versions.ts` (by way of `listed-page.ts`) and `multipart.ts`; `refused-operations.ts` has the
 * others. Every write of an object ends in `object-commit.ts`; `notification.ts` describes it for a queue, `outbox.ts` hands the
 * description over, and `retelling.ts` repeats it for a key. `new-objects.ts` takes what a page of this process uploads, and
 * `folder-objects.ts` follows files of folders.
 *
 * The state: `state.ts` opens `metadata.ts` (tables of the types in `records.ts`) and `blob-files.ts` (bytes, which
 * an `object-note.ts` follows: from these notes `recovery.ts` restores lost metadata). Bytes come in through `body.ts`,
 * which removes their framing (`aws-chunked.ts`) and checks their `checksums.ts`.
 *
 * Why it is our own: servers that speak S3 are programs in other languages (MinIO, LocalStack, Adobe's S3Mock), to be
 * installed apart, and cannot hand an upload's notification to a queue in this process before they answer, durably. The
 * one in JavaScript, s3rver 3.7.1, knows no checksums and tells of uploads by an event in memory, which a crash loses.
 *
 * The folder imports nothing of the project but `../http/` and `../store/`, which import nothing of it themselves: with
 * these two it could be taken out and used elsewhere.
 */

import type { RequestListener, Server } from 'node:http';
import {
  createLocalServer,
  cutWhenIdle,
  listen,
  loopbackUrl,
  type PortChoice,
  stop,
} from '../http/loopback-server.ts';
import { LOOPBACK_REACH, type Reach } from '../http/reach.ts';
import { exchange } from './exchange.ts';
import { type FolderObjects, type FolderObjectsOptions, folderObjects } from './folder-objects.ts';
import { type NewObjects, type NewObjectsOptions, newObjects } from './new-objects.ts';
import { allEventsTo } from './notification-configuration.ts';
import { openObject, readBytes } from './object-reads.ts';
import type { OnNotification } from './outbox.ts';
import type { RecoveredObjects } from './recovery.ts';
import { notifyingBuckets, type ToldObject, tellAgain, toldObjects } from './retelling.ts';
import type { Credentials } from './signature.ts';
import { openState, type S3State } from './state.ts';

export interface S3EndpointOptions {
  /** Where the state is kept: metadata and the objects' bytes. Made if missing; one process at a time uses it. */
  readonly folder: string;
  readonly port: PortChoice;
  /** @default this machine alone */
  readonly reach?: Reach | undefined;
  /** Secret by access key: who may sign requests. */
  readonly credentials: Credentials;
  /** A sentence for those who sign with other keys: which are meant. @default none */
  readonly keysHint?: string | undefined;
  /** The region that the endpoint gives for its buckets. @default us-east-1 */
  readonly region?: string;
  /**
   * Takes over each notification for a queue that a bucket is configured to notify. A request succeeds only once this
   * has resolved. A notification that it rejects, or that a crash kept from it, comes again: at least once, as with S3.
   */
  readonly onNotification: OnNotification;
  /**
   * The queue that a bucket notifies of everything, until its notification configuration says otherwise.
   * @default a new bucket notifies nobody, as with S3
   */
  readonly usualQueueArn?: string | undefined;
  /** A connection that stands still for this long, in the midst of a body, is cut. @default 2 minutes */
  readonly idleMilliseconds?: number;
}

export interface S3Endpoint {
  readonly port: number;
  readonly url: string;
  /** What the start has found lost, and restored. */
  readonly recovered: RecoveredObjects;
  /** The names of the buckets that notify some queue. */
  notifyingBuckets(): Promise<readonly string[]>;
  /** The objects of a bucket whose creation is told to some queue, in the order of their keys. */
  toldObjects(bucket: string): AsyncIterable<readonly ToldObject[]>;
  /** Tells the queues once more how it stands with a key, in order with all other events of the key. */
  tellAgain(object: Pick<ToldObject, 'bucket' | 'key'>): Promise<void>;
  /** An object with its bytes, which can be read until they are released, even if it is replaced meanwhile. */
  open(object: { readonly bucket: string; readonly key: string }): Promise<OpenedObject | undefined>;
  /** Takes files from a page of this process, for one bucket. */
  newObjects(options: NewObjectsOptions): NewObjects;
  /** Has objects of a bucket follow the files of folders. */
  folderObjects(options: FolderObjectsOptions): FolderObjects;
  /** Cuts open connections, waits for the requests under way, and closes the state. */
  close(): Promise<void>;
}

export interface OpenedObject {
  /** Without quotes. */
  readonly eTag: string;
  readonly sizeBytes: number;
  bytes(): AsyncIterable<Buffer>;
  release(): Promise<void>;
}

const DEFAULT_REGION = 'us-east-1';
const DEFAULT_IDLE_MILLISECONDS = 120_000;

/** Longer than SDKs keep idle connections, so that the endpoint never closes one that is about to be used. */
const KEEP_ALIVE_MILLISECONDS = 60_000;

/**
 * Starts an S3-compatible endpoint on this machine: one that SDKs, the AWS CLI, boto3 and rclone take for S3. A write
 * that it has answered survives `kill -9`. It answers 501 to what it cannot do.
 *
 * It ignores ACLs, storage classes and server-side encryption with S3's own keys.
 *
 * @throws Error with code `EADDRINUSE` when the port is taken; one that names the folder when another process uses it
 */
export async function startS3Endpoint(options: S3EndpointOptions): Promise<S3Endpoint> {
  const { credentials, keysHint, reach = LOOPBACK_REACH } = options;
  const state = await openState(options.folder, options.region ?? DEFAULT_REGION, {
    onNotification: options.onNotification,
    usualQueues: options.usualQueueArn === undefined ? [] : [allEventsTo(options.usualQueueArn)],
  });
  const underWay = new Set<Promise<void>>();
  const server = createListener((incoming, outgoing) => {
    cutWhenIdle(incoming, outgoing, options.idleMilliseconds ?? DEFAULT_IDLE_MILLISECONDS);
    const done = exchange(state, { credentials, keysHint, reach }, incoming, outgoing).finally(() =>
      underWay.delete(done),
    );
    underWay.add(done);
  });
  try {
    const port = await listen(server, options.port, reach.host);
    await state.outbox.deliverAll();
    return {
      port,
      url: loopbackUrl(port),
      recovered: state.recovered,
      notifyingBuckets: () => notifyingBuckets(state),
      toldObjects: (bucket) => toldObjects(state, bucket),
      open: (object) => openedObject(state, object),
      newObjects: (newOptions) => newObjects(state, newOptions),
      folderObjects: (folderOptions) => folderObjects(state, folderOptions),
      tellAgain: (object) => tellAgain(state, options.onNotification, object),
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

async function openedObject(
  state: S3State,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): Promise<OpenedObject | undefined> {
  const open = await openObject(state, bucket, key);
  if (open === undefined) return undefined;
  const { object, release } = open;
  const { eTag, sizeBytes } = object;
  return { eTag, sizeBytes, release, bytes: () => readBytes(state.blobs, object) };
}

function createListener(onRequest: RequestListener): Server {
  // There is no time limit for a whole request, since a large upload over a slow link may take hours.
  const server = createLocalServer(onRequest, {
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
  });
  // A body is asked for only once the request has been checked.
  server.on('checkContinue', onRequest);
  return server;
}
