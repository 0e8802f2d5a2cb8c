import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
  type ChecksumAlgorithm as SdkAlgorithm,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect, it, test } from 'vitest';
import { type ChecksumAlgorithm, checksumsOf } from '../../functions/local/s3-endpoint/checksums.ts';
import { BUCKET, openEndpointWithBucket, someBytes } from './s3-endpoint-fixture.ts';
import { send, signed } from './s3-endpoint-raw-requests.ts';

const object = { Bucket: BUCKET, Key: 'in parts.bin' };
const bodies = [someBytes(5 * 1024 ** 2), someBytes(1000, 2)] as const;

type Type = 'COMPOSITE' | 'FULL_OBJECT';
const KINDS: readonly (readonly [algorithm: SdkAlgorithm, type: Type])[] = [
  ['CRC32', 'COMPOSITE'],
  ['CRC32', 'FULL_OBJECT'],
  ['CRC32C', 'COMPOSITE'],
  ['CRC32C', 'FULL_OBJECT'],
  ['CRC64NVME', 'FULL_OBJECT'],
  ['SHA1', 'COMPOSITE'],
  ['SHA256', 'COMPOSITE'],
];

/** By the code whose values `test/unit/local/s3-endpoint/checksums.test.ts` holds to published ones. */
async function digest(algorithm: SdkAlgorithm, ...pieces: readonly Uint8Array[]): Promise<Buffer> {
  const name = algorithm.toLowerCase() as ChecksumAlgorithm;
  const checksums = checksumsOf([name]);
  for (const piece of pieces) checksums.update(piece);
  return Buffer.from((await checksums.digest())[name] ?? '', 'base64');
}

async function checksumOf(algorithm: SdkAlgorithm, type: Type): Promise<string> {
  if (type === 'FULL_OBJECT') return (await digest(algorithm, ...bodies)).toString('base64');
  const parts = await Promise.all(bodies.map((body) => digest(algorithm, body)));
  return (await digest(algorithm, ...parts)).toString('base64');
}

const field = (algorithm: SdkAlgorithm) => `Checksum${algorithm}`;

/** Uploads the two parts; gives what completes them. */
async function uploadParts(client: S3Client, begin: object, each: object = {}) {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...object, ...begin }));
  const upload = { ...object, UploadId };
  const Parts: object[] = [];
  for (const [index, Body] of bodies.entries()) {
    const part = { ...upload, PartNumber: index + 1, Body, ...each };
    const { $metadata, ...answer } = await client.send(new UploadPartCommand(part));
    Parts.push({ ...answer, PartNumber: index + 1 });
  }
  return {
    upload,
    complete: (more: object) =>
      client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more })),
  };
}

test.each(KINDS)('completes an upload with the %s of its object, of type %s', async (algorithm, type) => {
  const { client, url } = await openEndpointWithBucket();
  const begin = { ChecksumAlgorithm: algorithm, ChecksumType: type };
  const { upload, complete } = await uploadParts(client, begin, { ChecksumAlgorithm: algorithm });
  const value = await checksumOf(algorithm, type);
  const told = type === 'COMPOSITE' ? `${value}-2` : value;
  const wrong = createHash('sha256').update(value).digest().subarray(0, Buffer.from(value, 'base64').length);

  const parts = await client.send(new ListPartsCommand(upload));
  expect(parts).toMatchObject({ ChecksumAlgorithm: algorithm, ChecksumType: type });
  expect(parts.Parts?.[1]).toMatchObject({
    [field(algorithm)]: (await digest(algorithm, bodies[1])).toString('base64'),
  });
  for (const refused of [
    { [field(algorithm)]: wrong.toString('base64') },
    { [field(algorithm)]: `${value}-3` },
    { ChecksumType: type === 'COMPOSITE' ? 'FULL_OBJECT' : 'COMPOSITE' },
  ]) {
    await expect(complete(refused)).rejects.toMatchObject({ name: 'BadDigest' });
  }
  const other =
    algorithm === 'SHA1' ? { ChecksumCRC32: 'AAAAAA==' } : { ChecksumSHA1: '98O8HYCOBHMq32eZZczDTKeuNEE=' };
  await expect(complete(other)).rejects.toMatchObject({ name: 'InvalidRequest' });
  await expect(complete({ MpuObjectSize: 999 })).rejects.toMatchObject({ name: 'InvalidRequest' });

  const size = bodies[0].length + bodies[1].length;
  const answer = await complete({ [field(algorithm)]: told, ChecksumType: type, MpuObjectSize: size });
  expect(answer).toMatchObject({ [field(algorithm)]: told, ChecksumType: type });
  expect(answer.Location).toBe(`${url}/${BUCKET}/in%20parts.bin`);
  const head = await client.send(new HeadObjectCommand({ ...object, ChecksumMode: 'ENABLED' }));
  expect(head).toMatchObject({ [field(algorithm)]: told, ChecksumType: type });
  const attributes = await client.send(
    new GetObjectAttributesCommand({
      ...object,
      ObjectAttributes: ['Checksum', 'ObjectParts', 'ObjectSize'],
    }),
  );
  expect(attributes).toMatchObject({
    ObjectSize: size,
    Checksum: { [field(algorithm)]: told, ChecksumType: type },
    ObjectParts: {
      TotalPartsCount: 2,
      IsTruncated: false,
      Parts: [
        { PartNumber: 1, Size: bodies[0].length },
        { PartNumber: 2, Size: bodies[1].length },
      ],
    },
  });
});

