import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3Addresses } from '../../functions/adapters/aws/s3-addresses.ts';
import { ACCESS_KEY, SECRET } from './s3-endpoint-credentials.ts';
import { BUCKET, openEndpointWithBucket } from './s3-endpoint-fixture.ts';

const KEY = 'a +é&?.svg';

async function world() {
  const endpoint = await openEndpointWithBucket();
  const addresses = s3Addresses({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET },
    forcePathStyle: true,
  });
  return { ...endpoint, addresses };
}

/** Sends a form as browsers do, the file last. */
async function posted(
  { url, fields }: { readonly url: string; readonly fields: Readonly<Record<string, string>> },
  file: string,
): Promise<number> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([file]), 'mine.jpg');
  return (await fetch(url, { method: 'POST', body: form })).status;
}

describe('an address of an object', () => {
  it('reads it as what it was found to be, for as long as it was made for', async () => {
    const { client, addresses } = await world();
    await client.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: KEY, Body: '<svg/>', ContentType: 'text/html' }),
    );
    const presented = { mediaType: 'image/svg+xml', isShown: false };
    const address = await addresses.ofObject({ bucket: BUCKET, key: KEY }, presented, 900);
    expect(new URL(address).searchParams.get('X-Amz-Expires')).toBe('900');
    const answer = await fetch(address);
    expect([answer.status, await answer.text()]).toEqual([200, '<svg/>']);
    expect(answer.headers.get('content-type')).toBe('image/svg+xml');
    expect(answer.headers.get('content-disposition')).toBe('attachment');
  });

  it('reads no other object, and as nothing else', async () => {
    const { client, addresses } = await world();
    for (const Key of [KEY, 'other']) {
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x' }));
    }
    const presented = { mediaType: 'image/png', isShown: true };
    const address = new URL(await addresses.ofObject({ bucket: BUCKET, key: KEY }, presented, 60));
    const other = new URL(address);
    other.pathname = `/${BUCKET}/other`;
    const page = new URL(address);
    page.searchParams.set('response-content-type', 'text/html');
    expect([(await fetch(other)).status, (await fetch(page)).status]).toEqual([403, 403]);
  });
});

describe('a form of an upload', () => {
  const limits = { maximumBytes: 10, lifetimeSeconds: 60 };

  it('puts the one object, with its media type', async () => {
    const { client, addresses } = await world();
    const form = await addresses.ofUpload({ bucket: BUCKET, key: KEY, mediaType: 'image/jpeg' }, limits);
    expect(await posted(form, 'ten bytes!')).toBe(204);
    const { Body, ContentType } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: KEY }));
    expect([await Body?.transformToString(), ContentType]).toEqual(['ten bytes!', 'image/jpeg']);
  });

  it('rejects another key, another type, more bytes and none', async () => {
    const { addresses } = await world();
    const { url, fields } = await addresses.ofUpload(
      { bucket: BUCKET, key: 'a', mediaType: 'image/png' },
      limits,
    );
    expect(await posted({ url, fields: { ...fields, key: 'b' } }, 'x')).toBe(403);
    expect(await posted({ url, fields: { ...fields, 'Content-Type': 'text/html' } }, 'x')).toBe(403);
    expect(await posted({ url, fields }, 'eleven bytes')).toBe(400);
    expect(await posted({ url, fields }, '')).toBe(400);
    expect(await posted({ url, fields }, 'x')).toBe(204);
  });

  it('rejects a key in which S3 would put the name of the file', async () => {
    const { addresses } = await world();
    const form = addresses.ofUpload({ bucket: BUCKET, key: 'a/\u0024{filename}' }, limits);
    await expect(form).rejects.toThrow('Expected a key without');
  });
});
