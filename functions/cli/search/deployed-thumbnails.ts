import { s3ObjectStore } from '../../adapters/aws/s3.ts';
import { thumbnail } from '../../adapters/sharp/thumbnail.ts';
import { DEFAULT_MAXIMUM_BYTES } from '../../core/objects/object.ts';
import type { SearchedImage } from '../../core/search/image-search.ts';
import type { TablePlace } from '../pipeline/table-flags.ts';
import type { SmallPicture } from './opened-search.ts';

/** In pixels; twice what a contact sheet shows, for fine screens. */
const LONGEST_SIDE = 400;

/** What is known of an object whose picture is shown. */
type StoredPicture = Pick<SearchedImage, 'bucket' | 'key' | 'eTag' | 'sizeBytes'>;

/** Makes small pictures of the objects in their buckets; each costs a read of the object. */
export function deployedThumbnails(
  place: TablePlace,
): (image: StoredPicture) => Promise<SmallPicture | undefined> {
  const region = place.kind === 'deployed' ? place.region : undefined;
  const objects = s3ObjectStore(region === undefined ? {} : { region });
  return async ({ bucket, key, eTag, sizeBytes }) => {
    try {
      const { bytes } = await objects.fetch(
        { bucket, key, eTag, sizeBytes, sequencer: '' },
        DEFAULT_MAXIMUM_BYTES,
      );
      return { mediaType: 'image/webp', bytes: await thumbnail(bytes, LONGEST_SIDE) };
    } catch {
      // Gone, changed since, out of reach or no picture: the sheet says which image it is all the same.
      return undefined;
    }
  };
}
