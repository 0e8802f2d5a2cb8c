import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
// The package's entry would bring its other clients, WebSockets and a cache into every function's bundle.
import Agent from 'undici/lib/dispatcher/agent.js';

/** A request as the AWS SDK hands it to what sends it. */
export interface SdkRequest {
  readonly method: string;
  /** With a colon: `https:`. */
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  /** Encoded as the request line has it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface ConnectionTimeouts {
  readonly connectionTimeout: number;
  /** Without an answer, or any more of one, for so long a request is given up. */
  readonly requestTimeout: number;
}

/** As the SDK's own handler has it. */
const MAXIMUM_SOCKETS = 50;
/** A connection that is not used for so long is closed, unless the service has said how long it keeps it. */
const KEPT_MILLISECONDS = 60_000;
/** A body that is stopped and goes on costs more than what it takes in memory; few bodies are on their way at once. */
const BUFFERED_BYTES = 2 ** 20;

/**
 * What sends requests for the AWS SDK, by undici's connections: a request of DynamoDB takes half of the processor's time that it
 * takes through `node:http`, which the SDK's own handler uses, and a body of some megabytes a quarter, since it is not copied on its way
 * (Node 20, undici 6). The errors are those that the SDK knows as passing.
 */
export function httpConnections({ connectionTimeout, requestTimeout }: ConnectionTimeouts) {
  const agent = new Agent({
    connect: { timeout: connectionTimeout },
    connections: MAXIMUM_SOCKETS,
    headersTimeout: requestTimeout,
    bodyTimeout: requestTimeout,
    keepAliveTimeout: KEPT_MILLISECONDS,
  });
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: (request: SdkRequest, { abortSignal }: { readonly abortSignal?: unknown } = {}) =>
      new Promise<{ response: HttpAnswer }>((resolve, reject) => {
        const answered = (response: HttpAnswer) => resolve({ response });
        const handlers = answerHandlers(answered, reject, abortSignal as AbortSignal | undefined);
        agent.dispatch(dispatched(request), handlers);
      }),
    destroy: () => void agent.destroy(),
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  };
}

function dispatched({
  method,
  protocol,
  hostname,
  port,
  path,
  query,
  headers,
  body = null,
}: SdkRequest): Dispatcher.DispatchOptions {
  return {
    origin: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`,
    path: query === undefined ? path : `${path}${queryString(query)}`,
    method: method as Dispatcher.HttpMethod,
    headers,
    body: body as string | Uint8Array | Readable | null,
  };
}

/** An answer, whose body may still be on its way; names of headers in lower case. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

/** Makes an answer of what undici tells of a request, bit by bit. */
function answerHandlers(
  resolve: (answer: HttpAnswer) => void,
  reject: (error: unknown) => void,
  signal: AbortSignal | undefined,
): Dispatcher.DispatchHandlers {
  let body: Readable | undefined;
  let stop = (_reason?: Error) => {};
  const abort = () => stop(aborted());
  const end = () => signal?.removeEventListener('abort', abort);
  return {
    onConnect(stopRequest) {
      stop = stopRequest;
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    },
    onHeaders(statusCode, headers, resume) {
      // 100 Continue and its like: the answer is still to come.
      if (statusCode < 200) return true;
      body = new Readable({
        highWaterMark: BUFFERED_BYTES,
        read: resume,
        destroy(error, destroyed) {
          if (!body?.readableEnded) stop(error ?? aborted());
          destroyed(error);
        },
      });
      // Who reads it is told by its reading; nobody may read it any more.
      body.on('error', () => {});
      resolve({ statusCode, headers: headersIn(headers), body });
      return true;
    },
    onData: (chunk) => body?.push(chunk) ?? true,
    onComplete() {
      end();
      body?.push(null);
    },
    onError(error) {
      end();
      if (body) body.destroy(connectionError(error));
      else reject(connectionError(error));
    },
  };
}

function aborted(): Error {
  return Object.assign(new Error('Request aborted'), { name: 'AbortError' });
}

/** Headers that come twice are joined. @param raw names and values in turn */
function headersIn(raw: readonly Buffer[] | readonly string[] | null): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; raw !== null && at + 1 < raw.length; at += 2) {
    const name = String(raw[at]).toLowerCase();
    const value = String(raw[at + 1]);
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

/** As it is signed: sorted, and with all but unreserved characters encoded. */
export function queryString(query: NonNullable<SdkRequest['query']>): string {
  const parts = Object.entries(query)
    .map(([name, value]) => [encodedForUri(name), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) =>
      value === null ? [name] : [value].flat().map((one) => `${name}=${encodedForUri(one)}`),
    );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html#create-signature-presign-entire-payload */
export function encodedForUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Codes of undici's errors, with what the SDK's own handler tells of the same. */
const KNOWN_AS: Readonly<Record<string, object>> = {
  UND_ERR_CONNECT_TIMEOUT: { name: 'TimeoutError' },
  UND_ERR_HEADERS_TIMEOUT: { name: 'TimeoutError' },
  UND_ERR_BODY_TIMEOUT: { name: 'TimeoutError' },
  UND_ERR_SOCKET: { code: 'ECONNRESET' },
};

/** So that the SDK's retries know what passes. */
function connectionError(error: Error): Error {
  const { code = '' } = error as { code?: string };
  const known = KNOWN_AS[code];
  return known ? Object.assign(new Error(error.message, { cause: error }), known) : error;
}
