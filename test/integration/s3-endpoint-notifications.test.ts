import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketNotificationConfigurationCommand,
  HeadObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { eventsOf } from '../../functions/core/objects/event.ts';
import type { S3Notification } from '../../functions/local/s3-endpoint/notification.ts';
import { ACCESS_KEY } from './s3-endpoint-credentials.ts';
import {
  BUCKET,
  notifyQueue,
  openEndpoint,
  openEndpointWithBucket,
  QUEUE_ARN,
  recordsOf,
} from './s3-endpoint-fixture.ts';

test('sends a test event when notifications are configured', async () => {
  const { notifications } = await openEndpointWithBucket();
  expect(notifications).toMatchObject([
    { queueArn: QUEUE_ARN, notification: { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: BUCKET } },
  ]);
});

test('tells of a created object in the format of S3', async () => {
  const { client, records } = await openEndpointWithBucket();
  const { ETag } = await client.send(
    new PutObjectCommand({ Bucket: BUCKET, Key: 'a b/ü+(1).jpg', Body: 'abc' }),
  );
  expect(records()).toEqual([
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-east-1',
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: ACCESS_KEY },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: { 'x-amz-request-id': expect.any(String), 'x-amz-id-2': expect.any(String) },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: expect.any(String),
        bucket: {
          name: BUCKET,
          ownerIdentity: { principalId: expect.any(String) },
          arn: `arn:aws:s3:::${BUCKET}`,
        },
        object: {
          key: 'a+b/%C3%BC%2B%281%29.jpg',
          size: 3,
          eTag: ETag?.replaceAll('"', ''),
          sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
        },
      },
    },
  ]);
});

test('tells of a removed object without size and ETag, and of no object that was not there', async () => {
  const { client, records } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'abc' }));
  await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'k' }));
  await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'k' }));
  expect(records().map(({ eventName }) => eventName)).toEqual(['ObjectCreated:Put', 'ObjectRemoved:Delete']);
  expect(records()[1]?.s3.object).toEqual({ key: 'k', sequencer: expect.any(String) });
});

test('is understood by the function that reads the queue', async () => {
  const { client, notifications } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'été 1+1.jpg', Body: 'abc' }));
  await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'été 1+1.jpg' }));
  const events = notifications.flatMap(({ notification }) => eventsOf(JSON.stringify(notification)));
  expect(events).toMatchObject([
    { kind: 'ignored' },
    { kind: 'created', object: { bucket: BUCKET, key: 'été 1+1.jpg', sizeBytes: 3 } },
    { kind: 'removed', object: { bucket: BUCKET, key: 'été 1+1.jpg' } },
  ]);
});

test('names copies and mass removals, and says nothing of tags', async () => {
  const { client, records } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a', Body: 'abc' }));
  await client.send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'b', CopySource: `${BUCKET}/a` }));
  await client.send(new PutObjectTaggingCommand({ Bucket: BUCKET, Key: 'a', Tagging: { TagSet: [] } }));
  await client.send(
    new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: 'a' }, { Key: 'b' }] } }),
  );
  expect(
    records()
      .map(({ eventName, s3 }) => `${eventName} ${s3.object.key}`)
      .sort(),
  ).toEqual([
    'ObjectCreated:Copy b',
    'ObjectCreated:Put a',
    'ObjectRemoved:Delete a',
    'ObjectRemoved:Delete b',
  ]);
});

test('tells a queue only what it asked for', async () => {
  const { client, records } = await openEndpointWithBucket();
  const FilterRules = [
    { Name: 'prefix' as const, Value: 'in/' },
    { Name: 'suffix' as const, Value: '.jpg' },
  ];
  await notifyQueue(client, { Events: ['s3:ObjectCreated:Put'], Filter: { Key: { FilterRules } } });
  for (const Key of ['in/1.jpg', 'in/1.png', 'out/1.jpg']) {
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x' }));
  }
  await client.send(
    new CopyObjectCommand({ Bucket: BUCKET, Key: 'in/2.jpg', CopySource: `${BUCKET}/in/1.jpg` }),
  );
  await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'in/1.jpg' }));
  expect(records().map(({ s3 }) => s3.object.key)).toEqual(['in/1.jpg']);
});

test('gives the notification configuration back as it was put', async () => {
  const { client } = await openEndpointWithBucket();
  const FilterRules = [{ Name: 'suffix' as const, Value: '.jpg' }];
  await notifyQueue(client, { Id: 'mine', Events: ['s3:ObjectCreated:*'], Filter: { Key: { FilterRules } } });
  const { QueueConfigurations } = await client.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: BUCKET }),
  );
  expect(QueueConfigurations).toEqual([
    { Id: 'mine', QueueArn: QUEUE_ARN, Events: ['s3:ObjectCreated:*'], Filter: { Key: { FilterRules } } },
  ]);
});

