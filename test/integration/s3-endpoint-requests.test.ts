import { connect } from 'node:net';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { ACCESS_KEY } from './s3-endpoint-credentials.ts';
import { BUCKET, countFiles, openEndpointWithBucket, s3Client, someBytes } from './s3-endpoint-fixture.ts';
import { presigned, send, signed } from './s3-endpoint-raw-requests.ts';

const target = `/${BUCKET}/k`;
const minutes = (count: number) => new Date(Date.now() + count * 60_000);

test.each([
  ['an unknown access key', { accessKeyId: 'somebody' }, 'InvalidAccessKeyId'],
  ['the name of a property that every object has', { accessKeyId: 'constructor' }, 'InvalidAccessKeyId'],
  ['a wrong secret', { secret: 'guessed' }, 'SignatureDoesNotMatch'],
])('rejects %s', async (_, credentials, name) => {
  const { url } = await openEndpointWithBucket();
  const stranger = s3Client(url, credentials);
  const put = stranger.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' }));
  await expect(put).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 403 } });
  stranger.destroy();
});

test('rejects a request that is not signed', async () => {
  const { url } = await openEndpointWithBucket();
  const answer = await send(url, { target });
  expect(answer.status).toBe(403);
  expect(answer.text).toContain('<Code>AccessDenied</Code>');
});

test.each([-16, 16])('rejects a signature made %s minutes from now', async (offset) => {
  const { url } = await openEndpointWithBucket();
  const { request } = signed(url, { target }, { date: minutes(offset) });
  const { status, text } = await send(url, request);
  expect([status, text]).toEqual([403, expect.stringContaining('<Code>RequestTimeTooSkewed</Code>')]);
});

test('rejects a header that was added after signing', async () => {
  const { url } = await openEndpointWithBucket();
  const { request } = signed(url, { method: 'PUT', target, body: 'x' });
  const answer = await send(url, { ...request, headers: { ...request.headers, 'x-amz-meta-a': 'b' } });
  expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('x-amz-meta-a')]);
});

test('rejects a body that is not the signed one', async () => {
  const { url, folder } = await openEndpointWithBucket();
  const { request } = signed(url, { method: 'PUT', target, body: 'signed' });
  const answer = await send(url, { ...request, body: 'forged' });
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('XAmzContentSHA256Mismatch')]);
  expect(await countFiles(folder)).toEqual({ blobs: 0, unfinished: 0 });
});

test.each([
  ['content-md5', 'AAAAAAAAAAAAAAAAAAAAAA==', 'BadDigest'],
  ['content-md5', 'not an MD5', 'InvalidDigest'],
  ['x-amz-checksum-crc32', 'AAAAAA==', 'BadDigest'],
  ['x-amz-checksum-sha256', '98O8HYCOBHMq32eZZczDTKeuNEE98O8HYCOBHMq32eY=', 'BadDigest'],
  ['x-amz-checksum-sha256', 'AAAA', 'InvalidRequest'],
])('rejects a body that its %s "%s" does not fit', async (name, value, code) => {
  const { url, folder } = await openEndpointWithBucket();
  const { request } = signed(url, { method: 'PUT', target, body: 'x', headers: { [name]: value } });
  const answer = await send(url, request);
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`<Code>${code}</Code>`)]);
  expect(await countFiles(folder)).toEqual({ blobs: 0, unfinished: 0 });
});

test('takes presigned URLs for reading and writing', async () => {
  const { url, client } = await openEndpointWithBucket();
  const put = await send(url, {
    method: 'PUT',
    target: presigned(url, { method: 'PUT', path: target }),
    body: 'abc',
  });
  const query = {
    'response-content-type': 'text/css',
    'response-content-disposition': 'attachment; filename="ü"',
  };
  const got = await send(url, { target: presigned(url, { path: target, query }) });
  expect(put.status).toBe(200);
  expect([got.status, got.text, got.headers['content-type']]).toEqual([200, 'abc', 'text/css']);
  expect((await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'k' }))).ContentLength).toBe(3);
});

test.each([
  ['expired', () => ({ date: minutes(-2), expiresSeconds: 60 }), 'Request has expired'],
  ['not yet valid', () => ({ date: minutes(20) }), 'Request is not yet valid'],
  ['valid for more than seven days', () => ({ expiresSeconds: 604_801 }), 'X-Amz-Expires'],
  ['of another algorithm', () => ({ algorithm: 'AWS4-ECDSA-P256-SHA256' }), 'X-Amz-Algorithm only supports'],
  ['made for another method', () => ({ method: 'PUT' }), 'SignatureDoesNotMatch'],
])('rejects a presigned URL that is %s', async (_, settings, message) => {
  const { url } = await openEndpointWithBucket();
  const answer = await send(url, { target: presigned(url, { path: target, ...settings() }) });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.text).toContain(message);
});

test.each([
  ['expired', -60, 'Request has expired'],
  ['forged', 60, 'SignatureDoesNotMatch'],
])('rejects a presigned URL of version 2 that is %s', async (_, expiresSeconds, message) => {
  const { url } = await openEndpointWithBucket();
  const Expires = String(Math.round(Date.now() / 1000) + expiresSeconds);
  const query = new URLSearchParams({ AWSAccessKeyId: ACCESS_KEY, Signature: 'forged', Expires });
  const answer = await send(url, { target: `${target}?${query}` });
  expect([answer.status, answer.text]).toEqual([403, expect.stringContaining(message)]);
});

