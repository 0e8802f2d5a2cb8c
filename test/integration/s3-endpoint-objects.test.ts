import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type ChecksumAlgorithm,
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { BUCKET, countFiles, openEndpointWithBucket, someBytes } from './s3-endpoint-fixture.ts';

const bytes = someBytes(300_054);
const md5 = createHash('md5').update(bytes).digest('hex');

test('gives back the bytes and the description of an object, with the MD5 as its ETag', async () => {
  const { client } = await openEndpointWithBucket();
  const put = await client.send(
    new PutObjectCommand({
      Bucket: BUCKET,
      Key: 'cat.jpg',
      Body: bytes,
      ContentType: 'image/jpeg',
      CacheControl: 'max-age=60',
      Metadata: { camera: 'Box Brownie' },
    }),
  );
  const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'cat.jpg' }));
  expect(put.ETag).toBe(`"${md5}"`);
  expect(Buffer.from(await got.Body!.transformToByteArray()).equals(bytes)).toBe(true);
  expect(got).toMatchObject({
    ETag: `"${md5}"`,
    ContentType: 'image/jpeg',
    ContentLength: bytes.length,
    CacheControl: 'max-age=60',
    Metadata: { camera: 'Box Brownie' },
    ChecksumCRC32: put.ChecksumCRC32,
  });
  expect(got.ContentEncoding).toBeUndefined();
});

test('stores a streamed body without its chunk framing', async () => {
  const { client } = await openEndpointWithBucket();
  const Body = Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]);
  await client.send(
    new PutObjectCommand({ Bucket: BUCKET, Key: 'stream', Body, ContentLength: bytes.length }),
  );
  const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'stream' }));
  expect(head).toMatchObject({ ContentLength: bytes.length, ETag: `"${md5}"` });
});

test.each<ChecksumAlgorithm>(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'])(
  'calculates the same %s as the SDK, for a whole body and for a stream',
  async (ChecksumAlgorithm) => {
    const { client } = await openEndpointWithBucket();
    const bodies = [bytes, Readable.from([bytes])];
    for (const Body of bodies) {
      const put = { Bucket: BUCKET, Key: 'k', Body, ContentLength: bytes.length, ChecksumAlgorithm };
      await client.send(new PutObjectCommand(put));
      const got = await client.send(
        new GetObjectCommand({ Bucket: BUCKET, Key: 'k', ChecksumMode: 'ENABLED' }),
      );
      expect(got[`Checksum${ChecksumAlgorithm}` as keyof typeof got]).toBeTypeOf('string');
      expect((await got.Body!.transformToByteArray()).length).toBe(bytes.length);
    }
  },
);

test('stores an empty object', async () => {
  const { client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'empty' }));
  const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'empty' }));
  expect(got.ContentLength).toBe(0);
  expect(await got.Body!.transformToString()).toBe('');
});

