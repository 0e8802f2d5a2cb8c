import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ThumbnailStore } from '../../core/thumbnails/thumbnail-store.ts';
import { awsClientDefaults, withoutLog } from './aws-client-defaults.ts';
import type { S3Options } from './s3.ts';

/** A thumbnail has some ten kilobytes; an image must not wait long for what it can do without. */
const REQUEST_TIMEOUT_MILLISECONDS = 5_000;

/** A name has one content for ever, so that browsers need not ask again. */
const CACHE_CONTROL = 'private, max-age=31536000, immutable';

/** Where thumbnails are kept in S3. */
export interface ThumbnailPlace {
  readonly bucket: string;
  /** How their keys begin; nothing under it may be tagged. */
  readonly prefix: string;
}

/** Thumbnails under a prefix of a bucket. Every method throws the SDK's exceptions. */
export function s3Thumbnails({ bucket, prefix }: ThumbnailPlace, config: S3Options = {}): ThumbnailStore {
  const client = withoutLog(new S3Client({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config }));
  const place = (name: string) => ({ Bucket: bucket, Key: prefix + name });
  return {
    put: async (name, webp) => {
      await client.send(
        new PutObjectCommand({
          ...place(name),
          Body: webp,
          ContentType: 'image/webp',
          CacheControl: CACHE_CONTROL,
        }),
      );
    },
    // S3 answers alike whether it was there or not.
    delete: async (name) => void (await client.send(new DeleteObjectCommand(place(name)))),
    get: async (name) => {
      try {
        const { Body } = await client.send(new GetObjectCommand(place(name)));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}
