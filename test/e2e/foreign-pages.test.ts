import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presignedLink, signedForm, signedRequest } from '../fixtures/local-signing.ts';
import {
  BROWSERS,
  type BrowserProcess,
  hasBrowser,
  openBrowserProcess,
  REBOUND_NAME,
} from './support/browser-process.ts';
import { type Attack, startFlippingPort, startHostileServer } from './support/hostile-page.ts';
import {
  bucketOf,
  credentials,
  makeFolder,
  type RunningPipeline,
  recordOf,
  region,
  startPipelineProcess,
  waitUntil,
} from './support.ts';

const KEY = 'chelsea.png';
let folder: { folder: string; remove: () => Promise<void> };
let pipeline: RunningPipeline;
let hosts: Readonly<Record<'s3' | 'dynamodb' | 'page', string>>;
let s3: S3Client;

beforeAll(async () => {
  folder = await makeFolder();
  pipeline = await startPipelineProcess(folder.folder);
  const host = (url: string) => new URL(url).host;
  hosts = {
    s3: host(pipeline.s3Url),
    dynamodb: host(pipeline.dynamodbUrl),
    page: host(pipeline.pageUrl),
  };
  s3 = new S3Client({ endpoint: pipeline.s3Url, region, credentials, forcePathStyle: true });
});
afterAll(async () => {
  s3.destroy();
  await pipeline.interrupt();
  await folder.remove();
});

/** What anybody can sign who has read that both keys are `local`. */
function dynamoDbRequest(operation: string, body: object, host = hosts.dynamodb): string {
  const made = signedRequest(
    {
      method: 'POST',
      target: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      },
      body: JSON.stringify(body),
    },
    host,
    'dynamodb',
  );
  const { host: _, ...headers } = made.headers; // the browser's own
  return JSON.stringify({ method: made.method, headers, body: made.body });
}

const imageKey = { PK: { S: `IMAGE#photos/${KEY}` }, SK: { S: 'IMAGE' } };

/** A form with a file, as a page of a program that uploads to S3 has it; sent into a frame. Success brings no new page. */
function uploadByForm(key: string, waitsForAnswer: boolean): string {
  const fields = JSON.stringify(Object.entries(signedForm('photos', key)));
  return `
    const form = document.createElement('form');
    Object.assign(form, { method: 'POST', enctype: 'multipart/form-data', action: 'http://${hosts.s3}/photos', target: 'uploads' });
    const frame = Object.assign(document.createElement('iframe'), { name: 'uploads' });
    for (const [name, value] of ${fields}) form.append(Object.assign(document.createElement('input'), { name, value }));
    const file = Object.assign(document.createElement('input'), { type: 'file', name: 'file' });
    const chosen = new DataTransfer();
    chosen.items.add(new File(['from a page'], 'a.txt'));
    file.files = chosen.files;
    form.append(file);
    document.body.append(frame, form);
    const answered = new Promise((resolve) => { frame.onload = () => resolve('sent'); });
    form.submit();
    return ${waitsForAnswer} ? answered : 'sent';`;
}

