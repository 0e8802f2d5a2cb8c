import type { ObjectReference } from './object.ts';

/** Reads objects of any bucket. */
export interface ObjectStore {
  /**
   * What arrives of exactly the state that the reference names: `arrival.ts` tells whether it is all of it.
   *
   * @throws {ObjectSuperseded} when the object is gone or has been overwritten since
   * @throws {ImageFault} `too-large`, before the body is read
   */
  fetch(object: ObjectReference, maximumBytes: number): Promise<FetchedObject>;
  /** The object's current state, or undefined when there is none. */
  current(object: Pick<ObjectReference, 'bucket' | 'key'>): Promise<CurrentObject | undefined>;
}

/** What arrived of an object. */
export interface FetchedObject {
  readonly bytes: Uint8Array;
  /** MD5 digest of the whole object in hexadecimal digits, where the store tells it. */
  readonly md5?: string | undefined;
}

/** The state of an object as S3 gives it, without a sequencer. */
export type CurrentObject = Pick<ObjectReference, 'versionId' | 'eTag' | 'sizeBytes'>;
