import { randomBytes } from 'node:crypto';
import type { S3Addresses } from '../adapters/aws/s3-addresses.ts';
import type { ApiPorts } from '../api/api-ports.ts';
import type { ObjectStore } from '../core/objects/object-store.ts';
import { keysLike } from '../core/objects/upload-key.ts';

const LIFETIME_SECONDS = 15 * 60;

/** Further files of one name get a number by lot, instead of one more request each. */
const MAXIMUM_LOOKS = 10;

export interface BucketUploadOptions {
  readonly addresses: S3Addresses;
  readonly objects: Pick<ObjectStore, 'current'>;
  readonly maximumBytes: number;
}

/** Starts uploads under keys that were free a moment ago: the object of another name is not replaced. */
export function bucketUploads(options: BucketUploadOptions): Required<Pick<ApiPorts, 'startUpload'>> {
  const { addresses, objects, maximumBytes } = options;

  /** A sign that S3 would read as the name of the file has no place in a key. */
  const freeKey = async (bucket: string, wished: string): Promise<string> => {
    const name = wished.replaceAll('\u0024{', '{');
    let looks = 0;
    for (const key of keysLike(name)) {
      if (looks++ === MAXIMUM_LOOKS) break;
      if ((await objects.current({ bucket, key })) === undefined) return key;
    }
    const [key = name] = keysLike(name, MAXIMUM_LOOKS + randomBytes(4).readUInt32BE());
    return key;
  };

  return {
    async startUpload({ bucket, name, contentType }) {
      const key = await freeKey(bucket, name);
      const limits = { maximumBytes, lifetimeSeconds: LIFETIME_SECONDS };
      const { url, fields } = await addresses.ofUpload({ bucket, key, mediaType: contentType }, limits);
      return { bucket, key, url, fields };
    },
  };
}
