import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { s3ObjectStore } from '../../../../functions/adapters/aws/s3.ts';
import { ImageFault, ObjectSuperseded } from '../../../../functions/core/errors.ts';
import { listen, loopbackUrl, stop } from '../../../../functions/local/http/loopback-server.ts';
import { type ScriptedAnswer, scriptedServer } from '../../../fixtures/scripted-server.ts';

const OBJECT = { bucket: 'photos', key: 'a b/ü.jpg', eTag: 'abc', sequencer: '01' };

async function storeThat(answer: ScriptedAnswer) {
  const server = await scriptedServer(() => answer);
  return { server, store: s3ObjectStore({ ...server.client, forcePathStyle: true }) };
}

const failure = (status: number, code: string) => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`,
});

describe('fetching an object', () => {
  it.each([
    ['of as many bytes as are allowed', 'x'.repeat(10), undefined],
    ['of nothing, which may be a body that was cut', '', undefined],
    ['rejects more bytes than are allowed', 'x'.repeat(11), 'too-large'],
  ])('%s', async (_, body, code) => {
    const { store } = await storeThat({ body, headers: { 'content-length': `${body.length}` } });
    const fetched = store.fetch(OBJECT, 10).then(({ bytes }) => bytes.length);
    if (code === undefined) expect(await fetched).toBe(body.length);
    else await expect(fetched).rejects.toMatchObject({ code, status: 'failed', retryable: false });
  });

  it('does not wait for the rest of an object that is too large', async () => {
    // The rest never comes.
    const { store } = await storeThat({ body: 'the beginning', headers: { 'content-length': '1000000' } });
    await expect(store.fetch(OBJECT, 999_999)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('stops where an answer that announces no length goes beyond what is allowed', async () => {
    const server = createServer((_, response) => {
      // The end never comes.
      response.write('x'.repeat(1_000));
      response.write('x'.repeat(1_000));
    });
    const endpoint = loopbackUrl(await listen(server, 0));
    onTestFinished(() => stop(server));
    const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
    const store = s3ObjectStore({ endpoint, region: 'r', credentials, forcePathStyle: true });
    await expect(store.fetch(OBJECT, 1_500)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('asks for the state that the event names, of the version that it names', async () => {
    const { store, server } = await storeThat({ body: 'bytes' });
    await store.fetch({ ...OBJECT, versionId: 'v1' }, 10);
    await store.fetch({ bucket: 'photos', key: 'a.jpg', sequencer: '01' }, 10);
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/photos/a%20b/%C3%BC.jpg?versionId=v1&x-id=GetObject',
      '/photos/a.jpg?x-id=GetObject',
    ]);
    expect(server.requests.map(({ headers }) => headers['if-match'])).toEqual(['"abc"', undefined]);
  });

  it.each([
    [404, 'NoSuchKey', 'object-gone'],
    [405, 'MethodNotAllowed', 'object-gone'],
    [412, 'PreconditionFailed', 'object-changed'],
  ])('takes %i %s for an event that a newer one has superseded', async (status, code, told) => {
    const { store } = await storeThat(failure(status, code));
    const error = await store.fetch(OBJECT, 10).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ObjectSuperseded);
    expect(error).toMatchObject({ code: told, message: expect.stringContaining('s3://photos/a b/ü.jpg') });
  });

  it('takes an archived object for one that cannot be read', async () => {
    const { store } = await storeThat(failure(403, 'InvalidObjectState'));
    const error = await store.fetch(OBJECT, 10).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ImageFault);
    expect(error).toMatchObject({ status: 'unsupported', code: 'not-readable' });
    expect(String(error)).toContain('s3://photos/a b/ü.jpg is archived');
  });

  it.each([
    [403, 'AccessDenied'],
    [503, 'SlowDown'],
  ])('rejects with what S3 says otherwise: %i %s', async (status, code) => {
    const { store } = await storeThat(failure(status, code));
    const error = await store.fetch(OBJECT, 10).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: code });
    expect(error).not.toBeInstanceOf(ImageFault);
  });
});

/** An ETag as S3 gives it for what was put at once. */
const MD5 = '0123456789abcdef0123456789abcdef';

const checksum = (algorithm: string, value: string, type?: string) => ({
  [`x-amz-checksum-${algorithm}`]: value,
  ...(type !== undefined && { 'x-amz-checksum-type': type }),
});

/** What the SDK asks of a directory bucket first. */
const SESSION = {
  headers: { 'content-type': 'application/xml' },
  body: `<CreateSessionResult><Credentials><SessionToken>t</SessionToken><SecretAccessKey>s</SecretAccessKey>
