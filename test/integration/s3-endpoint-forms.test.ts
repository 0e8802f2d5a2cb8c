import { createHash, createHmac } from 'node:crypto';
import { Agent } from 'node:http';
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutBucketCorsCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ACCESS_KEY, SECRET } from './s3-endpoint-credentials.ts';
import { BUCKET, countFiles, openEndpointWithBucket } from './s3-endpoint-fixture.ts';
import { hmac, send } from './s3-endpoint-raw-requests.ts';

type Fields = Readonly<Record<string, string>>;

interface Form {
  /** What the policy says besides bucket, and of what signs it. */
  readonly conditions?: readonly unknown[];
  readonly fields?: Fields;
  readonly expiration?: string;
  readonly version?: 2 | 4;
}

const inAMinute = () => new Date(Date.now() + 60_000).toISOString();
const KEY = { key: 'a.jpg' };

/** The fields of a form, signed as AWS describes it. */
function signedFields({
  conditions = [KEY],
  fields = KEY,
  expiration = inAMinute(),
  version = 4,
}: Form): Fields {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${timestamp.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const signing = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${ACCESS_KEY}/${scope}`,
    'x-amz-date': timestamp,
  };
  const all = [{ bucket: BUCKET }, ...(version === 4 ? [signing] : []), ...conditions];
  const policy = Buffer.from(JSON.stringify({ expiration, conditions: all })).toString('base64');
  if (version === 2) {
    const signature = createHmac('sha1', SECRET).update(policy).digest('base64');
    return { ...fields, AWSAccessKeyId: ACCESS_KEY, policy, signature };
  }
  const key = scope.split('/').reduce<string | Buffer>((parent, part) => hmac(parent, part), `AWS4${SECRET}`);
  return { ...fields, ...signing, policy, 'x-amz-signature': hmac(key, policy).toString('hex') };
}

const FILE = 'the picture\r\n--not the boundary\r\n';

async function post(
  url: string,
  fields: Fields,
  {
    file = FILE,
    name = 'my cat.jpg',
    headers = {},
    path = `/${BUCKET}`,
    agent = undefined as Agent | undefined,
  } = {},
) {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([file], { type: 'image/jpeg' }), name);
  const encoded = new Response(form);
  const answer = await send(url, {
    method: 'POST',
    target: path,
    headers: { 'content-type': encoded.headers.get('content-type') ?? '', ...headers },
    body: Buffer.from(await encoded.arrayBuffer()),
    ...(agent && { agent }),
  });
  return { ...answer, code: /<Code>(.*)<\/Code>/.exec(answer.text)?.[1] };
}

describe('a form', () => {
  it.each([2, 4] as const)('uploads with a policy that is signed by Version %s', async (version) => {
    const { client, url, records, folder } = await openEndpointWithBucket();
    const answer = await post(url, signedFields({ version }));
    const eTag = createHash('md5').update(FILE).digest('hex');
    expect(answer).toMatchObject({ status: 204, text: '', headers: { etag: `"${eTag}"` } });
    expect(answer.headers.location).toBe(`${url}/${BUCKET}/a.jpg`);
    const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a.jpg' }));
    expect(await got.Body!.transformToString()).toBe(FILE);
    expect(got.ContentType).toBe('binary/octet-stream');
    expect(records()).toMatchObject([
      { eventName: 'ObjectCreated:Post', s3: { object: { key: 'a.jpg', size: FILE.length, eTag } } },
    ]);
    expect(await countFiles(folder)).toEqual({ blobs: 1, unfinished: 0 });
  });

  it('says what the object is, and puts the file’s name where it is asked for', async () => {
    const { client, url } = await openEndpointWithBucket();
    const fields = {
      Key: `up/\${filename}`,
      'Content-Type': 'image/jpeg',
      'Cache-Control': 'no-store',
      acl: 'private',
      'x-amz-meta-from': `form of \${filename}`,
      tagging: '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>',
      'x-amz-checksum-algorithm': 'SHA256',
      'x-amz-checksum-sha256': createHash('sha256').update(FILE).digest('base64'),
      'x-ignore-me': 'x',
    };
    const conditions = [
      ['starts-with', '$key', 'up/my'],
      ['starts-with', '$content-type', 'image/'],
      ['eq', '$x-amz-meta-from', 'form of my cat.jpg'],
      ['starts-with', '$tagging', ''],
      { acl: 'private', 'Cache-Control': 'no-store', 'x-amz-checksum-algorithm': 'SHA256' },
      ['starts-with', '$x-amz-checksum-sha256', ''],
    ];
    expect(
      await post(url, signedFields({ conditions, fields }), { name: 'C:\\pictures\\my cat.jpg' }),
    ).toMatchObject({ status: 204 });
    const object = { Bucket: BUCKET, Key: 'up/my cat.jpg' };
    const head = await client.send(new HeadObjectCommand({ ...object, ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({
      ContentType: 'image/jpeg',
      CacheControl: 'no-store',
      Metadata: { from: 'form of my cat.jpg' },
      ChecksumSHA256: fields['x-amz-checksum-sha256'],
    });
    const { TagSet } = await client.send(new GetObjectTaggingCommand(object));
    expect(TagSet).toEqual([{ Key: 'a', Value: 'b' }]);
  });

  it.each([
    [{ success_action_status: '200' }, 200],
    [{ success_action_status: '201' }, 201],
    [{ success_action_status: '204' }, 204],
    [{ success_action_status: '500' }, 204],
    [{ success_action_redirect: 'javascript:alert(1)' }, 204],
    [{ success_action_redirect: 'no address' }, 204],
    [{ redirect: 'http://localhost:5173/done' }, 303],
  ])('is answered as it asks: %j', async (field, status) => {
    const { url } = await openEndpointWithBucket();
    const answer = await post(url, signedFields({ conditions: [KEY, field], fields: { ...KEY, ...field } }));
    expect(answer.status).toBe(status);
    if (status === 201) {
      expect(answer.text).toContain('<PostResponse');
      expect(answer.text).toContain(`<Bucket>${BUCKET}</Bucket><Key>a.jpg</Key>`);
    }
  });

  it('leads on to an address, with what was stored', async () => {
    const { url } = await openEndpointWithBucket();
    const field = { success_action_redirect: 'http://localhost:5173/done?a=b' };
    const answer = await post(url, signedFields({ conditions: [KEY, field], fields: { ...KEY, ...field } }));
    const target = new URL(answer.headers.location ?? '');
    expect([answer.status, target.origin]).toEqual([303, 'http://localhost:5173']);
    expect(Object.fromEntries(target.searchParams)).toMatchObject({ a: 'b', bucket: BUCKET, key: 'a.jpg' });
  });

  it('uploads to a bucket that its host names', async () => {
    const { url } = await openEndpointWithBucket();
    const host = `${BUCKET}.localhost:${new URL(url).port}`;
    const answer = await post(url, signedFields({}), { path: '/', headers: { host } });
    expect([answer.status, answer.headers.location]).toEqual([204, `http://${host}/a.jpg`]);
  });

  it('of a page of another origin uploads only what the CORS configuration of the bucket allows', async () => {
    const { client, url } = await openEndpointWithBucket();
    const page = { headers: { origin: 'http://localhost:5173', 'sec-fetch-site': 'cross-site' } };
    expect(await post(url, signedFields({}), page)).toMatchObject({ status: 403, code: 'AccessDenied' });
    const cors = (AllowedMethods: string[]) => ({
      CORSRules: [{ AllowedOrigins: ['http://localhost:5173'], AllowedMethods }],
    });
    await client.send(new PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration: cors(['GET', 'PUT']) }));
    expect(await post(url, signedFields({}), page)).toMatchObject({ status: 403 });
    await client.send(new PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration: cors(['POST']) }));
    expect(await post(url, signedFields({}), page)).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': 'http://localhost:5173' },
    });
    expect(await post(url, { ...KEY }, page)).toMatchObject({ status: 403 });
  });
});

