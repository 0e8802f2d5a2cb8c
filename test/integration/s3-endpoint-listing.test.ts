import {
  CreateBucketCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { BUCKET, openEndpointWithBucket } from './s3-endpoint-fixture.ts';
import { presigned, send } from './s3-endpoint-raw-requests.ts';

async function withObjects(keys: readonly string[]) {
  const endpoint = await openEndpointWithBucket();
  await Promise.all(
    keys.map((Key) => endpoint.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x' }))),
  );
  return endpoint;
}

/** Every page of a listing: its keys, and its common prefixes. */
async function pagesV2(client: S3Client, settings: object): Promise<string[][]> {
  const pages: string[][] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken, ...settings }),
    );
    pages.push(entries(page));
    expect(page.KeyCount).toBe(pages.at(-1)?.length);
    expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return pages;
}

async function pagesV1(client: S3Client, settings: object): Promise<string[][]> {
  const pages: string[][] = [];
  let Marker: string | undefined;
  for (;;) {
    const page = await client.send(new ListObjectsCommand({ Bucket: BUCKET, Marker, ...settings }));
    pages.push(entries(page));
    if (!page.IsTruncated) return pages;
    Marker = page.NextMarker ?? page.Contents?.at(-1)?.Key;
  }
}

function entries({
  Contents = [],
  CommonPrefixes = [],
}: Pick<ListObjectsV2Output, 'Contents' | 'CommonPrefixes'>) {
  return [
    ...Contents.map(({ Key }) => Key ?? ''),
    ...CommonPrefixes.map(({ Prefix }) => Prefix ?? ''),
  ].sort();
}

type ListObjectsV2Output = Awaited<ReturnType<typeof listOnce>>;
const listOnce = (client: S3Client) => client.send(new ListObjectsV2Command({ Bucket: BUCKET }));

const keys = ['a', 'b/1', 'b/2', 'b/c/3', 'd', 'e/4', 'f'];

test.each([
  ['v1', pagesV1],
  ['v2', pagesV2],
])('lists in pages, folders as common prefixes (%s)', async (_, pages) => {
  const { client } = await withObjects(keys);
  expect(await pages(client, { MaxKeys: 3 })).toEqual([['a', 'b/1', 'b/2'], ['b/c/3', 'd', 'e/4'], ['f']]);
  expect(await pages(client, { Delimiter: '/' })).toEqual([['a', 'b/', 'd', 'e/', 'f']]);
  expect(await pages(client, { Delimiter: '/', MaxKeys: 2 })).toEqual([['a', 'b/'], ['d', 'e/'], ['f']]);
  expect(await pages(client, { Delimiter: '/', Prefix: 'b/', MaxKeys: 1 })).toEqual([
    ['b/1'],
    ['b/2'],
    ['b/c/'],
  ]);
  expect(await pages(client, { Prefix: 'e' })).toEqual([['e/4']]);
  expect(await pages(client, { Prefix: 'z' })).toEqual([[]]);
});

test('lists after a given key', async () => {
  const { client } = await withObjects(keys);
  expect(await pagesV2(client, { StartAfter: 'b/2' })).toEqual([['b/c/3', 'd', 'e/4', 'f']]);
  expect(await pagesV2(client, { StartAfter: 'zzz' })).toEqual([[]]);
});

test('orders keys by their UTF-8 bytes, which JavaScript does not', async () => {
  const { client } = await withObjects(['\u{1F600}', '\u{FF61}', 'é', 'z']);
  const { Contents = [] } = await listOnce(client);
  expect(Contents.map(({ Key }) => Key)).toEqual(['z', 'é', '\u{FF61}', '\u{1F600}']);
});

test('percent-encodes keys for clients that ask for it', async () => {
  const { client } = await withObjects(['a b/\u0001+ü']);
  const page = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, EncodingType: 'url' }));
  expect(page.Contents?.[0]?.Key).toBe('a%20b/%01%2B%C3%BC');
});

test('keeps the objects of one bucket out of the listing of another whose name begins alike', async () => {
  const { client } = await withObjects(['a']);
  await client.send(new CreateBucketCommand({ Bucket: `${BUCKET}-2` }));
  await client.send(new PutObjectCommand({ Bucket: `${BUCKET}-2`, Key: 'other', Body: '' }));
  expect(entries(await listOnce(client))).toEqual(['a']);
});

test('shows no more than 1000 keys at a time', async () => {
  const { client } = await withObjects(Array.from({ length: 1001 }, (_, index) => `k${index}`));
  const pages = await pagesV2(client, { MaxKeys: 5000 });
  expect(pages.map(({ length }) => length)).toEqual([1000, 1]);
});

test('rejects a number of keys that is not a number', async () => {
  const { url } = await withObjects([]);
  // Presigning covers the query, so it is signed with the odd value in it.
  const target = presigned(url, { path: `/${BUCKET}`, query: { 'list-type': '2', 'max-keys': 'many' } });
  const { status, text } = await send(url, { target });
  expect(status).toBe(400);
  expect(text).toContain('<Code>InvalidArgument</Code>');
});