<AccessKeyId>a</AccessKeyId><Expiration>2126-11-30T00:00:00Z</Expiration></Credentials></CreateSessionResult>`,
};

describe('the digest of an object', () => {
  const fetched = async (headers: Record<string, string>, bucket = 'photos') => {
    const server = await scriptedServer(({ url }) =>
      url.includes('?session') ? SESSION : { body: 'bytes', headers },
    );
    const store = s3ObjectStore({ ...server.client, forcePathStyle: true });
    return store.fetch({ ...OBJECT, bucket }, 10);
  };

  it.each<[string, Record<string, string>]>([
    ['in quotes', { etag: `"${MD5}"` }],
    ['without quotes, as some stores give it', { etag: MD5 }],
    ['with the keys of S3', { etag: `"${MD5}"`, 'x-amz-server-side-encryption': 'AES256' }],
    ['beside a checksum of parts', { etag: `"${MD5}"`, ...checksum('crc32', 'AAAAAA==', 'COMPOSITE') }],
    ['beside a checksum with a number of parts', { etag: `"${MD5}"`, ...checksum('crc32', 'AAAAAA==-2') }],
    ['beside a checksum of another length', { etag: `"${MD5}"`, ...checksum('crc32', 'AAAAAAA=') }],
    ['beside a checksum that is none', { etag: `"${MD5}"`, ...checksum('crc32', 'abcdef01') }],
    ['beside an unknown checksum', { etag: `"${MD5}"`, ...checksum('xxhash64', 'AAAAAAAAAAA=') }],
  ])('is its ETag: %s', async (_, headers) => {
    const { bytes, digest } = await fetched(headers);
    expect(digest).toMatchObject({ algorithm: 'MD5', value: MD5 });
    expect(digest?.of(bytes)).toBe(createHash('md5').update('bytes').digest('hex'));
    expect(Buffer.from(bytes).toString()).toBe('bytes');
  });

  const KMS = { etag: `"${MD5}"`, 'x-amz-server-side-encryption': 'aws:kms' };

  it.each<[string, Record<string, string>, string]>([
    ['of its bytes', { etag: `"${MD5}"`, ...checksum('crc32', 'AAAAAA==', 'FULL_OBJECT') }, 'CRC32'],
    ['of which nothing tells the type', { etag: `"${MD5}"`, ...checksum('crc32', 'AAAAAA==') }, 'CRC32'],
    ['of all its parts', { etag: `"${MD5}-2"`, ...checksum('crc32', 'AAAAAA==', 'FULL_OBJECT') }, 'CRC32'],
    ['that S3 adds', { ...KMS, ...checksum('crc64nvme', 'AAAAAAAAAAA=', 'FULL_OBJECT') }, 'CRC64NVME'],
    [
      'beside a dearer one',
      { ...checksum('md5', `${'A'.repeat(22)}==`), ...checksum('crc32c', 'AAAAAA==') },
      'CRC32C',
    ],
  ])('is a checksum: one %s', async (_, headers, algorithm) => {
    expect((await fetched(headers)).digest).toMatchObject({ algorithm });
  });

  it.each<[string, Record<string, string>, string?]>([
    ['that was uploaded in parts', { etag: `"${MD5}-2"` }],
    [
      'that was uploaded in parts, with a checksum of which nothing tells the type',
      { etag: `"${MD5}-2"`, ...checksum('crc32', 'AAAAAA==') },
    ],
    [
      'that was uploaded in parts, with a checksum of these',
      { etag: `"${MD5}-2"`, ...checksum('sha256', `${'A'.repeat(43)}=-2`, 'COMPOSITE') },
    ],
    ['that is encrypted by a key of KMS', { etag: `"${MD5}"`, 'x-amz-server-side-encryption': 'aws:kms' }],
    [
      'that is encrypted twice by such a key',
      { etag: `"${MD5}"`, 'x-amz-server-side-encryption': 'aws:kms:dsse' },
    ],
    [
      'that is encrypted by a key of the customer',
      { etag: `"${MD5}"`, 'x-amz-server-side-encryption-customer-algorithm': 'AES256' },
    ],
    ['of a directory bucket', { etag: `"${MD5}"` }, 'photos--use1-az4--x-s3'],
    ['with an ETag of another length', { etag: `"${MD5}0"` }],
    ['with an ETag of other digits', { etag: `"${MD5.replace('a', 'g')}"` }],
    ['with a weak ETag', { etag: `W/"${MD5}"` }],
    ['with an empty ETag', { etag: '' }],
    ['without an ETag', {}],
  ])('is unknown for one %s', async (_, headers, bucket) => {
    expect((await fetched(headers, bucket)).digest).toBeUndefined();
  });
});

describe('looking at an object', () => {
  it('tells its version, ETag and size', async () => {
    const headers = { etag: '"abc"', 'x-amz-version-id': 'v1', 'content-length': '42' };
    const { store, server } = await storeThat({ headers });
    expect(await store.current(OBJECT)).toEqual({ versionId: 'v1', eTag: 'abc', sizeBytes: 42 });
    expect(server.requests[0]).toMatchObject({ method: 'HEAD', url: '/photos/a%20b/%C3%BC.jpg' });
  });

  it('tells that there is none', async () => {
    const { store } = await storeThat({ status: 404 });
    expect(await store.current(OBJECT)).toBeUndefined();
  });

  it.each([403, 405, 500])('rejects with any other answer: %i', async (status) => {
    const { store } = await storeThat({ status });
    await expect(store.current(OBJECT)).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
  });
});
