import { CliptagError } from '../errors.ts';
import { checkSize, type ObjectReference } from './object.ts';
import type { FetchedObject } from './object-store.ts';

/**
 * Refuses an object by the length of the answer, before its body is read. Nothing at all may be a body that was cut:
 * {@link arrivedBytes} tells.
 *
 * @throws {ImageFault} `too-large`
 * @throws {CliptagError} `object-incomplete`, which is to be retried, when the event tells of a smaller object
 */
export function checkAnnounced(
  lengthBytes: number | undefined,
  object: ObjectReference,
  maximumBytes: number,
): void {
  const { sizeBytes = lengthBytes } = object;
  if (lengthBytes === undefined || lengthBytes <= maximumBytes) return;
  if (sizeBytes !== lengthBytes) throw incomplete(object, `${sizeBytes} bytes`, `${lengthBytes}`);
  checkSize(lengthBytes, maximumBytes);
}

/**
 * The bytes of an object, if all of them have come as they are. A proxy, or a connection's end that counts as the body's,
 * can cut an answer so that nothing of HTTP tells. The store's digest does; where it tells none, the event's size.
 * Pictures with wrong bytes may well decode, so that each is looked at.
 *
 * @throws {CliptagError} `object-incomplete`, which is to be retried
 * @throws {ImageFault} `empty`
 */
export function arrivedBytes({ bytes, digest }: FetchedObject, object: ObjectReference): Uint8Array {
  const { sizeBytes = bytes.length } = object;
  const isLong = bytes.length === sizeBytes;
  const received = digest?.of(bytes);
  // An event that is wrong about the size does no harm where the digest fits.
  if (received !== digest?.value || (digest === undefined && !isLong)) {
    throw isLong
      ? incomplete(object, `bytes of ${digest?.algorithm} ${digest?.value}`, `those of ${received}`)
      : incomplete(object, `${sizeBytes} bytes`, `${bytes.length}`);
  }
  checkSize(bytes.length, Number.POSITIVE_INFINITY);
  return bytes;
}

function incomplete({ bucket, key }: ObjectReference, expected: string, received: string): CliptagError {
  const message = `Expected ${expected} of s3://${bucket}/${key} but received ${received}`;
  return new CliptagError('object-incomplete', message);
}