test('says nothing any more when the configuration was emptied', async () => {
  const { client, records } = await openEndpointWithBucket();
  await client.send(
    new PutBucketNotificationConfigurationCommand({ Bucket: BUCKET, NotificationConfiguration: {} }),
  );
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' }));
  expect(records()).toEqual([]);
});

test('rejects events it does not know, and destinations other than queues', async () => {
  const { client } = await openEndpointWithBucket();
  await expect(notifyQueue(client, { Events: ['s3:ObjectRestore:*'] })).rejects.toMatchObject({
    name: 'InvalidArgument',
  });
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  const put = new PutBucketNotificationConfigurationCommand({ Bucket: BUCKET, NotificationConfiguration });
  await expect(client.send(put)).rejects.toMatchObject({
    name: 'NotImplemented',
    message: "A notification's EventBridgeConfiguration is not implemented by this local S3 endpoint.",
  });
});

test('gives concurrent writes of one key rising sequencers, the last of which is that of the stored object', async () => {
  const { client, records } = await openEndpointWithBucket();
  const put = (Body: string) => client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body }));
  await Promise.all(Array.from({ length: 30 }, (_, writer) => put(`body ${writer}`)));
  const inOrder = records().sort((a, b) => (a.s3.object.sequencer < b.s3.object.sequencer ? -1 : 1));
  const { ETag } = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'k' }));
  expect(new Set(inOrder.map(({ s3 }) => s3.object.sequencer)).size).toBe(30);
  expect(`"${inOrder.at(-1)?.s3.object.eTag}"`).toBe(ETag);
});

test('answers an upload only after its notification was taken over', async () => {
  const steps: string[] = [];
  let takeOver = () => {};
  const { client } = await openEndpointWithBucket({
    onNotification: (_, notification) => {
      if ('Event' in notification) return Promise.resolve();
      steps.push('handed over');
      return new Promise((resolve) => {
        takeOver = resolve;
      });
    },
  });
  const uploading = client
    .send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' }))
    .then(() => steps.push('answered'));
  await expect.poll(() => steps).toEqual(['handed over']);
  steps.push('taken over');
  takeOver();
  await uploading;
  expect(steps).toEqual(['handed over', 'taken over', 'answered']);
});

test('rejects an upload whose notification was refused, and hands it over again at the next start', async () => {
  const receiver = refusingReceiver();
  const first = await openEndpointWithBucket(receiver);
  const put = first.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' }));
  await expect(put).rejects.toMatchObject({ name: 'InternalError', message: 'The queue is full' });
  expect(receiver.errors).toHaveBeenCalledOnce();
  await first.close();
  receiver.accept();
  await openEndpoint({ ...receiver, folder: first.folder });
  expect(receiver.keys()).toEqual(['k']);
});

test('hands over again after a while what was refused', async () => {
  const receiver = refusingReceiver();
  const { client } = await openEndpointWithBucket(receiver);
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const put = client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' }));
  await expect(put).rejects.toMatchObject({ name: 'InternalError' });
  receiver.accept();
  vi.advanceTimersByTime(60_000);
  await expect.poll(receiver.keys).toEqual(['k']);
});

/** Refuses every event, noisily, until it is told to accept. */
function refusingReceiver() {
  const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => errors.mockRestore());
  const received: { notification: S3Notification }[] = [];
  let refuses = true;
  return {
    errors,
    accept() {
      refuses = false;
    },
    keys: () => recordsOf(received).map(({ s3 }) => s3.object.key),
    async onNotification(_: string, notification: S3Notification) {
      if (refuses && 'Records' in notification) throw new Error('The queue is full');
      received.push({ notification });
    },
  };
}

test('tells its usual queue of new buckets, and of those of before, until a bucket’s configuration says otherwise', async () => {
  const put = (endpoint: Awaited<ReturnType<typeof openEndpoint>>, Bucket: string) =>
    endpoint.client.send(new PutObjectCommand({ Bucket, Key: 'a.jpg', Body: 'abc' }));
  const told = (endpoint: Awaited<ReturnType<typeof openEndpoint>>) =>
    endpoint.records().map(({ s3 }) => s3.bucket.name);

  const before = await openEndpoint();
  for (const Bucket of ['earlier', 'silent']) await before.client.send(new CreateBucketCommand({ Bucket }));
  const NotificationConfiguration = {};
  await before.client.send(
    new PutBucketNotificationConfigurationCommand({ Bucket: 'silent', NotificationConfiguration }),
  );
  await put(before, 'earlier');
  expect(told(before)).toEqual([]);
  await before.close();

  const after = await openEndpoint({ folder: before.folder, usualQueueArn: QUEUE_ARN });
  await after.client.send(new CreateBucketCommand({ Bucket: 'later' }));
  for (const bucket of ['earlier', 'silent', 'later']) await put(after, bucket);
  expect(told(after)).toEqual(['earlier', 'later']);
  await after.client.send(
    new PutBucketNotificationConfigurationCommand({ Bucket: 'later', NotificationConfiguration }),
  );
  await put(after, 'later');
  expect(told(after)).toEqual(['earlier', 'later']);
});