const range = (...limits: readonly unknown[]) => ({ conditions: [KEY, ['content-length-range', ...limits]] });
const other = (field: Fields) => ({ fields: { ...KEY, ...field } });

/** Form, status, code and a word of the message. */
const REFUSED: Readonly<Record<string, readonly [form: Form, status: number, code: string, text: RegExp]>> = {
  'that has expired': [{ expiration: new Date(0).toISOString() }, 403, 'AccessDenied', /Policy expired/],
  'that expires at no time': [{ expiration: 'soon' }, 400, 'InvalidPolicyDocument', /expiration/],
  'with another key': [
    { fields: { key: 'b.jpg' } },
    403,
    'AccessDenied',
    /Policy Condition failed: .*a\.jpg/,
  ],
  'with a key that begins otherwise': [
    { conditions: [['starts-with', '$key', 'user/']], fields: { key: 'uses/a' } },
    403,
    'AccessDenied',
    /starts-with/,
  ],
  'without its key': [
    { conditions: [['starts-with', '$key', '']], fields: {} },
    400,
    'InvalidArgument',
    /'key'/,
  ],
  'with a key that is too long': [
    { conditions: [['starts-with', '$key', '']], fields: { key: 'x'.repeat(1025) } },
    400,
    'KeyTooLongError',
    /1024/,
  ],
  'without a condition for its key': [{ conditions: [] }, 403, 'AccessDenied', /Extra input fields: key/],
  'with a field too many': [
    other({ 'x-amz-meta-a': 'b' }),
    403,
    'AccessDenied',
    /Extra input fields: x-amz-meta-a/,
  ],
  'for another bucket': [{ conditions: [KEY, { bucket: 'others' }] }, 403, 'AccessDenied', /others/],
  'that names another bucket': [other({ bucket: 'others' }), 403, 'AccessDenied', /bucket/],
  'of a file that is too large': [range(0, FILE.length - 1), 400, 'EntityTooLarge', /exceeds/],
  'of a file that is too small': [range(FILE.length + 1, 1000), 400, 'EntityTooSmall', /less/],
  'of a range that is none': [range(0), 400, 'InvalidPolicyDocument', /conditions/],
  'of an unknown condition': [
    { conditions: [['ends-with', '$key', 'a']] },
    400,
    'InvalidPolicyDocument',
    /conditions/,
  ],
  'with one type among others that is not allowed': [
    {
      conditions: [KEY, ['starts-with', '$Content-Type', 'image/']],
      fields: { ...KEY, 'Content-Type': 'image/jpeg,text/html' },
    },
    403,
    'AccessDenied',
    /content-type/,
  ],
  'whose file has another checksum': [
    {
      conditions: [KEY, ['starts-with', '$x-amz-checksum-crc32', '']],
      fields: { ...KEY, 'x-amz-checksum-crc32': 'AAAAAA==' },
    },
    400,
    'BadDigest',
    /CRC32/,
  ],
  'with metadata that no header can carry': [
    { conditions: [KEY, ['starts-with', '$x-amz-meta-a', '']], fields: { ...KEY, 'x-amz-meta-a': 'a\nb' } },
    400,
    'InvalidArgument',
    /x-amz-meta-a/,
  ],
  'with metadata of a name that no header can have': [
    { conditions: [KEY, ['starts-with', '$x-amz-meta-ä', '']], fields: { ...KEY, 'x-amz-meta-ä': 'a' } },
    400,
    'InvalidArgument',
    /x-amz-meta/,
  ],
};

