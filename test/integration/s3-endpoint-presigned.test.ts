import { createHash, createHmac } from 'node:crypto';
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { ACCESS_KEY, SECRET } from './s3-endpoint-credentials.ts';
import { BUCKET, openEndpointWithBucket } from './s3-endpoint-fixture.ts';
import { presigned, presignedWith, type RawRequest, send, signed } from './s3-endpoint-raw-requests.ts';

const KEY = 'a%20%2B%C3%A9.jpg';
const object = { Bucket: BUCKET, Key: 'a +é.jpg' };
const body = 'a picture';
const MD5 = createHash('md5').update(body).digest('base64');

/** Version 2, written down from AWS's text: what is signed, and where it goes. */
interface SignedV2 {
  readonly method?: string;
  readonly path?: string;
  /** Headers that are signed, in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly resourceParameters?: Readonly<Record<string, string>>;
}

function signatureV2(
  dateLine: string,
  { method = 'PUT', path, headers = {}, resourceParameters = {} }: SignedV2,
) {
  const amz = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
  const parameters = Object.entries(resourceParameters).map(([name, value]) => `${name}=${value}`);
  const lines = [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    dateLine,
    ...amz.sort().map((name) => `${name}:${headers[name]}`),
    `${path ?? `/${BUCKET}/${KEY}`}${parameters.length > 0 ? `?${parameters.sort().join('&')}` : ''}`,
  ];
  return createHmac('sha1', SECRET).update(lines.join('\n')).digest('base64');
}

function presignedV2(what: SignedV2, expires = Math.floor(Date.now() / 1000) + 60): string {
  const query = new URLSearchParams({
    ...what.headers,
    ...what.resourceParameters,
    AWSAccessKeyId: ACCESS_KEY,
    Expires: String(expires),
    Signature: signatureV2(String(expires), what),
  });
  return `${what.path ?? `/${BUCKET}/${KEY}`}?${query}`;
}

async function putTo(url: string, target: string, more: Partial<RawRequest> = {}) {
  const { status, text } = await send(url, { method: 'PUT', target, body, ...more });
  return status === 200 ? 200 : `${status} ${/<Code>(.*)<\/Code>/.exec(text)?.[1]}`;
}

describe('a presigned URL of Version 2', () => {
  it('carries type, MD5 and S3’s own headers in its query, and they act', async () => {
    const { client, url } = await openEndpointWithBucket();
    const headers = {
      'content-type': 'image/jpeg',
      'content-md5': MD5,
      'x-amz-meta-a': 'b',
      'x-amz-tagging': 'c=d',
      'x-amz-acl': 'private',
      'x-amz-server-side-encryption': 'AES256',
    };
    expect(await putTo(url, presignedV2({ headers }))).toBe(200);
    const head = await client.send(new HeadObjectCommand(object));
    expect(head).toMatchObject({ ContentType: 'image/jpeg', Metadata: { a: 'b' }, TagCount: 1 });
  });

  it('may be used with the headers that it was signed with, sent as well', async () => {
    const { url } = await openEndpointWithBucket();
    const headers = { 'content-type': 'image/jpeg', 'content-md5': MD5 };
    expect(await putTo(url, presignedV2({ headers }), { headers })).toBe(200);
  });

  it('rejects another body or type than it was signed for, and one that has expired', async () => {
    const { url } = await openEndpointWithBucket();
    const md5 = presignedV2({ headers: { 'content-md5': MD5 } });
    expect(await putTo(url, md5, { body: 'another' })).toBe('400 BadDigest');
    const type = presignedV2({ headers: { 'content-type': 'image/jpeg' } });
    const headers = { 'content-type': 'text/html' };
    expect(await putTo(url, type, { headers })).toBe('403 SignatureDoesNotMatch');
    expect(await putTo(url, type.replace('image%2Fjpeg', 'text%2Fhtml'))).toBe('403 SignatureDoesNotMatch');
    expect(await putTo(url, presignedV2({}), { headers })).toBe('403 SignatureDoesNotMatch');
    expect(await putTo(url, presignedV2({}, 1_000_000))).toBe('403 AccessDenied');
  });

  it('reads with other headers, heads, lists and deletes', async () => {
    const { client, url } = await openEndpointWithBucket();
    await client.send(new PutObjectCommand({ ...object, Body: body }));
    const resourceParameters = { 'response-content-type': 'text/x', 'response-cache-control': 'no-store' };
    const got = await send(url, { target: presignedV2({ method: 'GET', resourceParameters }) });
    expect(got).toMatchObject({ status: 200, text: body, headers: { 'content-type': 'text/x' } });
    const list = presignedV2({ method: 'GET', path: `/${BUCKET}` });
    expect((await send(url, { target: list })).text).toContain('a +é.jpg');
    expect(await send(url, { method: 'HEAD', target: presignedV2({ method: 'HEAD' }) })).toMatchObject({
      status: 200,
    });
    expect(await send(url, { method: 'DELETE', target: presignedV2({ method: 'DELETE' }) })).toMatchObject({
      status: 204,
    });
  });
});

describe('a signature of Version 2 in a header', () => {
  const now = new Date().toUTCString();
  const request = (dateLine: string, what: SignedV2, headers: Record<string, string>): RawRequest => ({
    method: what.method ?? 'PUT',
    target: what.path ?? `/${BUCKET}/${KEY}`,
    headers: {
      ...what.headers,
      ...headers,
      authorization: `AWS ${ACCESS_KEY}:${signatureV2(dateLine, what)}`,
    },
    ...((what.method ?? 'PUT') === 'PUT' && { body }),
  });

  it('is taken with a date in either header', async () => {
    const { url } = await openEndpointWithBucket();
    const what = { headers: { 'content-type': 'image/jpeg', 'x-amz-meta-a': 'b' } };
    expect(await send(url, request(now, what, { date: now }))).toMatchObject({ status: 200 });
    const dated = { headers: { ...what.headers, 'x-amz-date': now } };
    expect(await send(url, request('', dated, {}))).toMatchObject({ status: 200 });
  });

  it('is taken for a bucket with a slash that was not sent, as boto3 signs it', async () => {
    const { url } = await openEndpointWithBucket();
    const list = request(now, { method: 'GET', path: `/${BUCKET}/` }, { date: now });
    expect(await send(url, { ...list, target: `/${BUCKET}` })).toMatchObject({ status: 200 });
  });

  it.each([
    ['of another key', { authorization: 'AWS nobody:AAAA', date: now }, 'InvalidAccessKeyId'],
    ['that does not fit', { authorization: `AWS ${ACCESS_KEY}:AAAA`, date: now }, 'SignatureDoesNotMatch'],
    ['without a date', { authorization: `AWS ${ACCESS_KEY}:AAAA` }, 'AccessDenied'],
    [
      'of last year',
      { authorization: `AWS ${ACCESS_KEY}:AAAA`, date: new Date(0).toUTCString() },
      'RequestTimeTooSkewed',
    ],
    ['of no form', { authorization: 'AWS', date: now }, 'AuthorizationHeaderMalformed'],
  ])('is rejected when it is one %s', async (_name, headers, code) => {
    const { url } = await openEndpointWithBucket();
    const answer = await send(url, { target: `/${BUCKET}`, headers: headers as Record<string, string> });
    expect(answer.text).toContain(`<Code>${code}</Code>`);
  });
});

describe('a presigned URL of Version 4', () => {
  const path = `/${BUCKET}/${KEY}`;

  it('carries S3’s own headers in its query, and they act', async () => {
    const { client, url } = await openEndpointWithBucket();
    const query = {
      'x-amz-meta-a': 'b',
      'X-Amz-Tagging': 'c=d&e=f',
      'x-amz-acl': 'private',
      'x-amz-storage-class': 'STANDARD',
    };
    expect(await putTo(url, presigned(url, { method: 'PUT', path, query }))).toBe(200);
    expect(await client.send(new HeadObjectCommand(object))).toMatchObject({
      Metadata: { a: 'b' },
      TagCount: 2,
    });
    const { TagSet } = await client.send(new GetObjectTaggingCommand(object));
    expect(TagSet).toEqual([
      { Key: 'c', Value: 'd' },
      { Key: 'e', Value: 'f' },
    ]);
  });

  it('takes a body of any checksum, for SDKs presign that of no bytes', async () => {
    const { url } = await openEndpointWithBucket();
    const query = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-sdk-checksum-algorithm': 'CRC32' };
    expect(await putTo(url, presigned(url, { method: 'PUT', path, query }))).toBe(200);
  });

  it('copies, and does not store nothing instead', async () => {
    const { client, url } = await openEndpointWithBucket();
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'source', Body: body }));
    const query = { 'x-amz-copy-source': `/${BUCKET}/source` };
    expect(await putTo(url, presigned(url, { method: 'PUT', path, query }), { body: '' })).toBe(200);
    const got = await client.send(new GetObjectCommand(object));
    expect(await got.Body!.transformToString()).toBe(body);
  });

  it('is that of headers which are signed and moved into the query, as the older SDK for JavaScript has them', async () => {
    const { client, url } = await openEndpointWithBucket();
    const moved = { 'x-amz-meta-a': 'b', 'content-type': 'image/jpeg' };
    expect(await putTo(url, presignedWith(url, { method: 'PUT', path, moved }))).toBe(200);
    expect(await client.send(new HeadObjectCommand(object))).toMatchObject({
      Metadata: { a: 'b' },
      ContentType: 'image/jpeg',
    });
    const other = { headers: { 'content-type': 'text/html' } };
    expect(await putTo(url, presignedWith(url, { method: 'PUT', path, moved }), other)).toBe(
      '403 SignatureDoesNotMatch',
    );
  });

  it('rejects a header of S3’s that was not signed, and a value that no header can have', async () => {
    const { url } = await openEndpointWithBucket();
    const headers = { 'x-amz-tagging': 'a=b' };
    const plain = presigned(url, { method: 'PUT', path });
    expect(await putTo(url, plain, { headers })).toBe('403 AccessDenied');
    expect(await putTo(url, `${plain}&x-amz-meta-a=b`)).toBe('403 SignatureDoesNotMatch');
    const query = { 'x-amz-meta-a': 'b\r\nx: y' };
    expect(await putTo(url, presigned(url, { method: 'PUT', path, query }))).toBe('400 InvalidArgument');
  });

  it('begins, fills and completes an upload in parts', async () => {
    const { client, url } = await openEndpointWithBucket();
    const begun = await send(url, {
      method: 'POST',
      target: presigned(url, { method: 'POST', path, query: { uploads: '', 'x-amz-meta-a': 'b' } }),
    });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.text)?.[1] ?? '';
    const part = presigned(url, { method: 'PUT', path, query: { partNumber: '1', uploadId } });
    expect(await putTo(url, part)).toBe(200);
    const eTag = createHash('md5').update(body).digest('hex');
    const document = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${eTag}</ETag></Part></CompleteMultipartUpload>`;
    const completion = presigned(url, { method: 'POST', path, query: { uploadId } });
    expect(await send(url, { method: 'POST', target: completion, body: document })).toMatchObject({
      status: 200,
    });
    expect(await client.send(new HeadObjectCommand(object))).toMatchObject({ Metadata: { a: 'b' } });
  });
});

it('does not take the name of a header in a query that is not presigned for an operation', async () => {
  const { url } = await openEndpointWithBucket();
  const put = signed(url, { method: 'PUT', target: `/${BUCKET}/${KEY}?content-type=image%2Fjpeg`, body });
  expect(await send(url, put.request)).toMatchObject({ status: 501 });
});