/** Everything that pages of another origin did, or may try. */
function attacks(): readonly Attack[] {
  const table = { TableName: 'cliptag' };
  const dynamodb = (operation: string, body: object) =>
    `return attempt('http://${hosts.dynamodb}/', ${dynamoDbRequest(operation, { ...table, ...body })})`;
  const object = presignedLink(hosts.s3, `/photos/${KEY}`);
  const api = `http://${hosts.page}/api/v1`;
  const named = `bucket=photos&key=${KEY}`;
  const deletion = presignedLink(hosts.s3, '/photos', 'POST', { delete: '' });
  const xml = `<Delete><Object><Key>${KEY}</Key></Object></Delete>`;
  const simple = `{ method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body: ${JSON.stringify(xml)} }`;
  return [
    { name: 'read items', script: dynamodb('Scan', {}) },
    { name: 'delete an item', script: dynamodb('DeleteItem', { Key: imageKey }) },
    { name: 'health of DynamoDB', script: `return attempt('http://${hosts.dynamodb}/')` },
    { name: 'fetch a picture', script: `return attempt('${object}')` },
    { name: 'show a picture', script: `return shows('img', '${object}')` },
    { name: 'delete an object unseen', script: `return attempt('${deletion}', ${simple})` },
    {
      name: 'run a page of the bucket',
      script: `return shows('iframe', '${presignedLink(hosts.s3, '/photos/evil.html')}')`,
    },
    {
      name: 'delete an object by a form',
      script: `
        const form = document.createElement('form');
        Object.assign(form, { method: 'POST', enctype: 'text/plain', action: '${deletion}', target: 'frame' });
        const frame = Object.assign(document.createElement('iframe'), { name: 'frame' });
        const field = Object.assign(document.createElement('input'), { name: ${JSON.stringify(xml)}, value: '' });
        form.append(field);
        document.body.append(frame, form);
        const loaded = new Promise((resolve) => { frame.onload = () => resolve('sent'); });
        form.submit();
        return loaded;`,
    },
    { name: 'upload by a signed form', script: uploadByForm('forged-form.png', true) },
    { name: 'search', script: `return attempt('${api}/search')` },
    ...[
      'duplicates',
      'labels',
      'label-sets',
      'status',
      'openapi.json',
      `images?${named}`,
      `similar?${named}`,
    ].map((path) => ({ name: `ask for ${path.split('?')[0]}`, script: `return attempt('${api}/${path}')` })),
    {
      name: 'compare a picture',
      script: `return attempt('${api}/similar', { method: 'POST', headers: { 'content-type': 'image/png' }, body: 'x' })`,
    },
    { name: 'search as a script', script: `return shows('script', '${api}/search')` },
    { name: 'show a thumbnail', script: `return shows('img', '${api}/thumbnails?${named}')` },
    { name: 'show an original', script: `return shows('img', '${api}/originals?${named}')` },
    {
      name: 'run a script of the page',
      script: `return shows('script', 'http://${hosts.page}/assets/page.js')`,
    },
    {
      name: 'listen to events',
      script: `return new Promise((resolve) => {
        const events = new EventSource('${api}/events');
        events.onopen = () => resolve('open');
        events.onerror = () => { events.close(); resolve('blocked'); };
      })`,
    },
    {
      name: 'begin an upload',
      script: `return attempt('${api}/uploads', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"forged.png"}' })`,
    },
    {
      name: 'upload unseen',
      script: `
        const form = new FormData();
        form.append('key', 'forged.png');
        form.append('file', new Blob(['x']), 'file');
        return attempt('${api}/uploads/forms', { method: 'POST', mode: 'no-cors', body: form });`,
    },
    {
      name: 'correct unseen',
      script: `return attempt('${api}/corrections', { method: 'POST', mode: 'no-cors', body: '{"bucket":"photos","key":"${KEY}","add":[{"set":"general","label":"forged"}]}' })`,
    },
    {
      name: 'retry unseen',
      script: `return attempt('${api}/retries', { method: 'POST', mode: 'no-cors', body: '{"bucket":"photos","key":"${KEY}"}' })`,
    },
    {
      name: 'write a label set',
      script: `return attempt('${api}/label-sets', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"name":"forged","mode":"exclusive","labels":["x"]}' })`,
    },
    {
      name: 'remove a label set',
      script: `return attempt('${api}/label-sets?name=forged', { method: 'DELETE' })`,
    },
    {
      name: 'try labels unseen',
      script: `return attempt('${api}/label-sets/preview', { method: 'POST', mode: 'no-cors', body: '{"mode":"exclusive","labels":["x"]}' })`,
    },
    {
      name: 'learn a label unseen',
      script: `return attempt('${api}/label-sets/learn', { method: 'POST', mode: 'no-cors', body: '{"set":"forged","label":"x","positive":[{"bucket":"photos","key":"${KEY}"}]}' })`,
    },
    {
      name: 'retag unseen',
      script: `return attempt('${api}/label-sets/retag', { method: 'POST', mode: 'no-cors' })`,
    },
    {
      name: 'redrive unseen',
      script: `return attempt('http://${hosts.page}/redrive', { method: 'POST', mode: 'no-cors' })`,
    },
  ];
}