test.each(KINDS.filter(([, type]) => type === 'COMPOSITE'))(
  'takes the composite %s of an object without the number of its parts, as MinIO’s client sends it',
  async (algorithm, type) => {
    const { client } = await openEndpointWithBucket();
    const each = { ChecksumAlgorithm: algorithm };
    const { complete } = await uploadParts(client, { ChecksumAlgorithm: algorithm }, each);
    const value = await checksumOf(algorithm, type);
    expect(await complete({ [field(algorithm)]: value })).toMatchObject({
      [field(algorithm)]: `${value}-2`,
      ChecksumType: 'COMPOSITE',
    });
  },
);

test('compares the checksum of an object whose upload was begun without any', async () => {
  const { client } = await openEndpointWithBucket();
  const { complete } = await uploadParts(client, { ChecksumAlgorithm: undefined });
  await expect(complete({ ChecksumCRC64NVME: 'AAAAAAAAAAA=' })).rejects.toMatchObject({ name: 'BadDigest' });
  const whole = await checksumOf('CRC64NVME', 'FULL_OBJECT');
  expect(await complete({ ChecksumCRC64NVME: whole })).toMatchObject({ ChecksumCRC64NVME: whole });
});

test.each([
  ['SHA1', 'FULL_OBJECT'],
  ['SHA256', 'FULL_OBJECT'],
  ['CRC64NVME', 'COMPOSITE'],
] as const)('rejects an upload whose checksum is to be a %s of type %s', async (algorithm, type) => {
  const { client } = await openEndpointWithBucket();
  const begin = new CreateMultipartUploadCommand({
    ...object,
    ChecksumAlgorithm: algorithm,
    ChecksumType: type,
  });
  await expect(client.send(begin)).rejects.toMatchObject({ name: 'InvalidRequest' });
});

test('rejects a part whose checksum is by another algorithm than the upload’s', async () => {
  const { client } = await openEndpointWithBucket();
  const uploading = uploadParts(client, { ChecksumAlgorithm: 'SHA256' }, { ChecksumAlgorithm: 'CRC32' });
  await expect(uploading).rejects.toMatchObject({ name: 'InvalidRequest' });
});

test('reads an object part by part, each with its checksum', async () => {
  const { client } = await openEndpointWithBucket();
  const { complete } = await uploadParts(
    client,
    { ChecksumAlgorithm: 'SHA256' },
    { ChecksumAlgorithm: 'SHA256' },
  );
  await complete({});
  const read = (PartNumber: number) =>
    client.send(new GetObjectCommand({ ...object, PartNumber, ChecksumMode: 'ENABLED' }));
  for (const [index, body] of bodies.entries()) {
    const got = await read(index + 1);
    // The SDK compares them with the checksum.
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(body)).toBe(true);
    expect(got).toMatchObject({ PartsCount: 2, ContentLength: body.length });
    expect(got.ChecksumSHA256).toBe(createHash('sha256').update(body).digest('base64'));
  }
  expect((await read(2)).ContentRange).toBe(
    `bytes ${bodies[0].length}-${bodies[0].length + 999}/${bodies[0].length + 1000}`,
  );
  await expect(read(3)).rejects.toMatchObject({ $metadata: { httpStatusCode: 416 } });
  await expect(read(0)).rejects.toMatchObject({ name: 'InvalidArgument' });
});

