import { incompleteBody, S3Error } from './errors.ts';

/** Reads lines and counted bytes from a stream of buffers that are cut anywhere. */
export interface ByteReader {
  /** Text up to the next CRLF, without it. */
  line(): Promise<string>;
  /** The same, but the end of the body counts as an empty line. */
  lastLine(): Promise<string>;
  /** Between 1 and `maximum` bytes. */
  atMost(maximum: number): Promise<Buffer>;
  /** Lets go of the source, read to its end or not. */
  close(): Promise<void>;
}

/** Chunk headers and trailers are short; whatever is longer is no `aws-chunked` body. */
const MAXIMUM_LINE_BYTES = 16_384;

/** @throws {S3Error} from each function: `IncompleteBody` when the bytes end too soon */
export function createByteReader(source: AsyncIterable<Buffer>): ByteReader {
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
