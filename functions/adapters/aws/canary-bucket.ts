import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { awsClientDefaults } from './aws-client-defaults.ts';
import type { S3Options } from './s3.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

/** A bucket that pictures are put into, and removed from again. */
export interface CanaryBucket {
  put(key: string, body: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  /** Keys below a prefix whose objects were put before a time; of very many the first thousand. */
  putBefore(prefix: string, time: Date): Promise<readonly string[]>;
}

/** The bucket with this name. All methods throw the SDK's exceptions. */
export function canaryBucket(Bucket: string, config: S3Options = {}): CanaryBucket {
  const client = new S3Client({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  return {
    put: async (Key, Body) => void (await client.send(new PutObjectCommand({ Bucket, Key, Body }))),
    remove: async (Key) => void (await client.send(new DeleteObjectCommand({ Bucket, Key }))),
    async putBefore(Prefix, time) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
      return Contents.flatMap(({ Key, LastModified }) =>
        Key !== undefined && LastModified !== undefined && LastModified < time ? [Key] : [],
      );
    },
  };
}
