import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';
import { listen, loopbackUrl, stop } from '../http/loopback-server.ts';
import { openLevelStore } from '../store/level-store.ts';
import { type Credentials, type DynamoDbError, findDynamoDbError } from './signature.ts';

/** The default credentials are no secret, since the endpoint listens on this machine only. */
const LOCAL_CREDENTIALS: Credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Amazon DynamoDB's own limit for a request, and dynalite's: the largest BatchWriteItem. */
const MAXIMUM_REQUEST_BYTES = 16 * 1_024 * 1_024;

export interface DynamoDbEndpointOptions {
  /** Folder that holds the database; made when it does not exist. One process at a time may use it. */
  readonly folder: string;
  /**
   * Port on 127.0.0.1; 0 takes a free one.
   * @default 0
   */
  readonly port?: number;
  /**
   * The one key whose signatures are accepted.
   * @default access key `local`, secret `local`
   */
  readonly credentials?: Credentials;
}

export interface DynamoDbEndpoint {
  readonly port: number;
  readonly url: string;
  readonly credentials: Credentials;
  /** Stops listening and closes the database once it has written what it was given. */
  close(): Promise<void>;
}

/**
 * Starts an embedded DynamoDB that keeps its data on disk: dynalite, behind a check of signatures, which dynalite
 * lacks. Only that check is our own. Amazon's DynamoDB Local is a Java program, to be installed apart.
 *
 * Data that was written survives the end of the process (`kill -9` included). LevelDB does not flush to the disk at
 * every write, so the last moments before a power cut may be lost. There is no time to live: an expired tombstone
 * stays, which costs disk space only, since readers never show tombstones.
 *
 * @throws Error when another process uses the folder, or the port is taken.
 */
export async function startDynamoDbEndpoint(options: DynamoDbEndpointOptions): Promise<DynamoDbEndpoint> {
  const { folder, port = 0, credentials = LOCAL_CREDENTIALS } = options;
  await prepareStore(folder);
  const server = dynalite({ path: folder, createTableMs: 0 });
  checkSignatures(server, credentials);
  const listeningPort = await listen(server, port);
  return {
    port: listeningPort,
    url: loopbackUrl(listeningPort),
    credentials,
    close: () => stop(server),
  };
}

/** dynalite (`db/index.js`, version 4.0.0) keeps the description of each table here, under the table's name. */
const TABLE_KEYS = { gte: 'table~', lt: 'table~\uffff' };

/**
 * Finds out whether another process has the store, which dynalite would not tell: it opens the store by itself, and
 * then answers every request with an error that names no cause.
 *
 * A process that is killed while dynalite makes a table leaves the table in CREATING for ever, since only a timer of
 * that process would have ended this state. Such a table has no items, since dynalite takes none for it; once its
 * description is removed, the table can be made anew.
 */
async function prepareStore(folder: string): Promise<void> {
  const store = await openLevelStore(folder);
  const options = { ...TABLE_KEYS, valueEncoding: 'json' };
  const tables = await store.iterator<string, { TableStatus?: string }>(options).all();
  const unfinished = tables.filter(([, { TableStatus }]) => TableStatus === 'CREATING');
  await store.batch(unfinished.map(([key]) => ({ type: 'del', key })));
  await store.close();
}

/** Puts the check in front of dynalite's own request listener, which then sees the request as it came. */
function checkSignatures(server: Server, credentials: Credentials): void {
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request).catch(() => undefined);
    if (body === undefined) return void response.writeHead(413, { Connection: 'close' }).end();
    const fault = reachesData(request) ? faultOf(request, body, credentials) : undefined;
    if (fault !== undefined) return answerError(response, fault);
    for (const listener of listeners) listener(replay(request, body), response);
  });
}

/** dynalite answers GET with its health and OPTIONS with its cross-origin rules; a browser cannot sign either. */
function reachesData(request: IncomingMessage): boolean {
  return request.method !== 'GET' && request.method !== 'OPTIONS';
}

function faultOf(
  request: IncomingMessage,
  body: Buffer,
  credentials: Credentials,
): DynamoDbError | undefined {
  const { method = '', url: target = '', headers } = request;
  return findDynamoDbError({ method, target, headers, body }, credentials);
}

function answerError(response: ServerResponse, { exception, message }: DynamoDbError): void {
  const __type = `com.amazon.coral.service#${exception}`;
  response.writeHead(400, { 'Content-Type': 'application/x-amz-json-1.0', 'x-amzn-RequestId': randomUUID() });
  response.end(JSON.stringify({ __type, message }));
}

/** @throws Error when the body is too large, or the client goes away before its end. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAXIMUM_REQUEST_BYTES) throw new Error(`Expected at most ${MAXIMUM_REQUEST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A request whose body has been read, with the parts that dynalite reads: stream, method, URL and headers. */
function replay(request: IncomingMessage, body: Buffer): IncomingMessage {
  const { method, url, headers } = request;
  return Object.assign(Readable.from(body.length > 0 ? [body] : []), {
    method,
    url,
    headers,
  }) as IncomingMessage;
}
