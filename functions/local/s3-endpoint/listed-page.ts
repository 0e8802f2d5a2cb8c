import { uriEncodePath } from '../http/uri-encoding.ts';
import { invalidArgument } from './errors.ts';
import { keysUnder, type Metadata } from './metadata.ts';
import type { ObjectRecord } from './records.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const MAXIMUM_KEYS = 1000;

/** What to list; all operations that list are read into it. */
export interface Listing {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maximumKeys: number;
  /** The listing begins after this key, or after all keys under this common prefix. */
  readonly after: string;
}

export interface Page {
  readonly objects: readonly ObjectRecord[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page begins; `undefined` on the last one. */
  readonly next: string | undefined;
}

/** @throws {S3Error} `InvalidArgument` */
export function parseListing(query: URLSearchParams, after: string): Listing {
  const maximumKeys = Number(query.get('max-keys') ?? MAXIMUM_KEYS);
  if (!Number.isInteger(maximumKeys) || maximumKeys < 0)
    throw invalidArgument('max-keys must be a whole number.');
  const encodingType = query.get('encoding-type');
  if (encodingType !== null && encodingType !== 'url') throw invalidArgument('encoding-type must be "url".');
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maximumKeys: Math.min(maximumKeys, MAXIMUM_KEYS),
    after,
  };
}

export async function listPage(metadata: Metadata, bucket: string, listing: Listing): Promise<Page> {
  const { prefix, maximumKeys, after } = listing;
  const objects: ObjectRecord[] = [];
  const commonPrefixes: string[] = [];
  let last = '';
  const walk = walkObjects(metadata, bucket, prefix);
  try {
    if (after !== '') walk.skip(after, isCommonPrefix(after, listing));
    for (let object = await walk.next(); object; object = await walk.next()) {
      if (objects.length + commonPrefixes.length === maximumKeys) {
        return { objects, commonPrefixes, next: maximumKeys === 0 ? undefined : last };
      }
      const commonPrefix = commonPrefixOf(object.key, listing);
      last = commonPrefix ?? object.key;
      if (commonPrefix === undefined) {
        objects.push(object);
      } else {
        commonPrefixes.push(commonPrefix);
        walk.skip(commonPrefix, true);
      }
    }
    return { objects, commonPrefixes, next: undefined };
  } finally {
    await walk.close();
  }
}

/** The key up to the first delimiter after the prefix. */
function commonPrefixOf(key: string, { prefix, delimiter }: Listing): string | undefined {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

function isCommonPrefix(text: string, listing: Listing): boolean {
  return text.startsWith(listing.prefix) && commonPrefixOf(text, listing) === text;
}

/** A bucket's objects under a prefix, in the order of their keys' UTF-8 bytes. */
interface ObjectWalk {
  next(): Promise<ObjectRecord | undefined>;
  /** Continues after a key, or after all keys that begin with a prefix, without reading them. Never goes back. */
  skip(keyOrPrefix: string, isPrefix: boolean): void;
  close(): Promise<void>;
}

/** Appended to a text, it sorts after every key that begins with the text: no UTF-8 has this byte. */
const AFTER_ALL_KEYS = Buffer.from([0xff]);
/** Appended to a key, it sorts before every longer key that begins with that key. */
const NEXT_KEY = Buffer.from([0]);

/** Compares bytes: JavaScript compares strings by UTF-16 units, which is another order. */
function walkObjects({ objects }: Metadata, bucket: string, prefix: string): ObjectWalk {
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

/** Some keys have characters that XML cannot carry, so clients ask for percent-encoding. */
export function encoder(query: URLSearchParams): (key: string) => string {
  return query.get('encoding-type') === 'url' ? uriEncodePath : (key) => key;
}
