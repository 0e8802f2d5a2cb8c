import { CreateBucketCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { s3Thumbnails } from '../../functions/adapters/aws/s3-thumbnails.ts';
import { ACCESS_KEY, SECRET } from './s3-endpoint-credentials.ts';
import { BUCKET, openEndpoint } from './s3-endpoint-fixture.ts';

const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET };

it('thumbnails are kept under a prefix of a bucket, as pictures that browsers may keep', async () => {
  const { url, client } = await openEndpoint();
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const s3 = { endpoint: url, region: 'us-east-1', credentials, forcePathStyle: true };
  const store = s3Thumbnails({ bucket: BUCKET, prefix: 'small/' }, s3);
  expect(await store.get('a.webp')).toBeUndefined();
  await store.delete('a.webp');
  await store.put('a.webp', Uint8Array.of(1, 2, 3));
  await store.put('b.webp', Uint8Array.of(4));
  expect(await store.get('a.webp')).toEqual(Uint8Array.of(1, 2, 3));
  const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'small/a.webp' }));
  expect(head).toMatchObject({
    ContentType: 'image/webp',
    CacheControl: expect.stringContaining('immutable'),
  });
  await store.delete('a.webp');
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  expect(Contents.map(({ Key }) => Key)).toEqual(['small/b.webp']);
});

it('rejects when the bucket is not there', async () => {
  const { url } = await openEndpoint();
  const s3 = { endpoint: url, region: 'us-east-1', credentials, forcePathStyle: true };
  const store = s3Thumbnails({ bucket: 'nowhere', prefix: '' }, s3);
  await expect(store.put('a.webp', Uint8Array.of(1))).rejects.toMatchObject({ name: 'NoSuchBucket' });
});
