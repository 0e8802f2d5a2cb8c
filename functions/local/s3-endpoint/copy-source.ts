import { parseRange } from './byte-range.ts';
import { assertCopySourceConditions } from './conditions.ts';
import { invalidArgument, noSuchKey, noSuchVersion } from './errors.ts';
import { type OpenObject, openObject, readBytes } from './object-reads.ts';
import { NULL_VERSION, type ObjectRecord } from './records.ts';
import { header, type S3Request, uriDecode } from './request.ts';
import { requireBucket, type S3State } from './state.ts';

export interface CopySource extends Pick<OpenObject, 'release'> {
  readonly object: ObjectRecord & { readonly bucket: string };
  /** All of it, or what `x-amz-copy-source-range` asks for. */
  bytes(): AsyncIterable<Buffer>;
}

/**
 * Opens the object that a copy request names; the caller releases it.
 *
 * @throws {S3Error} `NoSuchBucket`, `NoSuchKey`, `PreconditionFailed`, `InvalidArgument`, `InvalidRange`
 */
export async function openCopySource(state: S3State, request: S3Request): Promise<CopySource> {
  const { bucket, key } = parseCopySource(header(request, 'x-amz-copy-source') ?? '');
  await requireBucket(state, bucket);
  const source = await openObject(state, bucket, key);
  if (!source) throw noSuchKey();
  try {
    assertCopySourceConditions(request, source.object);
    const range = parseRange(header(request, 'x-amz-copy-source-range'), source.object.sizeBytes);
    return {
      object: { ...source.object, bucket },
      bytes: () => readBytes(state.blobs, source.object, range),
      release: source.release,
    };
  } catch (error) {
    await source.release();
    throw error;
  }
}

/** `[/]bucket/key`, percent-encoded, with an optional `?versionId=` that is not. */
function parseCopySource(value: string): { bucket: string; key: string } {
  const [path = '', version] = value.split('?versionId=');
  if (version !== undefined && version !== NULL_VERSION) throw noSuchVersion(version);
  const decoded = uriDecode(path).replace(/^\//, '');
  const slash = decoded.indexOf('/');
  if (slash > 0 && slash < decoded.length - 1) {
    return { bucket: decoded.slice(0, slash), key: decoded.slice(slash + 1) };
  }
  throw invalidArgument(`Expected x-amz-copy-source as bucket/key but received "${value}".`);
}
