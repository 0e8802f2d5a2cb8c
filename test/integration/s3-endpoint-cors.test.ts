import {
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { BUCKET, openEndpointWithBucket } from './s3-endpoint-fixture.ts';
import { presigned, send } from './s3-endpoint-raw-requests.ts';

const rule = {
  AllowedOrigins: ['http://*.example.com', 'http://localhost:5173'],
  AllowedMethods: ['GET', 'PUT'],
  AllowedHeaders: ['content-type', 'x-amz-*'],
  ExposeHeaders: ['ETag'],
  MaxAgeSeconds: 600,
};
const path = `/${BUCKET}/k`;

function putRule(client: S3Client) {
  return client.send(new PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration: { CORSRules: [rule] } }));
}

function preflight(url: string, origin: string, method: string, headers = 'content-type') {
  return send(url, {
    method: 'OPTIONS',
    target: path,
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': headers },
  });
}

test('keeps the CORS rules of a bucket until they are deleted', async () => {
  const { client } = await openEndpointWithBucket();
  const get = () => client.send(new GetBucketCorsCommand({ Bucket: BUCKET }));
  await expect(get()).rejects.toMatchObject({ name: 'NoSuchCORSConfiguration' });
  await putRule(client);
  expect((await get()).CORSRules).toEqual([rule]);
  await client.send(new DeleteBucketCorsCommand({ Bucket: BUCKET }));
  await expect(get()).rejects.toMatchObject({ name: 'NoSuchCORSConfiguration' });
});

test('lets a page of an allowed origin upload, without a signature on the preflight', async () => {
  const { url, client } = await openEndpointWithBucket();
  await putRule(client);
  const answer = await preflight(url, 'http://app.example.com', 'PUT', 'content-type, X-Amz-Date');
  expect(answer).toMatchObject({
    status: 200,
    headers: {
      'access-control-allow-origin': 'http://app.example.com',
      'access-control-allow-methods': 'GET, PUT',
      'access-control-allow-headers': 'content-type, x-amz-date',
      'access-control-max-age': '600',
    },
  });
});

test.each([
  ['another origin', 'http://example.com.evil.org', 'PUT', 'content-type'],
  ['another method', 'http://localhost:5173', 'DELETE', 'content-type'],
  ['another header', 'http://localhost:5173', 'PUT', 'x-secret'],
])('rejects the preflight of %s', async (_, origin, method, headers) => {
  const { url, client } = await openEndpointWithBucket();
  await putRule(client);
  const answer = await preflight(url, origin, method, headers);
  expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([403, undefined]);
});

test('lets a page read answers, errors as well', async () => {
  const { url, client } = await openEndpointWithBucket();
  await putRule(client);
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' }));
  const headers = { origin: 'http://localhost:5173' };
  const got = await send(url, { target: presigned(url, { path }), headers });
  const refused = await send(url, { target: path, headers });
  const expected = { 'access-control-allow-origin': headers.origin, 'access-control-expose-headers': 'ETag' };
  expect(got).toMatchObject({ status: 200, headers: expected });
  expect(refused).toMatchObject({ status: 403, headers: expected });
});

test.each([
  ['a picture', { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' }],
  ['a link or a form', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ['a page of this machine', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' }],
  ['a script', { origin: 'http://example.com' }],
  ['an old browser', { referer: 'http://example.com/' }],
])('rejects a presigned link that is opened by %s of another origin', async (_, headers) => {
  const { url, client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' }));
  const target = presigned(url, { path });
  const refused = await send(url, { target, headers });
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
  expect((await send(url, { target })).status).toBe(200);
});

test('rejects a name that does not lead to this machine alone', async () => {
  const { url, client } = await openEndpointWithBucket();
  await putRule(client);
  const { status, text } = await send(url, {
    target: presigned('http://rebound.example', { path }),
    headers: { host: 'rebound.example', origin: 'http://localhost:5173' },
  });
  expect([status, text]).toEqual([403, expect.stringContaining('a name of this machine')]);
});

test('shows a picture to the pages that may ask for it', async () => {
  const { url, client } = await openEndpointWithBucket();
  await putRule(client);
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' }));
  const headers = { 'sec-fetch-site': 'same-site', referer: 'http://localhost:5173/' };
  expect(await send(url, { target: presigned(url, { path }), headers })).toMatchObject({
    status: 200,
    headers: { 'cross-origin-resource-policy': 'cross-origin' },
  });
});

test('runs no script of an object', async () => {
  const { url, client } = await openEndpointWithBucket();
  await client.send(
    new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: '<script>', ContentType: 'text/html' }),
  );
  const { headers } = await send(url, { target: presigned(url, { path }) });
  expect(headers).toMatchObject({
    'content-security-policy': expect.stringContaining('sandbox'),
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  });
});
