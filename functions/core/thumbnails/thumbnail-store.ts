import { createHash } from 'node:crypto';
import type { ObjectReference } from '../objects/object.ts';

/**
 * Holds a small WebP picture of each image, so that a page need not decode originals. It is a cache: what is missing is made
 * anew or does without.
 */
export interface ThumbnailStore {
  put(name: string, webp: Uint8Array): Promise<void>;
  /** Deletes what may not be there. */
  delete(name: string): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
}

/** How the keys of thumbnails begin in a bucket. */
export const DEFAULT_THUMBNAIL_PREFIX = 'thumbnails/';

const OBJECT_DIGITS = 32;
const STATE_DIGITS = 16;

/**
 * The name of the thumbnail of one state of an object: no other state has the same, so that a page may keep it for ever,
 * and a late event deletes no newer one.
 *
 * @example thumbnailName(record) // '9f86d081884c7d659a2feaa0c55ad015-a3bf4f1b2b0b822c.webp'
 */
export function thumbnailName({
  bucket,
  key,
  eTag = '',
  sequencer,
}: Pick<ObjectReference, 'bucket' | 'key' | 'eTag' | 'sequencer'>): string {
  const object = hexDigits(`${bucket}/${key}`, OBJECT_DIGITS);
  return `${object}-${hexDigits(JSON.stringify([eTag, sequencer]), STATE_DIGITS)}.webp`;
}

function hexDigits(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
