import type { IncomingMessage } from 'node:http';
import type { DynamoDbError } from './signature.ts';

/** Amazon DynamoDB's own limit for a request, and dynalite's: the largest BatchWriteItem. */
const MAXIMUM_REQUEST_BYTES = 16 * 1_024 * 1_024;
/** Of all requests that are being read at a time: four of the largest, or thousands of usual ones. */
const MAXIMUM_BYTES_AT_ONCE = 4 * MAXIMUM_REQUEST_BYTES;

/**
 * Reads bodies, which must be in memory whole before their signature can be checked: it covers them.
 *
 * @returns a function that gives the body or why it is refused; throws when the client goes away before its end
 */
export function createBodyReader(
  maximumBytes = MAXIMUM_REQUEST_BYTES,
  maximumBytesAtOnce = MAXIMUM_BYTES_AT_ONCE,
): (request: IncomingMessage) => Promise<Uint8Array | DynamoDbError> {
  let bytesAtOnce = 0;

  return async (request) => {
    if (Number(request.headers['content-length'] ?? 0) > maximumBytes) return tooLarge(maximumBytes);
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        bytesAtOnce += chunk.length;
        if (bytes > maximumBytes) return tooLarge(maximumBytes);
        if (bytesAtOnce > maximumBytesAtOnce) return BUSY;
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } finally {
      bytesAtOnce -= bytes;
    }
  };
}

/** SDKs wait and try again. */
const BUSY: DynamoDbError = {
  status: 503,
  exception: 'ThrottlingException',
  message: 'Too many large requests are being read at once; try again.',
};

function tooLarge(maximumBytes: number): DynamoDbError {
  const message = `Expected a request of at most ${maximumBytes} bytes`;
  return { status: 413, exception: 'ValidationException', message };
}
