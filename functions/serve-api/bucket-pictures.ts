import type { S3Addresses } from '../adapters/aws/s3-addresses.ts';
import type { ApiPorts } from '../api/api-ports.ts';
import { isShownByBrowsers, mediaTypeOf } from '../api/media-types.ts';
import type { ObjectStore } from '../core/objects/object-store.ts';

/** A quarter of an hour: long enough for a page to be looked at, short for an address that gets out. */
const LIFETIME_SECONDS = 15 * 60;

/** Leads to the objects of images, as what they were found to be. Nothing of them goes through the function. */
export function bucketPictures(
  addresses: S3Addresses,
  objects: Pick<ObjectStore, 'current'>,
): Required<Pick<ApiPorts, 'original'>> {
  return {
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
