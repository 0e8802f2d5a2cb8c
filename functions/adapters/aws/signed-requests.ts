import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type RetryResolvedConfig, retryMiddleware } from '@smithy/core/retry';
import { correctedClock, type ServiceClock } from './corrected-clock.ts';
import { headerSigner, type SigningCredentials } from './header-signature.ts';
import type { SdkRequest } from './http-connections.ts';
import { queryString } from './uri-query.ts';

/** What is taken of a client of the SDK: where its requests go, who signs them and when, and how often they are sent. */
export interface RequestSettings extends RetryResolvedConfig, ServiceClock {
  readonly credentials: () => Promise<SigningCredentials>;
  readonly requestHandler: {
    handle(request: never, options?: never): Promise<{ readonly response: SdkResponse }>;
  };
}

/** An answer of a service; the names of its headers are in lower case. */
export interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A request of one service, before it is signed. */
export interface ServiceRequest {
  readonly method: string;
  /** Of the endpoint, with its port where that is not the protocol's own. */
  readonly url: URL;
  /** Encoded as the request line has it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Hexadecimal SHA-256 of the body. */
  readonly payloadHash: string;
  readonly service: string;
  readonly region: string;
  /** Ends the request, answer included. */
  readonly abortSignal?: AbortSignal;
}

/** Makes a result of an answer, or throws: a {@link serviceError} where it is none of success. */
export type AnswerReader<Result> = (response: SdkResponse) => Promise<Result>;

/** Sends a request, and once more what failed with a passing fault. */
export type SignedRequests = <Result>(request: ServiceRequest, read: AnswerReader<Result>) => Promise<Result>;

/**
 * Sends requests as a client of the SDK would: to its endpoint, by its connections, with its credentials, and with its own
 * retries, which are the SDK's code. What is left out is what the SDK does besides for each request, most of its time: user agents,
 * rules of endpoints that never change, schemas. A request of DynamoDB takes a quarter of the processor's time so.
 */
export function signedRequests(config: RequestSettings): SignedRequests {
  const sign = headerSigner();
  const clock = correctedClock(config);

  async function attempt<Result>(
    { service, region, payloadHash, abortSignal, ...request }: ServiceRequest & SdkRequest,
    read: AnswerReader<Result>,
  ): Promise<Result> {
    const isS3 = service === 's3';
    const time = clock.now();
    const headers = sign(
      {
        ...{ method: request.method, headers: request.headers, payloadHash },
        canonicalPath: isS3 ? request.path : encodeURIComponent(request.path).replaceAll('%2F', '/'),
        canonicalQuery: queryString(request.query ?? {}).slice(1),
      },
      { service, region, credentials: await config.credentials(), now: time.now },
    );
    const signed: SdkRequest = { ...request, headers };
    const options = abortSignal ? { abortSignal } : {};
    const { response } = await config.requestHandler.handle(signed as never, options as never);
    try {
      return await read(response);
    } catch (error) {
      throw await clock.corrected(error, response.headers, time);
    }
  }

  return async (request, read) => {
    const { url, headers } = request;
    // What the SDK's retries take for a request of its own: they name each attempt in its headers.
    const sdkRequest = {
      ...request,
      ...{ protocol: url.protocol, hostname: url.hostname, port: portOf(url) },
      query: request.query ?? {},
      headers: { ...headers, host: url.host },
    };
    const send = retryMiddleware(config)(
      async () => ({
        response: undefined,
        output: { $metadata: {}, result: await attempt(sdkRequest, read) },
      }),
      {},
    );
    const { output } = await send({ request: sdkRequest, input: {} });
    return output.result;
  };
}

/** How the requests to an endpoint are signed, where its rules say. */
export function signingScheme({ properties }: { readonly properties?: Readonly<Record<string, unknown>> }) {
  const [scheme] = (properties?.authSchemes ?? []) as readonly {
    readonly name: string;
    readonly signingName?: string;
    readonly signingRegion?: string;
  }[];
  return scheme;
}

function portOf({ port }: URL): number | undefined {
  return port === '' ? undefined : Number(port);
}

/** An error that a service told, as the SDK has it: by its name and status it is sent again, or given up. */
export function serviceError(name: string, message: string, response: SdkResponse): Error {
  const { statusCode, headers } = response;
  const error = Object.assign(new Error(message), {
    name,
    $fault: statusCode >= 500 ? 'server' : 'client',
    $metadata: {
      httpStatusCode: statusCode,
      requestId: headers['x-amzn-requestid'] ?? headers['x-amz-request-id'],
    },
  });
  // For the retries, which look for a time to wait; not for logs.
  return Object.defineProperty(error, '$response', { value: response, enumerable: false });
}

/**
 * All bytes of an answer.
 *
 * @param lengthBytes as the answer has announced it: then they are put into their place as they come. What is cut is shorter
 */
export async function bytesOf(body: unknown, lengthBytes?: number): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  const chunks = body as AsyncIterable<Uint8Array>;
  return lengthBytes === undefined ? joined(chunks) : inPlace(chunks, lengthBytes);
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all.length === 1 && all[0] ? all[0] : Buffer.concat(all);
}

/**
 * By events where it can: iteration joins what has come meanwhile, one more copy of the body, and V8 marks its whole heap for every
 * 64 MiB of buffers.
 */
async function inPlace(chunks: AsyncIterable<Uint8Array>, lengthBytes: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(lengthBytes);
  let received = 0;
  const put = (chunk: Uint8Array) => {
    bytes.set(chunk, received);
    received += chunk.length;
  };
  if (chunks instanceof Readable) await eachChunk(chunks, put);
  else for await (const chunk of chunks) put(chunk);
  return received === lengthBytes ? bytes : bytes.subarray(0, received);
}

async function eachChunk(body: Readable, take: (chunk: Uint8Array) => void): Promise<void> {
  body.on('data', (chunk: Uint8Array) => {
    try {
      take(chunk);
    } catch (error) {
      body.destroy(error as Error);
    }
  });
  await finished(body);
}
