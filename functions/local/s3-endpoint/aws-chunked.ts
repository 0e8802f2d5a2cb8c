import { createHash } from 'node:crypto';
import { sha256Hex } from '../http/canonical-request.ts';
import { isSameSignature, MISMATCH } from '../http/signature.ts';
import type { Authentication } from './authentication.ts';
import { incompleteBody, S3Error } from './errors.ts';
import { signatureError } from './signature.ts';

/** `size in hexadecimal[;chunk-signature=64 hexadecimal digits]` */
const CHUNK_HEADER = /^([0-9a-fA-F]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?$/;
const TRAILER = /^([^:\s]+):\s*(.*?)\s*$/;
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';
const EMPTY_HASH = sha256Hex('');

/**
 * Takes the framing off an `aws-chunked` body and checks the signatures of its chunks and trailers, if signed.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 *
 * @param trailers receives the trailing headers, names in lower case, once the body has been read to its end
 * @throws {S3Error} `IncompleteBody`, `InvalidRequest`, `SignatureDoesNotMatch`
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Buffer>,
  authentication: Authentication,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const reader = createByteReader(body);
  const signatures = authentication.bodyHash.startsWith('STREAMING-AWS4-HMAC-SHA256')
    ? chainOfSignatures(authentication)
    : undefined;
  try {
    yield* readChunks(reader, signatures);
    await readTrailers(reader, trailers);
    signatures?.checkTrailers(trailers);
  } finally {
    await reader.close();
  }
}

/** Each chunk is a header line, its bytes and a CRLF; the last has no bytes and no CRLF of its own. */
async function* readChunks(
  reader: ByteReader,
  signatures: SignatureChain | undefined,
): AsyncGenerator<Buffer> {
  for (;;) {
    const { size, signature } = chunkHeader(await reader.line());
    const hash = signatures && createHash('sha256');
    for (let left = size; left > 0; ) {
      const bytes = await reader.atMost(left);
      left -= bytes.length;
      hash?.update(bytes);
      yield bytes;
    }
    if (hash) signatures?.checkChunk(hash.digest('hex'), signature);
    if (size === 0) return;
    if ((await reader.line()) !== '') throw incompleteBody('A chunk is longer than its header says.');
  }
}

async function readTrailers(reader: ByteReader, trailers: Map<string, string>): Promise<void> {
  for (let line = await reader.lastLine(); line !== ''; line = await reader.lastLine()) {
    addTrailer(line, trailers);
  }
}

function chunkHeader(line: string): { size: number; signature: string | undefined } {
  const [, size, signature] = CHUNK_HEADER.exec(line) ?? [];
  if (size === undefined)
    throw new S3Error(400, 'InvalidRequest', `Expected a chunk header but received "${line}".`);
  return { size: Number.parseInt(size, 16), signature };
}

function addTrailer(line: string, trailers: Map<string, string>): void {
  const [, name, value] = TRAILER.exec(line) ?? [];
  if (name === undefined || value === undefined)
    throw incompleteBody(`Expected a trailer but received "${line}".`);
  trailers.set(name.toLowerCase(), value);
}

type SignatureChain = ReturnType<typeof chainOfSignatures>;

/** Each chunk's signature covers the one before it; the first one covers the request's own. */
function chainOfSignatures({ sign, signature, bodyHash }: Authentication) {
  let previous = signature;
  return {
    checkChunk(hash: string, received: string | undefined): void {
      const expected = sign('AWS4-HMAC-SHA256-PAYLOAD', [previous, EMPTY_HASH, hash]);
      if (!isSameSignature(expected, received ?? '')) throw signatureError(MISMATCH);
      previous = expected;
    },
    checkTrailers(trailers: ReadonlyMap<string, string>): void {
      if (!bodyHash.endsWith('-TRAILER')) return;
      const signed = [...trailers].filter(([name]) => name !== TRAILER_SIGNATURE);
      const canonical = signed.map(([name, value]) => `${name}:${value}\n`).join('');
      const expected = sign('AWS4-HMAC-SHA256-TRAILER', [previous, sha256Hex(canonical)]);
      if (!isSameSignature(expected, trailers.get(TRAILER_SIGNATURE) ?? '')) throw signatureError(MISMATCH);
    },
  };
}

/** Reads lines and counted bytes from a stream of buffers that are cut anywhere. */
interface ByteReader {
  /** Text up to the next CRLF, without it. */
  line(): Promise<string>;
  /** The same, but the end of the body counts as an empty line. */
  lastLine(): Promise<string>;
  /** Between 1 and `maximum` bytes. */
  atMost(maximum: number): Promise<Buffer>;
  /** Releases the source, whether or not it was read to its end. */
  close(): Promise<void>;
}

/** Chunk headers and trailers are short; a body with a longer line is not `aws-chunked`. */
const MAXIMUM_LINE_BYTES = 16_384;

/** @throws {S3Error} from each function: `IncompleteBody` when the bytes end too soon */
function createByteReader(source: AsyncIterable<Buffer>): ByteReader {
  const iterator = source[Symbol.asyncIterator]();
  let buffered: Buffer = Buffer.alloc(0);

  async function readMore(): Promise<boolean> {
    const next = await iterator.next();
    if (next.done) return false;
    buffered = buffered.length === 0 ? next.value : Buffer.concat([buffered, next.value]);
    return true;
  }

  function take(count: number): Buffer {
    const taken = buffered.subarray(0, count);
    buffered = buffered.subarray(count);
    return taken;
  }

  async function line(): Promise<string> {
    for (;;) {
      const end = buffered.indexOf('\r\n');
      if (end >= 0) return take(end + 2).toString('latin1', 0, end);
      if (buffered.length > MAXIMUM_LINE_BYTES)
        throw new S3Error(400, 'InvalidRequest', 'A chunk header is too long.');
      if (!(await readMore())) throw incompleteBody('The body ended within its chunk framing.');
    }
  }

  return {
    line,
    async lastLine() {
      if (buffered.length === 0 && !(await readMore())) return '';
      return line();
    },
    async atMost(maximum) {
      while (buffered.length === 0) {
        if (!(await readMore())) throw incompleteBody('The body ended within a chunk.');
      }
      return take(maximum);
    },
    async close() {
      await iterator.return?.();
    },
  };
}
