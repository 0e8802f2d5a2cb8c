import { describe, expect, it } from 'vitest';
import { s3ObjectStore } from '../../../../functions/adapters/aws/s3.ts';
import { ImageFault, ObjectSuperseded } from '../../../../functions/core/errors.ts';
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
    ['rejects more bytes than the event told of', 'x'.repeat(11), 'too-large'],
    ['rejects an empty one', '', 'empty'],
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
