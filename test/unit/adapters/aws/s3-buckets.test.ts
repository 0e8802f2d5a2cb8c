import { describe, expect, it } from 'vitest';
import { bucketState } from '../../../../functions/adapters/aws/bucket-state.ts';
import { s3Bucket } from '../../../../functions/adapters/aws/s3-bucket.ts';
import { s3ObjectListing } from '../../../../functions/adapters/aws/s3-listing.ts';
import { s3ObjectTags } from '../../../../functions/adapters/aws/s3-object-tags.ts';
import { type ScriptedAnswer, scriptedServer } from '../../../fixtures/scripted-server.ts';
import { collected } from '../../core/truth-keeper.ts';

const xml = (body: string, status = 200) => ({
  ...{ status, headers: { 'content-type': 'application/xml' }, body: `<?xml version="1.0"?>${body}` },
});
const fault = (status: number, code: string) => xml(`<Error><Code>${code}</Code></Error>`, status);

async function s3That(...answers: ScriptedAnswer[]) {
  const server = await scriptedServer((_, count) => answers[Math.min(count, answers.length - 1)] ?? {});
  const lines = () => server.requests.map(({ method, url }) => `${method} ${url}`);
  return { server, lines, options: { ...server.client, forcePathStyle: true } };
}

describe('the listing of a bucket', () => {
  const content = (key: string) =>
    `<Contents><Key>${key}</Key><ETag>&quot;e1&quot;</ETag><Size>5</Size><LastModified>2026-11-30T12:00:00.000Z</LastModified></Contents>`;
  const page = (contents: string, next?: string) =>
    xml(
      `<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${contents}${
        next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`
      }</ListBucketResult>`,
    );

  it('gives every page, an empty one too', async () => {
    const { options, lines } = await s3That(
      page(content('a.jpg'), 'one'),
      page('', 'two'),
      page(content('b.jpg')),
    );
    const listed = { bucket: 'photos', eTag: 'e1', sizeBytes: 5, lastModified: '2026-11-30T12:00:00.000Z' };
    const pages = await collected(s3ObjectListing(options).list({ bucket: 'photos', prefix: 'trips/' }));
    expect(pages).toEqual([[{ ...listed, key: 'a.jpg' }], [], [{ ...listed, key: 'b.jpg' }]]);
    expect(lines()).toEqual([
      'GET /photos/?list-type=2&prefix=trips%2F',
      'GET /photos/?continuation-token=one&list-type=2&prefix=trips%2F',
      'GET /photos/?continuation-token=two&list-type=2&prefix=trips%2F',
    ]);
  });

  it('gives what little it knows of an object', async () => {
    const { options } = await s3That(page('<Contents></Contents>'));
    expect(await collected(s3ObjectListing(options).list({ bucket: 'photos', prefix: '' }))).toEqual([
      [{ bucket: 'photos', key: '', eTag: '', sizeBytes: 0, lastModified: '1970-01-01T00:00:00.000Z' }],
    ]);
  });
});

describe('the tags of an object', () => {
  const object = { bucket: 'photos', key: 'a.jpg', sequencer: '' };

  it('are read and written, of the version that is named', async () => {
    const { options, server, lines } = await s3That(
      xml(
        '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag><Tag><Key>e</Key></Tag></TagSet></Tagging>',
      ),
      {},
    );
    const tags = s3ObjectTags(options);
    expect(await tags.read(object)).toEqual([
      { key: 'k', value: 'v' },
      { key: 'e', value: '' },
    ]);
    await tags.write({ ...object, versionId: 'v1' }, [{ key: 'a', value: 'b' }]);
    expect(lines()).toEqual(['GET /photos/a.jpg?tagging=', 'PUT /photos/a.jpg?tagging=&versionId=v1']);
    expect(server.requests[1]?.body).toContain('<TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet>');
  });

  it.each([
    [404, 'NoSuchKey'],
    [405, 'MethodNotAllowed'],
  ])('are nothing where the object is gone: %i', async (status, code) => {
    const { options } = await s3That(fault(status, code));
    expect(await s3ObjectTags(options).read(object)).toBeUndefined();
    expect(await s3ObjectTags(options).write(object, [])).toBeUndefined();
  });

  it('reject with every other fault', async () => {
    const { options } = await s3That(fault(403, 'AccessDenied'));
    await expect(s3ObjectTags(options).read(object)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(s3ObjectTags(options).write(object, [])).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('a bucket', () => {
  const ARN = 'arn:aws:sqs:us-east-1:123456789012:uploads';

  it('is created, and has its events sent to the queue', async () => {
    const { options, server, lines } = await s3That({});
    const bucket = s3Bucket('photos', options);
    await bucket.create(ARN);
    expect(lines()).toEqual(['PUT /photos/', 'PUT /photos/?notification=']);
    const [, { body } = { body: '' }] = server.requests;
    for (const part of [
      `<Queue>${ARN}</Queue>`,
      '<Event>s3:ObjectCreated:*</Event>',
      '<Event>s3:ObjectRemoved:*</Event>',
    ])
      expect(body).toContain(part);
    bucket.close();
  });

  it('that is there already has its events sent all the same', async () => {
    const { options, lines } = await s3That(fault(409, 'BucketAlreadyOwnedByYou'), {});
    await s3Bucket('photos', options).create(ARN);
    expect(lines()).toEqual(['PUT /photos/', 'PUT /photos/?notification=']);
  });

  it('rejects where another owns it', async () => {
    const { options, lines } = await s3That(fault(409, 'BucketAlreadyExists'), {});
    await expect(s3Bucket('photos', options).create(ARN)).rejects.toMatchObject({
      name: 'BucketAlreadyExists',
    });
    expect(lines()).toEqual(['PUT /photos/']);
  });

  it('is filled', async () => {
    const { options, server } = await s3That({});
    await s3Bucket('photos', options).put('a b.jpg', Buffer.from('bytes'), 5, 'image/jpeg');
    expect(server.requests[0]).toMatchObject({
      ...{ method: 'PUT', url: '/photos/a%20b.jpg?x-id=PutObject' },
      headers: expect.objectContaining({ 'content-type': 'image/jpeg' }),
      body: expect.stringContaining('bytes'),
    });
  });
});

describe('the state of a bucket', () => {
  const asked = async (status: number, headers: Record<string, string> = {}) => {
    const { options, lines } = await s3That({ status, headers });
    return { state: bucketState('photos', { ...options, region: 'us-east-1' }), lines };
  };
  const region = (name: string) => ({ 'x-amz-bucket-region': name });

  it.each([
    [200, region('us-east-1'), { kind: 'there' }],
    [200, {}, { kind: 'there' }],
    [200, region('eu-west-1'), { kind: 'elsewhere', region: 'eu-west-1' }],
    [301, region('eu-west-1'), { kind: 'elsewhere', region: 'eu-west-1' }],
    [403, region('eu-west-1'), { kind: 'elsewhere', region: 'eu-west-1' }],
    [403, region('us-east-1'), { kind: 'denied' }],
    [403, {}, { kind: 'denied' }],
    [404, {}, { kind: 'missing' }],
  ])('is told from status %i and headers %j', async (status, headers, expected) => {
    const { state, lines } = await asked(status, headers);
    expect(await state).toEqual(expected);
    expect(lines()).toEqual(['HEAD /photos/']);
  });

  it('rejects with any other answer', async () => {
    const { state } = await asked(400);
    await expect(state).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });
});
