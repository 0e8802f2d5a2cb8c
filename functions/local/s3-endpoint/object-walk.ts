import { keysUnder, type Metadata } from './metadata.ts';
import type { ObjectRecord } from './records.ts';

/** A bucket's objects under a prefix, in the order of their keys' UTF-8 bytes. */
export interface ObjectWalk {
  next(): Promise<ObjectRecord | undefined>;
  /** Goes on after a key, or after all keys that begin with a prefix, without looking at them. Never goes back. */
  skip(keyOrPrefix: string, isPrefix: boolean): void;
  close(): Promise<void>;
}

/** Above every key that begins with what stands before it: no UTF-8 text holds this byte. */
const AFTER_ALL_KEYS = Buffer.from([0xff]);
/** Below every other key that begins with what stands before it. */
const NEXT_KEY = Buffer.from([0]);

/** Works on bytes, since JavaScript compares strings by UTF-16 units, which is another order. */
export function walkObjects({ objects }: Metadata, bucket: string, prefix: string): ObjectWalk {
  const { gte: bucketStart, lt: bucketEnd } = keysUnder(bucket);
  const position = (key: string, after: Buffer = Buffer.alloc(0)) =>
    Buffer.concat([Buffer.from(bucketStart + key), after]);
  const first = position(prefix);
  const iterator = objects.iterator<Buffer, ObjectRecord>({
    gte: first,
    lt: prefix === '' ? Buffer.from(bucketEnd) : position(prefix, AFTER_ALL_KEYS),
    keyEncoding: 'buffer',
  });
  return {
    async next() {
      const [, object] = (await iterator.next()) ?? [];
      return object;
    },
    skip(keyOrPrefix, isPrefix) {
      const target = position(keyOrPrefix, isPrefix ? AFTER_ALL_KEYS : NEXT_KEY);
      if (Buffer.compare(target, first) > 0) iterator.seek(target);
    },
    close: () => iterator.close(),
  };
}
