import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ImageRecord, imageKey } from '../../core/records/image-record.ts';
import { LOCAL_PIPELINE } from '../control-api/local-pipeline.ts';
import { findForeignPage, OWN_PAGES_ONLY } from '../http/foreign-page.ts';
import { createLocalServer, listen, loopbackUrl, type PortChoice, stop } from '../http/loopback-server.ts';
import { LOOPBACK_REACH, type Reach } from '../http/reach.ts';
import { type AssertSpace, isDiskFull, RESERVED_BYTES, spaceOf } from '../store/free-space.ts';
import { openLevelStore } from '../store/level-store.ts';
import { type Engine, EngineFailure, startEngine } from './engine.ts';
import { refusedOperation } from './refused-operations.ts';
import { createBodyReader } from './request-body.ts';
import { type Credentials, type DynamoDbError, findDynamoDbError } from './signature.ts';
import { recordsIn, type WrittenImage, writtenImages } from './written-records.ts';

/** The default credentials are no secret, since the endpoint listens on this machine only. */
const LOCAL_CREDENTIALS: Credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

export interface DynamoDbEndpointOptions {
  /** Folder that holds the database; made when it does not exist. One process at a time may use it. */
  readonly folder: string;
  /** @default any free one */
  readonly port?: PortChoice;
  /** @default this machine alone */
  readonly reach?: Reach | undefined;
  /**
   * The one key whose signatures are accepted.
   * @default access key `local`, secret `local`
   */
  readonly credentials?: Credentials;
  /** A sentence for those who sign with other keys: which are meant. @default none */
  readonly keysHint?: string | undefined;
  /** Told of each image record that is written, whichever program does it, before that program is answered. */
  readonly onImage?: (image: WrittenImage) => void;
}

export interface ReadImagesOptions {
  /** @default true */
  readonly withEmbeddings?: boolean;
}

export interface DynamoDbEndpoint {
  readonly port: number;
  readonly url: string;
  readonly credentials: Credentials;
  /**
   * Every image record of the pipeline's table, page by page, beside whatever else is asked: one that is written meanwhile may
   * come as it was before.
   */
  images(): AsyncIterable<readonly ImageRecord[]>;
  /** The records of some images as they stand, in this order; those that are not there are left out. */
  readImages(
    images: readonly { readonly bucket: string; readonly key: string }[],
    options?: ReadImagesOptions,
  ): Promise<readonly ImageRecord[]>;
  /** Stops listening and closes the database once it has written what it was given. */
  close(): Promise<void>;
}

/**
 * Starts an embedded DynamoDB that keeps its data on disk: dynalite, on a thread of its own (`engine.ts`), behind
 * what it lacks: a check of who asks and of signatures, and DynamoDB's limits. Amazon's DynamoDB Local is a Java program,
 * to be installed apart.
 *
 * Data that was written survives the end of the process (`kill -9` included). LevelDB does not flush to the disk at
 * every write, so the last moments before a power cut may be lost. There is no time to live: an expired tombstone
 * stays, which costs disk space only, since readers never show tombstones.
 *
 * @throws Error when another process uses the folder, or the port is taken.
 */
export async function startDynamoDbEndpoint(options: DynamoDbEndpointOptions): Promise<DynamoDbEndpoint> {
  const {
    folder,
    port = 0,
    reach = LOOPBACK_REACH,
    credentials = LOCAL_CREDENTIALS,
    keysHint,
    onImage,
  } = options;
  const engine = await startEngine(folder, () => prepareStore(folder));
  const readBody = createBodyReader();
  const assertSpace = spaceOf(folder, RESERVED_BYTES.table);
  const server = createLocalServer((request, response) => {
    answer(request, response, { engine, credentials, keysHint, readBody, assertSpace, onImage, reach }).catch(
      () => response.destroy(),
    );
  });
  const close = async () => {
    await stop(server);
    await engine.close();
  };
  try {
    const listeningPort = await listen(server, port, reach.host);
    return {
      ...{ port: listeningPort, url: loopbackUrl(listeningPort), credentials, close },
      images: () => storedImages(engine),
      readImages: (images, options) => namedImages(engine, images, options),
    };
  } catch (error) {
    await close();
    throw error;
  }
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

async function* storedImages(engine: Engine): AsyncGenerator<readonly ImageRecord[]> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { records, last } = await readImages(engine, { after });
    yield records;
    after = last;
  }
}

