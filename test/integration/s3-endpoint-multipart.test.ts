import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { BUCKET, countFiles, openEndpointWithBucket, someBytes } from './s3-endpoint-fixture.ts';

const MINIMUM_PART_BYTES = 5 * 1024 ** 2;
const whole = someBytes(2 * MINIMUM_PART_BYTES + 1000);
const pieces = [
  whole.subarray(0, MINIMUM_PART_BYTES),
  whole.subarray(MINIMUM_PART_BYTES, 2 * MINIMUM_PART_BYTES),
  whole.subarray(2 * MINIMUM_PART_BYTES),
];
const object = { Bucket: BUCKET, Key: 'a/large one.bin' };

async function beginUpload(client: S3Client, settings: object = {}) {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...object, ...settings }));
  const upload = { ...object, UploadId };
  return {
    upload,
    async part(PartNumber: number, Body: Buffer, more: object = {}): Promise<CompletedPart> {
      const { $metadata, ...part } = await client.send(
        new UploadPartCommand({ ...upload, PartNumber, Body, ...more }),
      );
      return { ...part, PartNumber };
    },
    complete: (Parts: CompletedPart[], more: object = {}) =>
      client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more })),
  };
}

test('joins parts in the order of their numbers, with the ETag of a multipart object', async () => {
  const { client, folder, records } = await openEndpointWithBucket();
  const { part, complete } = await beginUpload(client, { ContentType: 'video/mp4', Metadata: { a: 'b' } });
  const parts = [await part(7, pieces[2]!), await part(2, pieces[1]!), await part(1, pieces[0]!)].reverse();
  const { ETag } = await complete(parts);
  const got = await client.send(new GetObjectCommand(object));
  const range = await client.send(
    new GetObjectCommand({ ...object, Range: `bytes=${MINIMUM_PART_BYTES - 5}-${MINIMUM_PART_BYTES + 4}` }),
  );

  const md5s = pieces.map((piece) => createHash('md5').update(piece).digest());
  expect(ETag).toBe(`"${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-3"`);
  expect(got).toMatchObject({ ETag, ContentType: 'video/mp4', Metadata: { a: 'b' } });
  expect(Buffer.from(await got.Body!.transformToByteArray()).equals(whole)).toBe(true);
  expect(Buffer.from(await range.Body!.transformToByteArray())).toEqual(
    whole.subarray(MINIMUM_PART_BYTES - 5, MINIMUM_PART_BYTES + 5),
  );
  expect(records()).toHaveLength(1);
  expect(records()[0]).toMatchObject({
    eventName: 'ObjectCreated:CompleteMultipartUpload',
    s3: { object: { key: 'a/large+one.bin', size: whole.length, eTag: ETag?.replaceAll('"', '') } },
  });
  expect(await countFiles(folder)).toEqual({ blobs: 3, unfinished: 0 });
});

test('lists uploads and parts, and forgets both with their bytes when the upload is aborted', async () => {
  const { client, folder } = await openEndpointWithBucket();
  const { upload, part } = await beginUpload(client);
  await part(1, pieces[2]!);
  await part(1, pieces[1]!);
  await part(3, pieces[2]!);
  const { Parts } = await client.send(new ListPartsCommand(upload));
  const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
  expect(Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
    [1, MINIMUM_PART_BYTES],
    [3, 1000],
  ]);
  expect(Uploads).toMatchObject([{ Key: object.Key, UploadId: upload.UploadId }]);
  expect(await countFiles(folder)).toEqual({ blobs: 2, unfinished: 0 });

  await client.send(new AbortMultipartUploadCommand(upload));
  await expect(client.send(new ListPartsCommand(upload))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  await expect(part(1, pieces[2]!)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  expect(await countFiles(folder)).toEqual({ blobs: 0, unfinished: 0 });
});

test('throws away parts that the completion does not list', async () => {
  const { client, folder } = await openEndpointWithBucket();
  const { part, complete } = await beginUpload(client);
  const kept = await part(2, pieces[2]!);
  await part(1, pieces[0]!);
  await complete([kept]);
  expect((await client.send(new HeadObjectCommand(object))).ContentLength).toBe(1000);
  expect(await countFiles(folder)).toEqual({ blobs: 1, unfinished: 0 });
});

test('rejects parts out of order, unknown, too small or none at all, and leaves the upload as it was', async () => {
  const { client } = await openEndpointWithBucket();
  const { part, complete } = await beginUpload(client);
  const first = await part(1, pieces[0]!);
  const small = await part(2, pieces[2]!);
  const last = await part(3, pieces[2]!);
  await expect(complete([small, first])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(complete([first, first])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(complete([{ ...first, ETag: last.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' });
  await expect(complete([{ ...last, PartNumber: 4 }])).rejects.toMatchObject({ name: 'InvalidPart' });
  await expect(complete([{ ...first, ChecksumCRC32: 'AAAAAA==' }])).rejects.toMatchObject({
    name: 'InvalidPart',
  });
  await expect(complete([first, small, last])).rejects.toMatchObject({ name: 'EntityTooSmall' });
  await expect(complete([])).rejects.toMatchObject({ name: 'MalformedXML' });
  await expect(complete([first, last])).resolves.toMatchObject({ Key: object.Key });
});

test.each([0, 10_001, 1.5])('rejects the part number %s', async (number) => {
  const { client } = await openEndpointWithBucket();
  const { part } = await beginUpload(client);
  await expect(part(number, pieces[2]!)).rejects.toMatchObject({ name: 'InvalidArgument' });
});

test('rejects completing an upload over an object that must not be there', async () => {
  const { client } = await openEndpointWithBucket();
  const { part, complete } = await beginUpload(client);
  const only = await part(1, pieces[2]!);
  await client.send(new PutObjectCommand({ ...object, Body: 'first' }));
  await expect(complete([only], { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(complete([only])).resolves.toMatchObject({ Key: object.Key });
});

test.each(['COMPOSITE', 'FULL_OBJECT'] as const)(
  'gives a multipart object a checksum of type %s',
  async (type) => {
    const { client } = await openEndpointWithBucket();
    const checksum = { ChecksumAlgorithm: 'CRC32', ChecksumType: type };
    const { part, complete } = await beginUpload(client, checksum);
    const parts = [await part(1, pieces[0]!, checksum), await part(2, pieces[2]!, checksum)];
    const { ChecksumCRC32 } = await complete(parts);
    // The SDK calculates the whole object's checksum while it reads, and throws if it is another.
    const got = await client.send(new GetObjectCommand({ ...object, ChecksumMode: 'ENABLED' }));
    expect((await got.Body!.transformToByteArray()).length).toBe(MINIMUM_PART_BYTES + 1000);
    expect(got).toMatchObject({ ChecksumType: type, ChecksumCRC32 });
    expect(ChecksumCRC32?.endsWith('-2')).toBe(type === 'COMPOSITE');
  },
);

test('copies a range of another object as a part', async () => {
  const { client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'source', Body: pieces[0]! }));
  const { upload, complete } = await beginUpload(client);
  const { CopyPartResult } = await client.send(
    new UploadPartCopyCommand({
      ...upload,
      PartNumber: 1,
      CopySource: `${BUCKET}/source`,
      CopySourceRange: 'bytes=100-199',
    }),
  );
  await complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
  const got = await client.send(new GetObjectCommand(object));
  expect(Buffer.from(await got.Body!.transformToByteArray())).toEqual(pieces[0]!.subarray(100, 200));
});
