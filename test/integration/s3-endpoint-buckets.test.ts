import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketLoggingCommand,
  GetBucketRequestPaymentCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { BUCKET, openEndpoint, openEndpointWithBucket } from './s3-endpoint-fixture.ts';
import { send, signed } from './s3-endpoint-raw-requests.ts';

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
  await expect(
    client.send(new PutBucketAclCommand({ Bucket: BUCKET, ACL: 'private' })),
  ).rejects.toMatchObject({
    name: 'NotImplemented',
    message: expect.stringMatching(
      /^PutBucketAcl is not implemented by this local S3 endpoint: there are no users/,
    ),
  });
});

test('tells of configuration that a bucket has not as S3 does', async () => {
  const { client, url } = await openEndpointWithBucket();
  const absent = async (parameter: string) => {
    const answer = await send(url, signed(url, { target: `/${BUCKET}?${parameter}=` }).request);
    return [answer.status, /<Code>(.*)<\/Code>/.exec(answer.text)?.[1]];
  };
  expect(await absent('policy')).toEqual([404, 'NoSuchBucketPolicy']);
  expect(await absent('lifecycle')).toEqual([404, 'NoSuchLifecycleConfiguration']);
  expect(await absent('encryption')).toEqual([404, 'ServerSideEncryptionConfigurationNotFoundError']);
  expect(await absent('tagging')).toEqual([404, 'NoSuchTagSet']);
  expect(await absent('inventory')).toEqual([501, 'NotImplemented']);
  const bucket = { Bucket: BUCKET };
  expect(await client.send(new GetBucketRequestPaymentCommand(bucket))).toMatchObject({
    Payer: 'BucketOwner',
  });
  expect((await client.send(new GetBucketLoggingCommand(bucket))).LoggingEnabled).toBeUndefined();
  const nowhere = client.send(new GetBucketLoggingCommand({ Bucket: 'nowhere' }));
  await expect(nowhere).rejects.toMatchObject({ name: 'NoSuchBucket' });
});

test('says that its one owner may do everything', async () => {
  const { client } = await openEndpointWithBucket();
  const object = { Bucket: BUCKET, Key: 'a' };
  await expect(client.send(new GetObjectAclCommand(object))).rejects.toMatchObject({ name: 'NoSuchKey' });
  await client.send(new PutObjectCommand({ ...object, Body: 'x' }));
  for (const acl of [
    await client.send(new GetBucketAclCommand({ Bucket: BUCKET })),
    await client.send(new GetObjectAclCommand(object)),
  ]) {
    expect(acl.Grants).toEqual([
      { Grantee: { ID: 'local', DisplayName: 'local', Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' },
    ]);
  }
});

test('rejects a taken port with the code of the system', async () => {
  const { port } = await openEndpoint();
  await expect(openEndpoint({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
