import { GetObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { BUCKET, countFiles, openEndpointWithBucket, someBytes } from './s3-endpoint-fixture.ts';
import { hmac, send, sha256, signed } from './s3-endpoint-raw-requests.ts';

const target = `/${BUCKET}/k`;

/** By Python's zlib. */
const CRC32_OF_HELLO_WORLD = '55qpwg==';
const CRC32_OF_ABD = 'q0DUYQ==';

test('takes chunks and trailers that are signed', async () => {
  const { url, client } = await openEndpointWithBucket();
  const answer = await send(
    url,
    signedChunks(url, ['Hello, ', 'world'], { 'x-amz-checksum-crc32': CRC32_OF_HELLO_WORLD }),
  );
  expect(answer).toMatchObject({ status: 200, headers: { 'x-amz-checksum-crc32': CRC32_OF_HELLO_WORLD } });
  const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'k' }));
  expect([await got.Body!.transformToString(), got.ContentEncoding]).toEqual(['Hello, world', undefined]);
});

test.each([
  ['a forged chunk', (body: string) => body.replace('world', 'w0rld'), 'SignatureDoesNotMatch'],
  ['a forged trailer', (body: string) => body.replace('crc32:', 'crc32:A'), 'SignatureDoesNotMatch'],
  [
    'a body without its last chunk',
    (body: string) => body.slice(0, body.indexOf('0;chunk')),
    'IncompleteBody',
  ],
  ['a chunk cut short', (body: string) => body.slice(0, 100), 'IncompleteBody'],
  [
    'a chunk that is too long',
    (body: string) => body.replace('world', 'world!'),
    'SignatureDoesNotMatch|IncompleteBody',
  ],
  ['a chunk without a size', (body: string) => `size${body}`, 'InvalidRequest'],
  ['a line without an end', () => 'f'.repeat(100_000), 'InvalidRequest'],
])('rejects %s, and keeps nothing of it', async (_, forge, code) => {
  const { url, folder } = await openEndpointWithBucket();
  const request = signedChunks(url, ['Hello, ', 'world'], { 'x-amz-checksum-crc32': CRC32_OF_HELLO_WORLD });
  const answer = await send(url, { ...request, body: forge(request.body) });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.text).toMatch(new RegExp(`<Code>(${code})</Code>`));
  expect(await countFiles(folder)).toEqual({ blobs: 0, unfinished: 0 });
});

test('rejects a checksum in a trailer that the body does not fit', async () => {
  const { url } = await openEndpointWithBucket();
  const answer = await send(url, signedChunks(url, ['abc'], { 'x-amz-checksum-crc32': CRC32_OF_ABD }));
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('<Code>BadDigest</Code>')]);
});

test('answers a large upload that is refused at its first chunk', async () => {
  const { url } = await openEndpointWithBucket();
  const { request } = signed(
    url,
    { method: 'PUT', target, body: someBytes(5_000_000) },
    { bodyHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' },
  );
  expect((await send(url, request)).status).toBe(400);
});

/** An upload as the SDK for Java sends it: chunks and trailers, each signed on from the one before. */
function signedChunks(url: string, chunks: readonly string[], trailers: Record<string, string>) {
  const length = String(chunks.join('').length);
  const headers = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': length,
    'x-amz-trailer': Object.keys(trailers).join(','),
  };
  const bodyHash = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
  const { request, signature, key, scope, timestamp } = signed(
    url,
    { method: 'PUT', target, headers },
    { bodyHash },
  );
  let previous = signature;
  const sign = (algorithm: string, ...lines: string[]) => {
    previous = hmac(key, [algorithm, timestamp, scope, previous, ...lines].join('\n')).toString('hex');
    return previous;
  };
  const framed = [...chunks, ''].map((chunk) => {
    const chunkSignature = sign('AWS4-HMAC-SHA256-PAYLOAD', sha256(''), sha256(chunk));
    const head = `${chunk.length.toString(16)};chunk-signature=${chunkSignature}\r\n`;
    return chunk === '' ? head : `${head}${chunk}\r\n`;
  });
  const canonicalTrailers = Object.entries(trailers).map(([name, value]) => `${name}:${value}\n`);
  const trailerSignature = sign('AWS4-HMAC-SHA256-TRAILER', sha256(canonicalTrailers.join('')));
  const lines = Object.entries({ ...trailers, 'x-amz-trailer-signature': trailerSignature });
  const body = `${framed.join('')}${lines.map(([name, value]) => `${name}:${value}\r\n`).join('')}\r\n`;
  return { ...request, body };
}
