import { HeadObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { ImageFault, ObjectSuperseded } from '../../core/errors.ts';
import { checkAnnounced } from '../../core/objects/arrival.ts';
import type { ObjectReference } from '../../core/objects/object.ts';
import type { CurrentObject, FetchedObject, ObjectStore } from '../../core/objects/object-store.ts';
import { busyClientDefaults, withoutLog } from './aws-client-defaults.ts';
import { storedDigest } from './object-digest.ts';
import { type S3Reads, s3Reads } from './s3-reads.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 30_000;

/** Where S3 is and who asks. @default the SDK's own chain (region and role of the function) */
export type S3Options = Pick<
  S3ClientConfig,
  'endpoint' | 'region' | 'credentials' | 'forcePathStyle' | 'maxAttempts' | 'requestHandler'
>;

/** Buckets of S3, or of anything that speaks its protocol. */
export function s3ObjectStore(config: S3Options = {}): ObjectStore {
  const defaults = busyClientDefaults(REQUEST_TIMEOUT_MILLISECONDS);
  const client = withoutLog(
    // Whether all of an object has come is told by `object-digest.ts`, for a fifth of what the SDK's CRC-64 takes.
    new S3Client({ ...defaults, responseChecksumValidation: 'WHEN_REQUIRED', ...config }),
  );
  const read = s3Reads(client);
  return {
    fetch: (object, maximumBytes) => asObjectErrors(object, () => fetchObject(read, object, maximumBytes)),
    current: (object) => currentState(client, object),
  };
}

async function fetchObject(
  read: S3Reads,
  object: ObjectReference,
  maximumBytes: number,
): Promise<FetchedObject> {
  const { bucket, key, versionId, eTag } = object;
  // Exactly the state that the event names: a newer one has an event of its own.
  const found = await read({ bucket, key, versionId, eTag }, ({ lengthBytes }) =>
    checkAnnounced(lengthBytes, object, maximumBytes),
  );
  return { bytes: found.bytes, digest: storedDigest(bucket, found) };
}

async function currentState(
  client: S3Client,
  { bucket, key }: Pick<ObjectReference, 'bucket' | 'key'>,
): Promise<CurrentObject | undefined> {
  try {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return { versionId: head.VersionId, eTag: head.ETag?.replaceAll('"', ''), sizeBytes: head.ContentLength };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Turns S3's answers about the object itself into the errors that core knows; all others are passing faults. */
async function asObjectErrors<Result>(object: ObjectReference, send: () => Promise<Result>): Promise<Result> {
  try {
    return await send();
  } catch (error) {
    const name = `s3://${object.bucket}/${object.key}`;
    const status = statusOf(error);
    if (isGone(error)) throw new ObjectSuperseded('object-gone', `${name} is gone`);
    if (status === 412) throw new ObjectSuperseded('object-changed', `${name} has been overwritten since`);
    if (error instanceof Error && error.name === 'InvalidObjectState') {
      throw new ImageFault(
        'unsupported',
        'not-readable',
        `Expected a readable object but ${name} is archived`,
      );
    }
    throw error;
  }
}

/** Whether S3 says that an object is not there. 405: the version asked for is a delete marker. */
export function isGone(error: unknown): boolean {
  return statusOf(error) === 404 || statusOf(error) === 405;
}

function statusOf(error: unknown): number | undefined {
  const { $metadata: metadata } = (error ?? {}) as { $metadata?: { httpStatusCode?: number } };
  return metadata?.httpStatusCode;
}
