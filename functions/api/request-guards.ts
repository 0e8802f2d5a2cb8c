import type { Context, MiddlewareHandler } from 'hono';
import { excerpt } from '../core/errors.ts';
import { RefusedRequest } from './problems.ts';

/** A hundred corrections each way, with the longest names, fit. */
export const MAXIMUM_JSON_BYTES = 64 * 1024;
/** Two hundred examples each way, with the longest keys, fit. */
export const MAXIMUM_EXAMPLES_BYTES = 512 * 1024;

/**
 * Refuses a body that is larger, by its announced length or once more has come. (hono's own has no answer to a body without
 * a length where `Request` is not the platform's, as on one machine.)
 */
export function limitedBody(maximumBytes: number): MiddlewareHandler {
  return async ({ req }, next) => {
    const { body, headers } = req.raw;
    const announced = headers.has('transfer-encoding') ? null : headers.get('content-length');
    if (announced !== null && !(Number(announced) <= maximumBytes)) throw tooLarge(maximumBytes);
    if (announced === null && body) {
      const bytes = await bytesOf(body, maximumBytes);
      req.raw = new Request(req.url, { method: req.method, headers, body: bytes });
    }
    return next();
  };
}

async function bytesOf(
  body: ReadableStream<Uint8Array>,
  maximumBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > maximumBytes) throw tooLarge(maximumBytes);
    pieces.push(piece);
  }
  const bytes = new Uint8Array(size);
  let end = 0;
  for (const piece of pieces) {
    bytes.set(piece, end);
    end += piece.length;
  }
  return bytes;
}

function tooLarge(maximumBytes: number): RefusedRequest {
  return new RefusedRequest(413, 'body-too-large', `Expected a body of at most ${maximumBytes} bytes`);
}

/** What a validator found, as far as answers tell it. */
interface Validation {
  readonly success: boolean;
  readonly target: string;
  readonly error?: {
    readonly issues: ReadonlyArray<{ readonly path: readonly PropertyKey[]; readonly message: string }>;
  };
}

/** Further faults say nothing new of a request. */
const MAXIMUM_FAULTS = 5;

/** Refuses what does not fit its schema, with all faults. */
export function refuseInvalid(result: Validation): undefined {
  if (result.success) return;
  const what = result.target === 'query' ? 'the query string' : 'the body';
  const faults = (result.error?.issues ?? [])
    .slice(0, MAXIMUM_FAULTS)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  throw new RefusedRequest(400, 'invalid-request', excerptOf(`In ${what}: ${faults.join('; ')}`));
}

/** Names that come from the request are cut, and quoted by JSON. */
function excerptOf(text: string): string {
  return text.length <= 500 ? text : excerpt(text);
}

/** The body of a picture, refused where it is said to be something else. */
export async function pictureBody(context: Context): Promise<Uint8Array> {
  const mediaType = (context.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!/^image\/[\w.+-]+$/.test(mediaType) && mediaType !== 'application/octet-stream') {
    const message = 'Expected a picture as image/* or application/octet-stream';
    throw new RefusedRequest(415, 'unsupported-media-type', message);
  }
  const bytes = new Uint8Array(await context.req.arrayBuffer());
  if (bytes.length === 0) {
    throw new RefusedRequest(400, 'invalid-request', 'Expected a picture but received an empty body');
  }
  return bytes;
}
