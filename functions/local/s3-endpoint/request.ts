import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Authentication } from './authentication.ts';
import { S3Error } from './errors.ts';

/** A request as S3 sees it. `bucket` and `key` are empty where the request names none. */
export interface S3Request {
  readonly requestId: string;
  readonly method: string;
  /** Path as the client sent it: still percent-encoded, `..` and `//` untouched. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly bucket: string;
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
  readonly sourceIpAddress: string;
  /** The body's bytes. A reader that stops early leaves the connection open for an answer. */
  body(): AsyncIterable<Buffer>;
}

export interface AuthenticatedRequest extends S3Request {
  readonly authentication: Authentication;
}

/** S3's limit: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAXIMUM_KEY_BYTES = 1024;

/**
 * `URL` is not used, because it resolves `..` and so would change keys.
 *
 * A client that sends `Expect: 100-continue` may or may not send its body when it is refused, so that the bytes that
 * follow could be that body or the next request: such a connection is closed unless the body was asked for.
 *
 * @throws {S3Error} `InvalidURI`, `KeyTooLongError`
 */
export function parseRequest(incoming: IncomingMessage, response: ServerResponse): S3Request {
  if (incoming.headers.expect !== undefined) response.setHeader('connection', 'close');
  const target = incoming.url ?? '/';
  const queryStart = target.indexOf('?');
  const rawPath = queryStart < 0 ? target : target.slice(0, queryStart);
  return {
    requestId: randomUUID(),
    method: incoming.method ?? 'GET',
    rawPath,
    query: new URLSearchParams(queryStart < 0 ? '' : target.slice(queryStart + 1)),
    ...addressedObject(rawPath, incoming.headers.host ?? ''),
    headers: incoming.headers,
    sourceIpAddress: incoming.socket.remoteAddress ?? '',
    body() {
      if (incoming.headers.expect !== undefined) {
        response.writeContinue();
        response.removeHeader('connection');
      }
      return incoming.iterator({ destroyOnReturn: false });
    },
  };
}

/** `/bucket/key`, or `bucket.localhost` in the Host header, as SDKs do without path-style addressing. */
function addressedObject(rawPath: string, host: string): { bucket: string; key: string } {
  const path = uriDecode(rawPath).slice(1);
  const hostBucket = /^(.+)\.localhost(:\d+)?$/.exec(host)?.[1];
  if (hostBucket !== undefined) return { bucket: hostBucket, key: checkedKey(path) };
  const slash = path.indexOf('/');
  if (slash < 0) return { bucket: path, key: '' };
  return { bucket: path.slice(0, slash), key: checkedKey(path.slice(slash + 1)) };
}

/** @throws {S3Error} `KeyTooLongError` */
export function checkedKey(key: string): string {
  if (Buffer.byteLength(key) <= MAXIMUM_KEY_BYTES) return key;
  throw new S3Error(400, 'KeyTooLongError', `Your key is longer than ${MAXIMUM_KEY_BYTES} bytes of UTF-8.`);
}

/** A header's value; Node has already joined those that may be repeated. */
export function header(request: S3Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** @throws {S3Error} `InvalidURI` when the text is not percent-encoded UTF-8 */
export function uriDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error(400, 'InvalidURI', `Expected percent-encoded UTF-8 but received "${text}".`);
  }
}