const OUTSIDE_ASCII = 'é'.repeat(64);

test('rejects signatures outside ASCII, wherever they stand', async () => {
  const { url } = await openEndpointWithBucket();
  const { request, signature } = signed(url, { target });
  const authorization = request.headers.authorization?.replace(signature, OUTSIDE_ASCII) ?? '';
  const query = presigned(url, { path: target });
  const forged = query.replace(/[0-9a-f]{64}$/, encodeURIComponent(OUTSIDE_ASCII));
  const version2 = new URLSearchParams({
    AWSAccessKeyId: ACCESS_KEY,
    Signature: 'é'.repeat(28),
    Expires: String(Math.round(Date.now() / 1000) + 60),
  });
  const answers = await Promise.all([
    send(url, { ...request, headers: { ...request.headers, authorization } }),
    send(url, { target: forged }),
    send(url, { target: `${target}?${version2}` }),
  ]);
  for (const { status, text } of answers) {
    expect([status, text]).toEqual([403, expect.stringContaining('<Code>SignatureDoesNotMatch</Code>')]);
  }
});

test.each([
  ['/photos/%E0%A4', 'InvalidURI'],
  ['/photos/k?torrent', 'NotImplemented'],
])('rejects the target %s', async (odd, code) => {
  const { url } = await openEndpointWithBucket();
  expect((await send(url, { target: odd })).text).toContain(`<Code>${code}</Code>`);
});

test.each(['', 'no XML', '<Delete><Object></Delete>', '<Other/>', '<Delete/>', '<!DOCTYPE a><Delete/>'])(
  'rejects the XML document "%s"',
  async (body) => {
    const { url } = await openEndpointWithBucket();
    const { request } = signed(url, { method: 'POST', target: `/${BUCKET}?delete=`, body });
    const answer = await send(url, request);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('<Code>MalformedXML</Code>')]);
  },
);

test('rejects an object of more than 5 GiB before its first byte', async () => {
  const { url } = await openEndpointWithBucket();
  const headers = { 'content-length': String(5 * 1024 ** 3 + 1), expect: '100-continue' };
  const { request } = signed(url, { method: 'PUT', target, headers }, { bodyHash: 'UNSIGNED-PAYLOAD' });
  const reply = await talk(url, rawHead(request), () => undefined);
  expect(reply).toMatch(/^HTTP\/1.1 400 .*EntityTooLarge/s);
  expect(reply).toMatch(/\r\nconnection: close\r\n/i);
});

test('asks for the body of a request that expects to be asked', async () => {
  const { url, client } = await openEndpointWithBucket();
  const headers = { 'content-length': '3', expect: '100-continue' };
  const { request } = signed(url, { method: 'PUT', target, headers, body: 'abc' });
  const reply = await talk(url, rawHead(request), (received) =>
    received.endsWith('100 Continue\r\n\r\n') ? 'abc' : undefined,
  );
  expect(reply).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/);
  const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'k' }));
  expect(await got.Body!.transformToString()).toBe('abc');
});

test('keeps nothing of an upload whose client went away, and goes on', async () => {
  const { url, client, folder, records } = await openEndpointWithBucket();
  const headers = { 'content-length': '1000000' };
  const { request } = signed(url, { method: 'PUT', target, headers }, { bodyHash: 'UNSIGNED-PAYLOAD' });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(Buffer.concat([Buffer.from(rawHead(request)), someBytes(300_000)]));
  await expect.poll(() => countFiles(folder)).toEqual({ blobs: 0, unfinished: 1 });
  socket.destroy();
  await expect.poll(() => countFiles(folder)).toEqual({ blobs: 0, unfinished: 0 });
  const head = client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'k' }));
  await expect(head).rejects.toMatchObject({ name: 'NotFound' });
  expect(records()).toEqual([]);
});

test('goes on when a reader went away, and lets go of the bytes', async () => {
  const { client, folder } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: someBytes(8_000_000) }));
  const abort = new AbortController();
  const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'k' }), {
    abortSignal: abort.signal,
  });
  abort.abort();
  await expect(got.Body!.transformToByteArray()).rejects.toThrow();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'new' }));
  await expect.poll(() => countFiles(folder)).toEqual({ blobs: 1, unfinished: 0 });
});

test('finds the bucket in the name of the host', async () => {
  const { url, client } = await openEndpointWithBucket();
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'abc' }));
  const { request } = signed(`http://${BUCKET}.localhost:${new URL(url).port}`, { target: '/k' });
  expect(await send(url, request)).toMatchObject({ status: 200, text: 'abc' });
});

function rawHead(request: { method?: string; target: string; headers: Record<string, string> }): string {
  const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${request.method} ${request.target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Sends text, and what `reply` makes of what has come so far, until the final answer is here. */
function talk(url: string, text: string, reply: (received: string) => string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
    socket.on('data', (data) => {
      received += data.toString();
      const answer = reply(received);
      if (answer !== undefined) socket.write(answer);
      if (/HTTP\/1.1 [2-5]\d\d /.test(received)) socket.end();
    });
  });
}
