import type { BlobFiles } from './blob-files.ts';
import { type ByteRange, piecesOf, type Wanted, wantedBytes } from './byte-range.ts';
import { checksumHeaders } from './checksums.ts';
import { readOutcome } from './conditions.ts';
import { noSuchKey } from './errors.ts';
import { objectKey } from './metadata.ts';
import { overriddenHeaders } from './object-description.ts';
import type { ObjectRecord } from './records.ts';
import { header, type S3Request } from './request.ts';
import type { S3Response } from './response.ts';
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
    const wanted = wantedBytes(request, object);
    return {
      status: wanted.range ? 206 : 200,
      headers: { ...objectHeaders(request, object, wanted), ...overriddenHeaders(request.query) },
      body: readBytes(state.blobs, object, wanted.range),
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

function objectHeaders(request: S3Request, object: ObjectRecord, { range, part }: Wanted) {
  const { sizeBytes, headers, tags, blobs } = object;
  // Those of the whole object would be compared with a range of it.
  const checksums = part?.checksums ?? (range ? {} : object.checksums);
  const wantsChecksums = header(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return {
    ...headers,
    ...identityHeaders(object),
    'accept-ranges': 'bytes',
    'content-length': String(range ? range.last - range.first + 1 : sizeBytes),
    ...(range && { 'content-range': `bytes ${range.first}-${range.last}/${sizeBytes}` }),
    ...(tags.length > 0 && { 'x-amz-tagging-count': String(tags.length) }),
    ...(part && { 'x-amz-mp-parts-count': String(blobs.length) }),
    ...(wantsChecksums && checksumHeaders(checksums)),
  };
}
