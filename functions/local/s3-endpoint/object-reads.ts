import type { BlobFiles } from './blob-files.ts';
import { checksumElements, checksumHeaders } from './checksums.ts';
import { readOutcome } from './conditions.ts';
import { invalidArgument, noSuchKey, S3Error } from './errors.ts';
import { objectKey } from './metadata.ts';
import { overriddenHeaders } from './object-description.ts';
import type { ObjectRecord, StoredBlob } from './records.ts';
import { header, type S3Request } from './request.ts';
import { type S3Response, xmlResponse } from './response.ts';
import { findObject, requireBucket, type S3State } from './state.ts';

/** An object whose bytes stay readable until it is released, even if it is replaced meanwhile. */
export interface OpenObject {
  readonly object: ObjectRecord;
  readonly release: () => Promise<void>;
}

/** Takes the key's lock, so that nobody removes the bytes between finding and pinning them. */
export async function openObject(
  state: S3State,
  bucket: string,
  key: string,
): Promise<OpenObject | undefined> {
  return state.lock(objectKey(bucket, key), async () => {
    const object = await findObject(state, bucket, key);
    return object && { object, release: state.blobs.pin(object.blobs.map(({ id }) => id)) };
  });
}

/** @throws {S3Error} `NoSuchBucket`, `NoSuchKey` */
export async function requireObject(state: S3State, { bucket, key }: S3Request): Promise<ObjectRecord> {
  await requireBucket(state, bucket);
  const object = await findObject(state, bucket, key);
  if (!object) throw noSuchKey();
  return object;
}

/** The bytes of an object, or of a range of it. */
export async function* readBytes(
  blobs: BlobFiles,
  { blobs: stored, sizeBytes }: ObjectRecord,
  range: ByteRange = { first: 0, last: sizeBytes - 1 },
): AsyncGenerator<Buffer> {
  for (const { id, first, last } of piecesOf(stored, range)) yield* blobs.read(id, first, last);
}

/** GetObject and HeadObject. */
export async function getObject(state: S3State, request: S3Request): Promise<S3Response> {
  await requireBucket(state, request.bucket);
  const open = await openObject(state, request.bucket, request.key);
  if (!open) throw noSuchKey();
  try {
    const { object } = open;
    if (readOutcome(request, object) === 'not-modified') {
      await open.release();
      return { status: 304, headers: identityHeaders(object) };
    }
    const range = parseRange(header(request, 'range'), object.sizeBytes);
    return {
      status: range ? 206 : 200,
      headers: { ...objectHeaders(request, object, range), ...overriddenHeaders(request.query) },
      body: readBytes(state.blobs, object, range),
      release: open.release,
    };
  } catch (error) {
    await open.release();
    throw error;
  }
}

function identityHeaders({ eTag, modified }: ObjectRecord): Record<string, string> {
  return { etag: `"${eTag}"`, 'last-modified': new Date(modified).toUTCString() };
}

function objectHeaders(request: S3Request, object: ObjectRecord, range: ByteRange | undefined) {
  const { sizeBytes, headers, checksums, tags } = object;
  const wantsChecksums = header(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return {
    ...headers,
    ...identityHeaders(object),
    'accept-ranges': 'bytes',
    'content-length': String(range ? range.last - range.first + 1 : sizeBytes),
    ...(range && { 'content-range': `bytes ${range.first}-${range.last}/${sizeBytes}` }),
    ...(tags.length > 0 && { 'x-amz-tagging-count': String(tags.length) }),
    // Checksums cover the whole object, and a client would compare them with a part of it.
    ...(wantsChecksums && !range && checksumHeaders(checksums)),
  };
}

export async function getObjectAttributes(state: S3State, request: S3Request): Promise<S3Response> {
  const object = await requireObject(state, request);
  const asked = (header(request, 'x-amz-object-attributes') ?? '').split(',').map((name) => name.trim());
  if (asked[0] === '') throw invalidArgument('The header x-amz-object-attributes is missing.');
  const elements = {
    ETag: object.eTag,
    Checksum: checksumElements(object.checksums),
    ObjectParts: object.eTag.includes('-') ? { TotalPartsCount: object.blobs.length } : undefined,
    StorageClass: 'STANDARD',
    ObjectSize: object.sizeBytes,
  };
  return xmlResponse(
    'GetObjectAttributesResponse',
    Object.fromEntries(Object.entries(elements).filter(([name]) => asked.includes(name))),
    { 'last-modified': new Date(object.modified).toUTCString() },
  );
}

/** Bytes of an object, `first` and `last` included. */
interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The range of a Range header. `undefined`, which means the whole object, without a header and for one that S3 ignores:
 * several ranges, or other units than bytes.
 *
 * @throws {S3Error} `InvalidRange` when the object has no such bytes
 */
export function parseRange(range: string | undefined, sizeBytes: number): ByteRange | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from !== '' && to !== '' && Number(from) > Number(to)) return undefined;
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (first <= last) return { first, last };
  throw new S3Error(416, 'InvalidRange', `The object has ${sizeBytes} bytes: none in the requested range.`, {
    'content-range': `bytes */${sizeBytes}`,
  });
}

/** The pieces of an object's blobs that make up a range, in order. */
function piecesOf(
  blobs: readonly StoredBlob[],
  { first, last }: ByteRange,
): (ByteRange & { readonly id: string })[] {
  let offset = 0;
  return blobs.flatMap(({ id, sizeBytes }) => {
    const start = offset;
    offset += sizeBytes;
    const piece = { id, first: Math.max(first - start, 0), last: Math.min(last - start, sizeBytes - 1) };
    return piece.first <= piece.last ? [piece] : [];
  });
}