test('reads an object that was put at once as its only part', async () => {
  const { client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ ...object, Body: 'whole' }));
  const got = await client.send(new GetObjectCommand({ ...object, PartNumber: 1 }));
  expect(await got.Body!.transformToString()).toBe('whole');
  expect(got.PartsCount).toBeUndefined();
});

test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
  'copies an object with its %s calculated anew',
  async (algorithm) => {
    const { client } = await openEndpointWithBucket();
    const { complete } = await uploadParts(
      client,
      { ChecksumAlgorithm: 'SHA1' },
      { ChecksumAlgorithm: 'SHA1' },
    );
    await complete({});
    const copy = { Bucket: BUCKET, Key: 'copy', CopySource: `${BUCKET}/${object.Key}` };
    const { CopyObjectResult } = await client.send(
      new CopyObjectCommand({ ...copy, ChecksumAlgorithm: algorithm }),
    );
    const value = (await digest(algorithm, ...bodies)).toString('base64');
    expect(CopyObjectResult).toMatchObject({ [field(algorithm)]: value, ChecksumType: 'FULL_OBJECT' });
  },
);

test.each([
  ['storage class', { StorageClass: 'STANDARD_IA' }],
  ['encryption', { ServerSideEncryption: 'AES256' }],
  ['checksum', { ChecksumAlgorithm: 'SHA256' }],
] as const)('copies an object onto itself for another %s', async (_name, change) => {
  const { client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ ...object, Body: 'x' }));
  const copy = { ...object, CopySource: `${BUCKET}/${object.Key}` };
  await expect(client.send(new CopyObjectCommand(copy))).rejects.toMatchObject({ name: 'InvalidRequest' });
  await client.send(new CopyObjectCommand({ ...copy, ...change }));
  const got = await client.send(new GetObjectCommand(object));
  expect(await got.Body!.transformToString()).toBe('x');
});

test('compares the checksum of a document with the document', async () => {
  const { client, url } = await openEndpointWithBucket();
  const tags = { TagSet: [{ Key: 'a', Value: 'b' }] };
  await client.send(new PutObjectCommand({ ...object, Body: 'x' }));
  await client.send(new PutObjectTaggingCommand({ ...object, Tagging: tags, ChecksumAlgorithm: 'SHA256' }));
  const deletion = { Objects: [{ Key: 'nothing' }] };
  await client.send(
    new DeleteObjectsCommand({ Bucket: BUCKET, Delete: deletion, ChecksumAlgorithm: 'CRC32C' }),
  );
  const body = '<Delete><Object><Key>in parts.bin</Key></Object></Delete>';
  const md5 = (text: string) => createHash('md5').update(text).digest('base64');
  const remove = (headers: Record<string, string>) =>
    send(url, signed(url, { method: 'POST', target: `/${BUCKET}?delete=`, headers, body }).request);
  expect(await remove({ 'content-md5': md5('other') })).toMatchObject({ status: 400 });
  expect((await remove({ 'x-amz-checksum-crc32': 'AAAAAA==' })).text).toContain('BadDigest');
  expect(await remove({ 'content-md5': md5(body) })).toMatchObject({ status: 200 });
});

it.each([
  [
    'two checksums',
    { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-sha1': 'x' },
    400,
    'InvalidRequest',
  ],
  ['a checksum of another length', { 'x-amz-checksum-crc32': 'AAAA' }, 400, 'InvalidRequest'],
  ['a checksum that is no base64', { 'x-amz-checksum-sha256': 'not base64!' }, 400, 'InvalidRequest'],
  [
    'an algorithm that it does not know',
    { 'x-amz-checksum-xxhash64': 'AAAAAAAAAAA=' },
    501,
    'NotImplemented',
  ],
])('rejects %s', async (_name, headers: Record<string, string>, status, code) => {
  const { url } = await openEndpointWithBucket();
  const put = signed(url, { method: 'PUT', target: `/${BUCKET}/a`, headers, body: 'x' });
  const answer = await send(url, put.request);
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(`<Code>${code}</Code>`);
});