async function namedImages(
  engine: Engine,
  images: readonly { readonly bucket: string; readonly key: string }[],
  { withEmbeddings = true }: ReadImagesOptions = {},
): Promise<readonly ImageRecord[]> {
  const partitions = images.map((image) => imageKey(image).PK);
  const { records } = await readImages(engine, { partitions, isWithout: !withEmbeddings });
  return records;
}

async function readImages(engine: Engine, which: Parameters<Engine['images']>[1]) {
  const { status, body } = await engine.images(LOCAL_PIPELINE.table, which);
  if (status !== 200) throw new EngineFailure(body);
  return recordsIn(body);
}

interface Answering {
  readonly engine: Engine;
  readonly credentials: Credentials;
  readonly keysHint: string | undefined;
  readonly readBody: ReturnType<typeof createBodyReader>;
  readonly assertSpace: AssertSpace;
  readonly onImage: DynamoDbEndpointOptions['onImage'];
  readonly reach: Reach;
}

/** Whatever makes the table larger; deletions do not for long. */
const WRITES =
  /\.(PutItem|UpdateItem|BatchWriteItem|TransactWriteItems|CreateTable|UpdateTable|TagResource)$/;

/** Everything that needs no body is checked before the body is read, so that nobody without a key can fill the memory. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { engine, credentials, keysHint, readBody, assertSpace, onImage, reach }: Answering,
): Promise<void> {
  for (const [name, value] of Object.entries(OWN_PAGES_ONLY)) response.setHeader(name, value);
  const { method = '', url = '/', headers } = request;
  const parts = { method, target: url, headers };
  const refusal = foreignPageError(request, reach) ?? checked(parts, undefined, { credentials, keysHint });
  if (refusal !== undefined) return answerError(response, refusal);
  const body = await readBody(request);
  if (!(body instanceof Uint8Array)) return answerError(response, body);
  const target = String(headers['x-amz-target'] ?? '');
  const fault =
    checked(parts, body, { credentials, keysHint }) ??
    (method === 'POST' ? refusedOperation(target) : undefined);
  if (fault !== undefined) return answerError(response, fault);
  try {
    if (WRITES.test(target)) await assertSpace(body.length);
    const { origin, ...passed } = headers; // dynalite would let the pages of any origin read its answer
    const {
      status,
      headers: answered,
      body: text,
    } = await engine.answer({ method, url, headers: passed, body });
    if (status === 200 && onImage) writtenImages(target, body).forEach(onImage);
    response.setHeader('x-amzn-RequestId', randomUUID());
    response.writeHead(status, answered).end(text);
  } catch (error) {
    answerError(response, engineError(error));
  }
}

function foreignPageError({ headers }: IncomingMessage, { isOwnName }: Reach): DynamoDbError | undefined {
  const message = findForeignPage(headers, { isOwnName });
  return message === undefined ? undefined : { status: 403, exception: 'AccessDeniedException', message };
}

function checked(
  parts: { readonly method: string; readonly target: string; readonly headers: IncomingMessage['headers'] },
  body: Uint8Array | undefined,
  keys: Pick<Answering, 'credentials' | 'keysHint'>,
): DynamoDbError | undefined {
  // dynalite answers GET with its health and refuses OPTIONS.
  if (parts.method === 'GET' || parts.method === 'OPTIONS') return undefined;
  return findDynamoDbError({ ...parts, body }, keys.credentials, keys.keysHint);
}

/** By DynamoDB's names for faults of its own, after which SDKs try again; a full disk is 507, which they do not. */
function engineError(error: unknown): DynamoDbError {
  const message = error instanceof Error ? error.message : String(error);
  return { status: isDiskFull(error) ? 507 : 500, exception: 'InternalServerError', message };
}

function answerError(response: ServerResponse, { status = 400, exception, message }: DynamoDbError): void {
  const __type = `com.amazon.coral.service#${exception}`;
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.0',
    'x-amzn-RequestId': randomUUID(),
    // What is left of a body that was not read is not worth waiting for.
    ...(status === 413 && { Connection: 'close' }),
  });
  response.end(JSON.stringify({ __type, message }));
}
