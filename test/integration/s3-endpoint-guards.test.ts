import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { BUCKET, openEndpointWithBucket } from './s3-endpoint-fixture.ts';

it('a listing of no keys at all ends, and does not begin for ever', async () => {
  const { client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a.jpg', Body: 'x' }));
  const page = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, MaxKeys: 0 }));
  expect(page).toMatchObject({ KeyCount: 0, IsTruncated: false });
  expect(page.NextContinuationToken).toBeUndefined();
});

it('rejects a write that is to replace any object but one', async () => {
  const { client } = await openEndpointWithBucket();
  const put = new PutObjectCommand({ Bucket: BUCKET, Key: 'a.jpg', Body: 'x', IfNoneMatch: '"abc"' });
  await expect(client.send(put)).rejects.toMatchObject({ name: 'NotImplemented' });
});
