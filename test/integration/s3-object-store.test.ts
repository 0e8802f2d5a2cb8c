import {
  type ChecksumAlgorithm,
  type ChecksumType,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { s3ObjectStore } from '../../functions/adapters/aws/s3.ts';
import { arrivedBytes } from '../../functions/core/objects/arrival.ts';
import { startCuttingProxy } from '../fixtures/cutting-proxy.ts';
import { scriptedServer } from '../fixtures/scripted-server.ts';
import { startStores } from '../fixtures/stores.ts';

/** The bucket of the stores. */
const BUCKET = 'bench';
const BODY = Buffer.from('a picture of a cat '.repeat(20_000));
const ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
const INCOMPLETE = { code: 'object-incomplete', retryable: true };

let stores: Awaited<ReturnType<typeof startStores>>;
let client: S3Client;
beforeAll(async () => {
  stores = await startStores();
  client = new S3Client({ ...stores.s3Options, requestChecksumCalculation: 'WHEN_REQUIRED' });
});
afterAll(async () => {
  client.destroy();
  await stores.close();
});

interface Uploaded {
  readonly key: string;
  readonly eTag: string;
}

async function put(ChecksumAlgorithm?: ChecksumAlgorithm): Promise<Uploaded> {
  const key = `whole-${ChecksumAlgorithm}`;
  const { ETag = '' } = await client.send(
    new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: BODY, ChecksumAlgorithm }),
  );
  return { key, eTag: ETag.replaceAll('"', '') };
}

async function putInParts(
  ChecksumAlgorithm: ChecksumAlgorithm,
  ChecksumType: ChecksumType,
): Promise<Uploaded> {
  const at = { Bucket: BUCKET, Key: `in-parts-${ChecksumAlgorithm}-${ChecksumType}` };
  const upload = new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm, ChecksumType });
  const { UploadId } = await client.send(upload);
  const { $metadata: _, ...part } = await client.send(
    new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: BODY, ChecksumAlgorithm }),
  );
  const MultipartUpload = { Parts: [{ ...part, PartNumber: 1 }] };
  const { ETag = '' } = await client.send(
    new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }),
  );
  return { key: at.Key, eTag: ETag.replaceAll('"', '') };
}

/** Fetches an object as it is, then through a proxy that leaves the last byte's place to another. */
async function fetchedTwice(uploaded: Uploaded) {
  const object = { bucket: BUCKET, ...uploaded, sequencer: '', sizeBytes: BODY.length };
  const fetched = await s3ObjectStore(stores.s3Options).fetch(object, 2 ** 20);
  const proxy = await startCuttingProxy(stores.s3Options.endpoint, () => ({
    cut: 'other-bytes',
    kept: (size) => size - 1,
  }));
  onTestFinished(() => proxy.close());
  const spoilt = await s3ObjectStore({ ...stores.s3Options, endpoint: proxy.url }).fetch(object, 2 ** 20);
  expect(Buffer.compare(spoilt.bytes, BODY)).not.toBe(0);
  return {
    algorithm: fetched.digest?.algorithm,
    whole: () => arrivedBytes(fetched, object),
    spoilt: () => arrivedBytes(spoilt, object),
  };
}

describe('an object with other bytes than its checksum tells is to be fetched again', () => {
  it.each(ALGORITHMS)('put at once, with %s', async (algorithm) => {
    const fetched = await fetchedTwice(await put(algorithm));
    expect(fetched.algorithm).toBe(algorithm);
    expect(Buffer.compare(fetched.whole(), BODY)).toBe(0);
    expect(fetched.spoilt).toThrow(expect.objectContaining(INCOMPLETE));
    expect(fetched.spoilt).toThrow(`bytes of ${algorithm} `);
  });

  it('put at once without a checksum: by its ETag', async () => {
    const fetched = await fetchedTwice(await put());
    expect(fetched.algorithm).toBe('MD5');
    expect(Buffer.compare(fetched.whole(), BODY)).toBe(0);
    expect(fetched.spoilt).toThrow(expect.objectContaining(INCOMPLETE));
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)('put in parts, with %s of all', async (algorithm) => {
    const fetched = await fetchedTwice(await putInParts(algorithm, 'FULL_OBJECT'));
    expect(fetched.algorithm).toBe(algorithm);
    expect(Buffer.compare(fetched.whole(), BODY)).toBe(0);
    expect(fetched.spoilt).toThrow(expect.objectContaining(INCOMPLETE));
  });
});

it.each(['CRC32', 'SHA256'] as const)(
  'nothing tells of bytes put in parts with %s of these',
  async (algorithm) => {
    const fetched = await fetchedTwice(await putInParts(algorithm, 'COMPOSITE'));
    expect(fetched.algorithm).toBeUndefined();
    expect(Buffer.compare(fetched.whole(), BODY)).toBe(0);
    expect(fetched.spoilt).not.toThrow();
  },
);

it('a picture is fetched in the state that its event tells of, with a signed wish for its checksum', async () => {
  const server = await scriptedServer(() => ({ body: 'a picture' }));
  const store = s3ObjectStore({ ...server.client, forcePathStyle: true });
  const object = { bucket: 'pictures', key: 'cat.jpg', eTag: 'abc', sequencer: '01' };
  expect(Buffer.from((await store.fetch(object, 1_000)).bytes).toString()).toBe('a picture');
  expect(server.requests).toHaveLength(1);
  const { headers } = server.requests[0] ?? {};
  expect(headers).toMatchObject({ 'if-match': '"abc"', 'x-amz-checksum-mode': 'ENABLED' });
  expect(headers?.authorization).toContain(';x-amz-checksum-mode;');
});
