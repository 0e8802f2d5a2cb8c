import type { ObjectReference } from '../objects/object.ts';
import type { Thumbnail } from '../pixels/pixels.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { type ThumbnailStore, thumbnailName } from '../thumbnails/thumbnail-store.ts';

/** The thumbnails that one run of tagging leaves. None of its faults is the image's: they are told, and the tags stand. */
export interface KeptThumbnails {
  /**
   * Called before the record of a state replaces another one: puts the state's thumbnail, if it has one, and deletes that of
   * the state that goes. So a record has its thumbnail as soon as it stands, and a crash leaves none that no retry deletes.
   */
  replace(previous: ImageRecord | undefined, object: ObjectReference, thumbnail?: Thumbnail): Promise<void>;
  /**
   * Called once the run is over: deletes what it has put for states that the record does not tell of, and once more what it
   * has replaced. A duplicate of the replaced state's event may have put its thumbnail again meanwhile.
   *
   * @param own the event's own state: an earlier run, which died, may have put its thumbnail
   */
  settle(record: ImageRecord | undefined, own?: ObjectReference): Promise<void>;
  /** The first fault; undefined while there is none. */
  fault(): string | undefined;
}

/** @param store where thumbnails are kept; nothing is done without one */
export function keptThumbnails(store: ThumbnailStore | undefined): KeptThumbnails {
  const put = new Set<string>();
  const replaced = new Set<string>();
  let fault: string | undefined;
  const note = (error: unknown) => {
    fault ??= error instanceof Error ? error.message : String(error);
  };
  const deleteAll = async (names: Iterable<string>) => {
    await Promise.all([...names].map((name) => store?.delete(name).catch(note)));
  };

  async function keep(name: string, thumbnail: Thumbnail): Promise<void> {
    if ('fault' in thumbnail) return note(thumbnail.fault);
    // A record that takes several attempts has one thumbnail.
    if (put.has(name)) return;
    put.add(name);
    await store?.put(name, thumbnail.webp).catch(note);
  }

  return {
    replace: async (previous, object, thumbnail) => {
      const name = thumbnailName(object);
      const earlier = standingName(previous);
      const isReplaced = earlier !== undefined && earlier !== name;
      if (isReplaced) replaced.add(earlier);
      await Promise.all([thumbnail && keep(name, thumbnail), isReplaced && deleteAll([earlier])]);
    },
    settle: async (record, own) => {
      const names = new Set([...put, ...replaced, ...(own ? [thumbnailName(own)] : [])]);
      names.delete(standingName(record) ?? '');
      await deleteAll(names);
    },
    fault: () => fault,
  };
}

/** Only tagged images have thumbnails. */
function standingName(record: ImageRecord | undefined): string | undefined {
  return record?.status === 'tagged' ? thumbnailName(record) : undefined;
}