describe.each(BROWSERS)('a page of another origin in %s', (name) => {
  const isHere = hasBrowser(name);
  let browser: BrowserProcess;
  beforeAll(async () => {
    if (isHere) browser = await openBrowserProcess(name);
  });
  afterAll(() => browser?.close());

  async function gotByPage(host: string, made: (origin: string) => readonly Attack[]) {
    const server = await startHostileServer(made);
    browser.visit(`http://${host}:${server.port}/page`);
    try {
      return await server.got;
    } finally {
      await server.close();
    }
  }

  it.skipIf(!isHere)('reads, forges, shows and deletes nothing', async () => {
    const page = Buffer.from('<script>location = "http://127.0.0.1:1/ran"</script>');
    await bucketOf(pipeline).put('evil.html', page, page.length);
    const got = await gotByPage('localhost', attacks);
    expect(got).toEqual({
      'read items': 'blocked',
      'delete an item': 'blocked',
      'health of DynamoDB': 'blocked',
      'fetch a picture': 'blocked',
      'show a picture': 'blocked',
      // The browser does not tell the page what it was answered.
      'delete an object unseen': expect.stringMatching(/blocked|sent, not read/),
      'run a page of the bucket': expect.any(String),
      'delete an object by a form': 'sent',
      'upload by a signed form': 'sent',
      search: 'blocked',
      'ask for duplicates': 'blocked',
      'ask for labels': 'blocked',
      'ask for label-sets': 'blocked',
      'ask for status': 'blocked',
      'ask for openapi.json': 'blocked',
      'ask for images': 'blocked',
      'ask for similar': 'blocked',
      'compare a picture': 'blocked',
      'search as a script': 'blocked',
      'show a thumbnail': 'blocked',
      'show an original': 'blocked',
      'run a script of the page': 'blocked',
      'listen to events': 'blocked',
      'begin an upload': 'blocked',
      'upload unseen': expect.stringMatching(/blocked|sent, not read/),
      'correct unseen': expect.stringMatching(/blocked|sent, not read/),
      'retry unseen': expect.stringMatching(/blocked|sent, not read/),
      'write a label set': 'blocked',
      'remove a label set': 'blocked',
      'try labels unseen': expect.stringMatching(/blocked|sent, not read/),
      'learn a label unseen': expect.stringMatching(/blocked|sent, not read/),
      'retag unseen': expect.stringMatching(/blocked|sent, not read/),
      'redrive unseen': expect.stringMatching(/blocked|sent, not read/),
    });
    const record = await recordOf(pipeline, KEY);
    expect([record?.status, record?.revision, record?.corrections]).toEqual(['tagged', 1, undefined]);
    const labelling = await (await fetch(`http://${hosts.page}/api/v1/label-sets`)).json();
    expect(labelling).not.toHaveProperty('retag');
    expect(JSON.stringify(labelling)).not.toContain('forged');
    const link = presignedLink(hosts.s3, `/photos/${KEY}`);
    expect((await fetch(link)).status).toBe(200);
    expect((await fetch(presignedLink(hosts.s3, '/photos/forged.png'))).status).toBe(404);
    expect((await fetch(presignedLink(hosts.s3, '/photos/forged-form.png'))).status).toBe(404);
  });

  it.skipIf(!isHere)('uploads by a form what the CORS configuration of a bucket allows', async () => {
    const key = `form-of-${name}.txt`;
    const allow = (AllowedOrigins: string[], AllowedMethods: string[]) =>
      s3.send(
        new PutBucketCorsCommand({
          Bucket: 'photos',
          CORSConfiguration: { CORSRules: [{ AllowedOrigins, AllowedMethods }] },
        }),
      );
    await allow(['http://localhost:*'], ['POST']);
    const uploaded = () => fetch(presignedLink(hosts.s3, `/photos/${key}`));
    // The page stays until it is there: leaving it would break the upload off.
    const server = await startHostileServer(() => [
      { name: 'form', script: uploadByForm(key, false) },
      { name: 'stay', script: `await fetch('/hold'); return 'stayed';` },
    ]);
    browser.visit(`http://localhost:${server.port}/page`);
    await waitUntil(async () => (await uploaded()).status === 200);
    expect(await (await uploaded()).text()).toBe('from a page');
    server.release();
    expect(await server.got).toEqual({ form: 'sent', stay: 'stayed' });
    await server.close();
    await allow(['http://nobody.example'], ['GET']);
  });

  it.skipIf(!isHere)('reads and shows what the CORS configuration of a bucket allows', async () => {
    const made = (origin: string) => {
      // An address that the browser does not know yet.
      const link = presignedLink(hosts.s3, `/photos/${KEY}`, 'GET', { 'x-id': 'GetObject' });
      return [
        { name: 'origin', script: `return '${origin}'` },
        { name: 'fetch', script: `return (await attempt('${link}')).slice(0, 3)` },
        { name: 'show', script: `return shows('img', '${link}')` },
      ];
    };
    const CORSRules = [{ AllowedOrigins: ['http://localhost:*'], AllowedMethods: ['GET'] }];
    await s3.send(new PutBucketCorsCommand({ Bucket: 'photos', CORSConfiguration: { CORSRules } }));
    const got = await gotByPage('localhost', made);
    await s3.send(
      new PutBucketCorsCommand({
        Bucket: 'photos',
        CORSConfiguration: {
          CORSRules: [{ AllowedOrigins: ['http://nobody.example'], AllowedMethods: ['GET'] }],
        },
      }),
    );
    expect(got).toEqual({ origin: expect.stringContaining('localhost'), fetch: '200', show: 'shown' });
  });

  it.skipIf(!isHere).each(['page', 's3', 'dynamodb'] as const)(
    'gets nothing of %s under a name that is led to this machine',
    async (target) => {
      const port = Number(hosts[target].split(':')[1]);
      const server = await startHostileServer((origin) => {
        const host = new URL(origin).host;
        const tries = {
          page: `attempt('/api/v1/search')`,
          s3: `attempt('${presignedLink(host, `/photos/${KEY}`)}')`,
          dynamodb: `attempt('/', ${dynamoDbRequest('ListTables', {}, host)})`,
        };
        return [
          {
            name: 'got',
            script: `await fetch('/flip'); const got = await ${tries[target]}; await fetch('/unflip').catch(() => {}); return got;`,
          },
        ];
      });
      const leading = await startFlippingPort(server.port, port);
      browser.visit(`http://${REBOUND_NAME}:${leading.port}/page`);
      const { got } = await server.got;
      await leading.close();
      await server.close();
      expect(got).toMatch(/^403 /);
      expect(got).toContain('Expected a name of this machine');
    },
  );
});

it('keeps the page and its answers from other pages by headers', async () => {
  const headersOf = async (url: string) => Object.fromEntries((await fetch(url)).headers);
  const page = await headersOf(`${pipeline.pageUrl}/`);
  expect(page['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(page['content-security-policy']).not.toContain('unsafe');
  for (const url of [
    `${pipeline.pageUrl}/`,
    `${pipeline.pageUrl}/api/v1/thumbnails?bucket=photos&key=${KEY}`,
    `${pipeline.pageUrl}/api/v1/originals?bucket=photos&key=${KEY}`,
    `${pipeline.pageUrl}/api/v1/search`,
    `${pipeline.pageUrl}/status.json`,
    pipeline.dynamodbUrl,
    presignedLink(hosts.s3, `/photos/${KEY}`),
  ]) {
    expect(await headersOf(url)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
  }
});
