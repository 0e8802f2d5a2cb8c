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
  /** What the store says of the whole object, where it does. */
  readonly digest?: StoredDigest | undefined;
}

/** What an object's bytes come to when all of them have come as they are. */
export interface StoredDigest {
  /** For people: `CRC32`, `MD5`. */
  readonly algorithm: string;
  readonly value: string;
  readonly of: (bytes: Uint8Array) => string;
}

/** The state of an object as S3 gives it, without a sequencer. */
export type CurrentObject = Pick<ObjectReference, 'versionId' | 'eTag' | 'sizeBytes'>;
