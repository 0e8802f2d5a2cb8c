import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { BUCKET, openEndpoint, openEndpointWithBucket } from './s3-endpoint-fixture.ts';

test('creates, describes, lists and deletes buckets', async () => {
  const { client } = await openEndpoint({ region: 'eu-central-1' });
  const Bucket = 'my.bucket-1';
  await client.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
  );
  await expect(client.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
    name: 'BucketAlreadyOwnedByYou',
  });
  const { Buckets } = await client.send(new ListBucketsCommand());
  expect(Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
  expect((await client.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('eu-central-1');
  expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe(
    'eu-central-1',
  );
  expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
  await client.send(new DeleteBucketCommand({ Bucket }));
  await expect(client.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NotFound' });
});

test('rejects deleting a bucket that is not empty', async () => {
  const { client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: '' }));
  await expect(client.send(new DeleteBucketCommand({ Bucket: BUCKET }))).rejects.toMatchObject({
    name: 'BucketNotEmpty',
  });
});

test('leaves no object and no upload in a bucket that is deleted at the same time', async () => {
  const { client } = await openEndpoint();
  const Bucket = BUCKET;
  for (let round = 0; round < 30; round++) {
    await client.send(new CreateBucketCommand({ Bucket }));
    const writes = [
      client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' })),
      client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' })),
    ];
    await pause(round % 10); // so that the deletion comes at every stage of the writes
    const [deletion, put] = await Promise.allSettled([
      client.send(new DeleteBucketCommand({ Bucket })),
      ...writes,
    ]);
    if (deletion.status === 'fulfilled') await client.send(new CreateBucketCommand({ Bucket }));
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
    if (deletion.status === 'fulfilled') expect(Uploads).toEqual([]);
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    expect([deletion.status, Contents.length]).toEqual(
      put?.status === 'fulfilled' ? ['rejected', 1] : ['fulfilled', 0],
    );
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await client.send(new DeleteBucketCommand({ Bucket }));
  }
});

test.each(['ab', 'Photos', '-photos', 'pho..tos', 'x'.repeat(64)])(
  'rejects the bucket name %s',
  async (Bucket) => {
    const { client } = await openEndpoint();
    await expect(client.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'InvalidBucketName',
    });
  },
);

test('rejects what it does not implement, and says what that is', async () => {
  const { client } = await openEndpointWithBucket();
  const enable = { Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' as const } };
  await expect(client.send(new PutBucketVersioningCommand(enable))).rejects.toMatchObject({
    name: 'NotImplemented',
    message: 'Versioning is not implemented by this local S3 endpoint.',
  });
  await expect(
    client.send(new PutBucketAclCommand({ Bucket: BUCKET, ACL: 'private' })),
  ).rejects.toMatchObject({
    name: 'NotImplemented',
    message: 'PUT /bucket?acl is not implemented by this local S3 endpoint.',
  });
});

test('rejects a taken port with the code of the system', async () => {
  const { port } = await openEndpoint();
  await expect(openEndpoint({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