test.each([
  'été/😀.jpg',
  'a+b c&d=e?f#g%h.jpg',
  'a//b',
  '../../etc/passwd',
  './x/../y',
  "(it's) *here*!",
  '<&">',
  'ü'.repeat(512),
])('keeps the key %s as it is', async (Key) => {
  const { client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x' }));
  const listed = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  expect(listed.Contents?.map((object) => object.Key)).toEqual([Key]);
  expect(await got.Body!.transformToString()).toBe('x');
});

test('rejects a key of more than 1024 bytes', async () => {
  const { client } = await openEndpointWithBucket();
  const put = client.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${'ü'.repeat(512)}x`, Body: '' }));
  await expect(put).rejects.toMatchObject({ name: 'KeyTooLongError' });
});

test.each([
  ['bytes=10-19', 10, 20],
  ['bytes=300000-', 300_000, bytes.length],
  ['bytes=-54', 300_000, bytes.length],
  ['bytes=0-999999', 0, bytes.length],
])('reads the range %s', async (Range, start, end) => {
  const { client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: bytes }));
  const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'k', Range }));
  expect(got.ContentRange).toBe(`bytes ${start}-${end - 1}/${bytes.length}`);
  expect(Buffer.from(await got.Body!.transformToByteArray()).equals(bytes.subarray(start, end))).toBe(true);
});

test('rejects a range that begins after the last byte', async () => {
  const { client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'abc' }));
  const get = client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'k', Range: 'bytes=3-' }));
  await expect(get).rejects.toMatchObject({ name: 'InvalidRange' });
});

test('reads under conditions', async () => {
  const { client } = await openEndpointWithBucket();
  const object = { Bucket: BUCKET, Key: 'k' };
  const { ETag } = await client.send(new PutObjectCommand({ ...object, Body: 'abc' }));
  const get = (conditions: object) => client.send(new GetObjectCommand({ ...object, ...conditions }));
  const tomorrow = new Date(Date.now() + 86_400_000);
  const yesterday = new Date(Date.now() - 86_400_000);
  await expect(get({ IfMatch: ETag })).resolves.toMatchObject({ ETag });
  await expect(get({ IfModifiedSince: yesterday })).resolves.toMatchObject({ ETag });
  await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(get({ IfUnmodifiedSince: yesterday })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  await expect(get({ IfModifiedSince: tomorrow })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 304 },
  });
});

test('rejects a write whose condition does not hold, and keeps nothing of it', async () => {
  const { client, folder } = await openEndpointWithBucket();
  const object = { Bucket: BUCKET, Key: 'k' };
  const put = (conditions: object) =>
    client.send(new PutObjectCommand({ ...object, ...conditions, Body: 'new' }));
  await expect(put({ IfMatch: '"any"' })).rejects.toMatchObject({ name: 'NoSuchKey' });
  const { ETag } = await put({ IfNoneMatch: '*' });
  await expect(put({ IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(put({ IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(put({ IfMatch: ETag })).resolves.toMatchObject({ ETag });
  expect(await countFiles(folder)).toEqual({ blobs: 1, unfinished: 0 });
});

test('lets one of many concurrent writers create an object', async () => {
  const { client, folder } = await openEndpointWithBucket();
  const put = (Body: string) =>
    client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body, IfNoneMatch: '*' }));
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, writer) => put(String(writer))));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await countFiles(folder)).toEqual({ blobs: 1, unfinished: 0 });
});

test('takes 100 uploads at the same time', async () => {
  const { client } = await openEndpointWithBucket();
  const bodies = Array.from({ length: 100 }, (_, index) => someBytes(20_000, index));
  const put = (Body: Buffer, index: number) =>
    client.send(new PutObjectCommand({ Bucket: BUCKET, Key: `k${index}`, Body }));
  const answers = await Promise.all(bodies.map(put));
  expect(answers.map(({ ETag }) => ETag)).toEqual(
    bodies.map((body) => `"${createHash('md5').update(body).digest('hex')}"`),
  );
});

test('goes on giving the old bytes to a reader that began before the object was replaced', async () => {
  const { client, folder } = await openEndpointWithBucket();
  const large = someBytes(8_000_000);
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: large }));
  const reading = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'k' }));
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'new' }));
  expect(Buffer.from(await reading.Body!.transformToByteArray()).equals(large)).toBe(true);
  await expect.poll(() => countFiles(folder)).toEqual({ blobs: 1, unfinished: 0 });
});

test('copies an object with its description or with a new one', async () => {
  const { client } = await openEndpointWithBucket();
  const Body = 'abc';
  const source = { Bucket: BUCKET, Key: 'a b/ü+', Body, Metadata: { from: 'source' }, Tagging: 'x=1' };
  const { ETag } = await client.send(new PutObjectCommand(source));
  const CopySource = `${BUCKET}/${encodeURIComponent('a b/ü+')}`;
  const copy = (Key: string, more: object = {}) =>
    client.send(new CopyObjectCommand({ Bucket: BUCKET, Key, CopySource, ...more }));
  const head = (Key: string) => client.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));

  expect((await copy('copy')).CopyObjectResult?.ETag).toBe(ETag);
  await copy('described', {
    MetadataDirective: 'REPLACE',
    Metadata: { from: 'copy' },
    ContentType: 'text/plain',
  });
  expect(await head('copy')).toMatchObject({ Metadata: { from: 'source' }, TagCount: 1, ETag });
  expect(await head('described')).toMatchObject({ Metadata: { from: 'copy' }, ContentType: 'text/plain' });
  await expect(copy('a b/ü+')).rejects.toMatchObject({ name: 'InvalidRequest' });
  await expect(copy('x', { CopySourceIfMatch: '"other"' })).rejects.toMatchObject({
    name: 'PreconditionFailed',
  });
});

test('keeps tags', async () => {
  const { client } = await openEndpointWithBucket();
  const object = { Bucket: BUCKET, Key: 'k' };
  const tagSet = async () => (await client.send(new GetObjectTaggingCommand(object))).TagSet;
  await client.send(new PutObjectCommand({ ...object, Body: 'x', Tagging: 'kind=cat' }));
  expect(await tagSet()).toEqual([{ Key: 'kind', Value: 'cat' }]);
  await client.send(
    new PutObjectTaggingCommand({ ...object, Tagging: { TagSet: [{ Key: 'a', Value: '<&>' }] } }),
  );
  expect(await tagSet()).toEqual([{ Key: 'a', Value: '<&>' }]);
  await client.send(new DeleteObjectTaggingCommand(object));
  expect(await tagSet()).toEqual([]);
});

test('tells the attributes of an object', async () => {
  const { client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: bytes }));
  const attributes = await client.send(
    new GetObjectAttributesCommand({
      Bucket: BUCKET,
      Key: 'k',
      ObjectAttributes: ['ETag', 'ObjectSize', 'Checksum'],
    }),
  );
  expect(attributes).toMatchObject({ ETag: md5, ObjectSize: bytes.length });
  expect(attributes.Checksum?.ChecksumCRC32).toBeTypeOf('string');
  expect(attributes.StorageClass).toBeUndefined();
});

test('deletes one object or many, and their bytes', async () => {
  const { client, folder } = await openEndpointWithBucket();
  const keys = ['a', 'b & c', ' d'];
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
  await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'a' }));
  const Objects = [...keys, 'never there'].map((Key) => ({ Key }));
  const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } }));
  expect(Deleted?.map(({ Key }) => Key)).toEqual([...keys, 'never there']);
  expect((await client.send(new ListObjectsV2Command({ Bucket: BUCKET }))).KeyCount).toBe(0);
  expect(await countFiles(folder)).toEqual({ blobs: 0, unfinished: 0 });
});

test('rejects what is not there', async () => {
  const { client } = await openEndpointWithBucket();
  const get = (Bucket: string) => client.send(new GetObjectCommand({ Bucket, Key: 'none' }));
  await expect(get(BUCKET)).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(get('no-such-bucket')).rejects.toMatchObject({ name: 'NoSuchBucket' });
  const put = client.send(new PutObjectCommand({ Bucket: 'no-such-bucket', Key: 'k', Body: 'x' }));
  await expect(put).rejects.toMatchObject({ name: 'NoSuchBucket' });
});
