import type { Readable } from 'node:stream';
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { awsClientDefaults } from './aws-client-defaults.ts';
import type { S3Options } from './s3.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 30_000;

/** A bucket as its owner uses it: creates it, connects it to a queue, and fills it. */
export interface Bucket {
  /** Creates the bucket unless it exists, and has its events sent to the queue. */
  create(queueArn: string): Promise<void>;
  put(key: string, body: Uint8Array | Readable, sizeBytes: number, contentType?: string): Promise<void>;
  close(): void;
}

/** The bucket with this name. Every method throws the SDK's exceptions. */
export function s3Bucket(name: string, config: S3Options): Bucket {
  const client = new S3Client({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  return {
    async create(queueArn) {
      await client.send(new CreateBucketCommand({ Bucket: name })).catch((error: unknown) => {
        if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
      });
      await client.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: name,
          NotificationConfiguration: {
            QueueConfigurations: [
              { QueueArn: queueArn, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] },
            ],
          },
        }),
      );
    },
    async put(key, body, sizeBytes, contentType) {
      const object = { Bucket: name, Key: key, ContentType: contentType };
      await client.send(new PutObjectCommand({ ...object, Body: body, ContentLength: sizeBytes }));
    },
    close: () => client.destroy(),
  };
}
