import { createHash } from 'node:crypto';
import { CliptagError } from '../errors.ts';
import type { ObjectReference } from './object.ts';
import type { FetchedObject } from './object-store.ts';

/**
 * The bytes of an object, if all of them have come. A proxy, or a connection's end that counts as the body's, can cut an
 * answer so that nothing of HTTP tells: the event's size does. An event that is wrong itself does no harm where the
 * digest fits.
 *
 * @throws {CliptagError} `object-incomplete`, which is to be retried
 */
export function arrivedBytes(fetched: FetchedObject, object: ObjectReference): Uint8Array {
  const { bytes } = fetched;
  const { sizeBytes } = object;
  if (sizeBytes === undefined || bytes.length === sizeBytes) return bytes;
  if (fetched.md5 !== undefined && md5Of(bytes) === fetched.md5) return bytes;
  throw incomplete(object, `${sizeBytes} bytes`, `${bytes.length}`);
}

/**
 * Makes sure, before a fault of an image is recorded for good, that it is one of the object and not of its way here. Only
 * then, since a digest of every picture would take a tenth of its time.
 *
 * @throws {CliptagError} `object-incomplete`, which is to be retried
 */
export function checkDigest({ bytes, md5 }: FetchedObject, object: ObjectReference): void {
  if (md5 === undefined) return;
  const received = md5Of(bytes);
  if (received !== md5) throw incomplete(object, `bytes of MD5 ${md5}`, `those of ${received}`);
}

function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

function incomplete({ bucket, key }: ObjectReference, expected: string, received: string): CliptagError {
  const message = `Expected ${expected} of s3://${bucket}/${key} but received ${received}`;
  return new CliptagError('object-incomplete', message);
}