describe('the endpoint rejects a form', () => {
  for (const [name, [form, status, code, text]] of Object.entries(REFUSED)) {
    it(name, async () => {
      const { url, folder, records } = await openEndpointWithBucket();
      const answer = await post(url, signedFields(form));
      expect([answer.status, answer.code, answer.text]).toEqual([status, code, expect.stringMatching(text)]);
      expect(records()).toEqual([]);
      expect(await countFiles(folder)).toEqual({ blobs: 0, unfinished: 0 });
    });
  }

  it.each([
    ['with another signature', { 'x-amz-signature': '0'.repeat(64) }, 'SignatureDoesNotMatch'],
    [
      'of an unknown key',
      { 'x-amz-credential': 'nobody/20261130/us-east-1/s3/aws4_request' },
      'InvalidAccessKeyId',
    ],
    [
      'of another day',
      { 'x-amz-credential': `${ACCESS_KEY}/20001130/us-east-1/s3/aws4_request` },
      'InvalidRequest',
    ],
    [
      'of another service',
      { 'x-amz-credential': `${ACCESS_KEY}/x/us-east-1/sqs/aws4_request` },
      'InvalidRequest',
    ],
    ['of another algorithm', { 'x-amz-algorithm': 'none' }, 'InvalidArgument'],
    ['of another policy', { policy: Buffer.from('{}').toString('base64') }, 'SignatureDoesNotMatch'],
    [
      'of Version 2 with another signature',
      { awsaccesskeyid: ACCESS_KEY, signature: 'x' },
      'SignatureDoesNotMatch',
    ],
    ['of Version 2 without a signature', { awsaccesskeyid: ACCESS_KEY }, 'InvalidArgument'],
  ])('%s', async (_name, change, code) => {
    const { url } = await openEndpointWithBucket();
    const fields = { ...signedFields({}), ...change } as Fields;
    const today = signedFields({})['x-amz-date']?.slice(0, 8) ?? '';
    const sameDay = {
      ...fields,
      'x-amz-credential': fields['x-amz-credential']?.replace('20261130', today) ?? '',
    };
    expect((await post(url, sameDay)).code).toBe(code);
  });

  it('without a policy', async () => {
    const { url } = await openEndpointWithBucket();
    expect(await post(url, KEY)).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it.each([
    ['that is none', 'text/plain', 'x', 412, 'PreconditionFailed'],
    ['without a boundary', 'multipart/form-data', 'x', 412, 'PreconditionFailed'],
    ['that never begins', 'multipart/form-data; boundary=b', 'x', 400, 'MalformedPOSTRequest'],
    ['that has no body', 'multipart/form-data; boundary=b', '', 400, 'MalformedPOSTRequest'],
    [
      'without a file',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nx\r\n--b--\r\n',
      400,
      'InvalidArgument',
    ],
    [
      'with a field that has no name',
      'multipart/form-data; boundary=b',
      '--b\r\n\r\nx\r\n--b--\r\n',
      400,
      'MalformedPOSTRequest',
    ],
    [
      'with more than 20 KiB of fields',
      'multipart/form-data; boundary=b',
      `--b\r\nContent-Disposition: form-data; name="key"\r\n\r\n${'x'.repeat(20_480)}\r\n--b--`,
      400,
      'MaxPostPreDataLengthExceededError',
    ],
  ])('%s', async (_name, type, body, status, code) => {
    const { url } = await openEndpointWithBucket();
    const answer = await send(url, {
      method: 'POST',
      target: `/${BUCKET}`,
      headers: { 'content-type': type },
      body,
    });
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(`<Code>${code}</Code>`);
  });

  it('whose file is cut off', async () => {
    const { url, folder } = await openEndpointWithBucket();
    const form = new FormData();
    for (const [field, value] of Object.entries(signedFields({}))) form.append(field, value);
    form.append('file', new Blob([FILE]), 'a.jpg');
    const encoded = new Response(form);
    const whole = Buffer.from(await encoded.arrayBuffer());
    const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
    const body = whole.subarray(0, whole.lastIndexOf('\r\n--', whole.length - 10));
    const answer = await send(url, { method: 'POST', target: `/${BUCKET}`, headers, body });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('MalformedPOSTRequest')]);
    expect(await countFiles(folder)).toEqual({ blobs: 0, unfinished: 0 });
  });

  it('of a large file before the file has come whole, and takes the next over the same connection', async () => {
    const { url, folder } = await openEndpointWithBucket();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const file = 'x'.repeat(8_000_000);
    const forged = { ...signedFields({}), 'x-amz-signature': 'x' };
    expect(await post(url, signedFields(range(0, 1000)), { file, agent })).toMatchObject({
      code: 'EntityTooLarge',
    });
    expect(await post(url, forged, { file, agent })).toMatchObject({ code: 'SignatureDoesNotMatch' });
    expect(await post(url, signedFields({}), { agent })).toMatchObject({ status: 204 });
    expect(await countFiles(folder)).toEqual({ blobs: 1, unfinished: 0 });
  });
});
