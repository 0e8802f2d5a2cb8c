import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import type { S3EventRecord, S3Notification } from '../../functions/local/s3-endpoint/notification.ts';
import { type S3EndpointOptions, startS3Endpoint } from '../../functions/local/s3-endpoint/s3-endpoint.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { ACCESS_KEY, SECRET } from './s3-endpoint-credentials.ts';

export const BUCKET = 'photos';
export const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:uploads';

/** A running endpoint with an empty bucket, gone when the test has finished. */
export async function openEndpoint(options: Partial<S3EndpointOptions> = {}) {
  const folder = options.folder ?? (await temporaryFolder());
  const notifications: { queueArn: string; notification: S3Notification }[] = [];
  const endpoint = await startS3Endpoint({
    folder,
    port: 0,
    credentials: { [ACCESS_KEY]: SECRET },
    onNotification: async (queueArn, notification) => void notifications.push({ queueArn, notification }),
    ...options,
  });
  const client = s3Client(endpoint.url);
  onTestFinished(async () => {
    client.destroy();
    await endpoint.close();
  });
  return { ...endpoint, folder, client, notifications, records: () => recordsOf(notifications) };
}

/** The same, with a bucket that tells a queue of everything. */
export async function openEndpointWithBucket(options: Partial<S3EndpointOptions> = {}) {
  const endpoint = await openEndpoint(options);
  await endpoint.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await notifyQueue(endpoint.client, { Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] });
  return endpoint;
}

type QueueSettings = NonNullable<
  NonNullable<
    ConstructorParameters<typeof PutBucketNotificationConfigurationCommand>[0]['NotificationConfiguration']
  >['QueueConfigurations']
>[number];

export async function notifyQueue(
  client: S3Client,
  settings: Omit<QueueSettings, 'QueueArn'>,
): Promise<void> {
  await client.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: BUCKET,
      NotificationConfiguration: { QueueConfigurations: [{ QueueArn: QUEUE_ARN, ...settings }] },
    }),
  );
}

export function s3Client(url: string, overrides: { secret?: string; accessKeyId?: string } = {}): S3Client {
  return new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: {
      accessKeyId: overrides.accessKeyId ?? ACCESS_KEY,
      secretAccessKey: overrides.secret ?? SECRET,
    },
  });
}

/** The event records among notifications: all but `s3:TestEvent`. */
export function recordsOf(notifications: readonly { notification: S3Notification }[]): S3EventRecord[] {
  return notifications.flatMap(({ notification }) => ('Records' in notification ? notification.Records : []));
}

/** How many files an endpoint keeps, finished and unfinished. */
export async function countFiles(folder: string): Promise<{ blobs: number; unfinished: number }> {
  const count = async (name: string) => (await readdir(join(folder, name))).length;
  return { blobs: await count('blobs'), unfinished: await count('unfinished') };
}

/** Bytes that no two of which look alike for long, the same on each run. */
export function someBytes(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
