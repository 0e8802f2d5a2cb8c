import type { ObjectReference } from './object.ts';

/** Reads objects of any bucket. */
export interface ObjectStore {
  /**
   * The bytes of exactly the state that the reference names.
   *
   * @throws {ObjectSuperseded} when the object is gone or has been overwritten since
   * @throws {ImageFault} `too-large`, before the body is read
   */
  fetch(object: ObjectReference, maximumBytes: number): Promise<Uint8Array>;
  /** The object's current state, or undefined when there is none. */
  current(object: Pick<ObjectReference, 'bucket' | 'key'>): Promise<CurrentObject | undefined>;
}

/** The state of an object as S3 gives it, without a sequencer. */
export type CurrentObject = Pick<ObjectReference, 'versionId' | 'eTag' | 'sizeBytes'>;
