import type { S3Addresses } from '../adapters/aws/s3-addresses.ts';
import type { ApiPorts } from '../api/api-ports.ts';
import { isShownByBrowsers, mediaTypeOf } from '../api/media-types.ts';
import type { ObjectStore } from '../core/objects/object-store.ts';
import { thumbnailName } from '../core/thumbnails/thumbnail-store.ts';

/** A quarter of an hour: long enough for a page to be looked at, short for an address that gets out. */
const LIFETIME_SECONDS = 15 * 60;

export interface BucketPictureOptions {
  readonly addresses: S3Addresses;
  readonly objects: Pick<ObjectStore, 'current'>;
  /** Where thumbnails are kept. @default nowhere */
  readonly thumbnails?: { readonly bucket: string; readonly prefix: string } | undefined;
}

/** Leads to the objects of images, as what they were found to be. Nothing of them goes through the function. */
export function bucketPictures(options: BucketPictureOptions): Pick<ApiPorts, 'original' | 'thumbnail'> {
  const { addresses, objects, thumbnails } = options;
  return {
    ...(thumbnails && {
      async thumbnail({ bucket, key, eTag, sequencer = '' }) {
        const name = thumbnailName({ bucket, key, eTag, sequencer });
        const object = { bucket: thumbnails.bucket, key: thumbnails.prefix + name };
        if ((await objects.current(object)) === undefined) return undefined;
        const presented = { mediaType: 'image/webp', isShown: true };
        const address = await addresses.ofObject(object, presented, LIFETIME_SECONDS);
        return { address, lifetimeSeconds: LIFETIME_SECONDS };
      },
    }),
    async original({ bucket, key, format, eTag }) {
      const current = await objects.current({ bucket, key });
      if (current === undefined || (eTag !== undefined && current.eTag !== eTag)) return undefined;
      const mediaType = mediaTypeOf(format);
      const presented = { mediaType, isShown: isShownByBrowsers(mediaType) };
      const { versionId } = current;
      const address = await addresses.ofObject({ bucket, key, versionId }, presented, LIFETIME_SECONDS);
      return { address, lifetimeSeconds: LIFETIME_SECONDS };
    },
  };
}
