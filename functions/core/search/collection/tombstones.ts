import { compareStates, type RecordState } from './record-order.ts';

interface ImageName {
  readonly bucket: string;
  readonly key: string;
}

/** What is remembered of images that are gone, so that an older record, read late, does not bring one back. */
export interface Tombstones {
  add(image: ImageName, state: RecordState): void;
  /** Whether a record is older than the image's end, or is it. */
  isBefore(image: ImageName, state: RecordState): boolean;
  remove(image: ImageName): void;
}

/**
 * Those remembered at once: the oldest is forgotten first. A record comes late by the length of a scan at most, in which
 * no table loses as many images; they take 5 MB.
 */
export const MAXIMUM_TOMBSTONES = 20_000;

export function tombstones(): Tombstones {
  const states = new Map<string, RecordState>();
  const identity = ({ bucket, key }: ImageName) => `${bucket}/${key}`;
  return {
    add(image, state) {
      const name = identity(image);
      states.delete(name);
      states.set(name, state);
      for (const oldest of states.keys()) {
        if (states.size <= MAXIMUM_TOMBSTONES) break;
        states.delete(oldest);
      }
    },
    isBefore(image, state) {
      const end = states.get(identity(image));
      return end !== undefined && compareStates(state, end) <= 0;
    },
    remove: (image) => void states.delete(identity(image)),
  };
}
