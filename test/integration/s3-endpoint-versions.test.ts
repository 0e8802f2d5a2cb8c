import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { BUCKET, openEndpointWithBucket, s3Client } from './s3-endpoint-fixture.ts';

const Bucket = BUCKET;

async function openedWith(...keys: string[]) {
  const endpoint = await openEndpointWithBucket();
  for (const Key of keys) await endpoint.client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  return endpoint;
}

test('lists one version of each object, the latest, by S3’s name for it', async () => {
  const { client } = await openedWith('a');
  const { Versions, DeleteMarkers, IsTruncated, ...more } = await client.send(
    new ListObjectVersionsCommand({ Bucket }),
  );
  expect(Versions).toEqual([
    {
      ...{ Key: 'a', VersionId: 'null', IsLatest: true, Size: 1, StorageClass: 'STANDARD' },
      ...{ ETag: '"0cc175b9c0f1b6a831c399e269772661"', ChecksumAlgorithm: ['CRC32'] },
      ...{ LastModified: expect.any(Date), Owner: { ID: 'local', DisplayName: 'local' } },
    },
  ]);
  expect([DeleteMarkers, IsTruncated, more.Name, more.MaxKeys]).toEqual([undefined, false, Bucket, 1000]);
});

test.each([1, 2, 3])('lists versions in pages of %i, with prefix and delimiter', async (pageSize) => {
  const { client } = await openedWith('other', 'x/a', 'x/b/1', 'x/b/2', 'x/ö c', 'x/d');
  const found: (string | undefined)[] = [];
  const asked = { Bucket, Prefix: 'x/', Delimiter: '/', EncodingType: 'url' as const, MaxKeys: pageSize };
  let page: ListObjectVersionsCommandOutput | undefined;
  do {
    const KeyMarker = decodeURIComponent(page?.NextKeyMarker ?? '') || undefined;
    const VersionIdMarker = page?.NextVersionIdMarker;
    page = await client.send(new ListObjectVersionsCommand({ ...asked, KeyMarker, VersionIdMarker }));
    const { Versions = [], CommonPrefixes = [] } = page;
    expect(Versions.length + CommonPrefixes.length).toBeLessThanOrEqual(pageSize);
    found.push(...Versions.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix));
  } while (page.IsTruncated);
  expect(found.sort()).toEqual(['x/%C3%B6%20c', 'x/a', 'x/b/', 'x/d']);
});

test('rejects a version marker without a key', async () => {
  const { client } = await openedWith();
  await expect(
    client.send(new ListObjectVersionsCommand({ Bucket, VersionIdMarker: 'null' })),
  ).rejects.toMatchObject({ name: 'InvalidArgument' });
});

test('reads and deletes the version null', async () => {
  const { client } = await openedWith('a', 'b');
  const VersionId = 'null';
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId }));
  expect(await Body?.transformToString()).toBe('a');
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId }));
  const { Deleted } = await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'b', VersionId }] } }),
  );
  expect(Deleted).toEqual([{ Key: 'b', VersionId }]);
  expect((await client.send(new ListObjectVersionsCommand({ Bucket }))).Versions).toBeUndefined();
});

test('rejects any other version, and deletes nothing for it', async () => {
  const { client } = await openedWith('a');
  const another = { Bucket, Key: 'a', VersionId: 'abc' };
  await expect(client.send(new GetObjectCommand(another))).rejects.toMatchObject({ name: 'NoSuchVersion' });
  await expect(client.send(new DeleteObjectCommand(another))).rejects.toMatchObject({
    name: 'NoSuchVersion',
  });
  const { Errors } = await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a', VersionId: 'abc' }] } }),
  );
  expect(Errors).toMatchObject([{ Key: 'a', VersionId: 'abc', Code: 'NoSuchVersion' }]);
  expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'a' }))).ContentLength).toBe(1);
});

test('rejects versioning, and says what to do instead', async () => {
  const { client } = await openedWith();
  const enable = { Bucket, VersioningConfiguration: { Status: 'Enabled' as const } };
  await expect(client.send(new PutBucketVersioningCommand(enable))).rejects.toMatchObject({
    name: 'NotImplemented',
    message: expect.stringMatching(/^PutBucketVersioning .* keeps one version of each object; upload /),
  });
});

test.each([
  [{ accessKeyId: 'somebody' }, 'InvalidAccessKeyId'],
  [{ secret: 'guessed' }, 'SignatureDoesNotMatch'],
])('tells those who sign with %j which keys are meant', async (keys, name) => {
  const { url } = await openEndpointWithBucket({ keysHint: 'Use the right ones.' });
  const client = s3Client(url, keys);
  await expect(client.send(new ListObjectVersionsCommand({ Bucket }))).rejects.toMatchObject({
    name,
    message: expect.stringMatching(/ Use the right ones\.$/),
  });
  client.destroy();
});
