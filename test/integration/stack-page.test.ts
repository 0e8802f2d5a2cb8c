import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request as requestHttp,
  type Server,
  type ServerResponse,
} from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requestSigner } from '../../functions/adapters/aws/request-signer.ts';
import { API_BASE } from '../../functions/api/contract.ts';
import { createClient } from '../../functions/client/client.ts';
import { listen, loopbackUrl, stop } from '../../functions/local/http/loopback-server.ts';
import { type StackPage, startStackPage } from '../../functions/stack-page/stack-page.ts';
import { type DeployedApi, startDeployedApi } from '../fixtures/deployed-api.ts';
import { CALLER, type FunctionUrlServer, startFunctionUrl } from '../fixtures/function-url-server.ts';
import { drawn } from '../fixtures/pictures.ts';
import { untilIdle, uploadPictures } from '../fixtures/tiny-pipeline.ts';

let api: DeployedApi;
let lambda: FunctionUrlServer;
let page: StackPage;
let url: string;
const sign = requestSigner({ service: 'lambda', region: 'eu-central-1', credentials: CALLER });

beforeAll(async () => {
  api = await startDeployedApi({ keys: ['a.png', 'in/c d+é.png'], compareSeconds: 0, report: () => {} });
  lambda = await startFunctionUrl((request) => api.app.fetch(request));
  page = await startStackPage({ port: 0, apiUrl: lambda.url, sign, intervalMilliseconds: 50 });
  url = loopbackUrl(page.port);
});
afterEach(() => lambda.instead.clear());
afterAll(async () => {
  await page.close();
  await lambda.close();
  await api.close();
});

const client = () => createClient({ url });
const ODD = { bucket: 'photos', key: 'in/c d+é.png' };

/** A picture of its own, so that its ETag is one's own too. */
const picture = (seed: number) =>
  drawn(24, 24, (x, y) => [seed, x, y])
    .png()
    .toBuffer();

describe('the page of a stack', () => {
  it('answers by the stack’s API, with requests that AWS takes for the caller’s', async () => {
    expect(
      (await client().search('cat OR "dog + é=&"', { limit: 5, all: true })).images.length,
    ).toBeGreaterThan(0);
    expect((await client().image(ODD)).key).toBe(ODD.key);
    expect(await client().status()).toMatchObject({ images: { failed: 1 } });
    await expect(client().search('(')).rejects.toMatchObject({
      code: 'invalid-query',
      status: 400,
      column: 2,
    });
  });

  it('tells the stack nothing of the browser, and the browser nothing of AWS', async () => {
    lambda.seen.length = 0;
    const headers = {
      ...{ cookie: 'session=secret', 'user-agent': 'a browser', referer: `${url}/?q=private`, accept: '*/*' },
      ...{ authorization: 'Basic secret', 'x-forwarded-for': '192.0.2.1', 'accept-language': 'de' },
    };
    const answer = await fetch(`${url}${API_BASE}/search?q=cat`, { headers });
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('x-amz'))).toEqual([]);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const [asked] = lambda.seen;
    expect(Object.keys(asked?.headers ?? {}).sort()).toEqual([
      ...['accept', 'authorization', 'connection', 'host', 'x-amz-content-sha256', 'x-amz-date'],
      'x-amz-security-token',
    ]);
    expect(asked?.headers.host).toBe(lambda.url.host);
    expect(asked?.headers.authorization).toContain('/eu-central-1/lambda/aws4_request');
  });

  it('gives pictures itself, for as long as their content is the same', async () => {
    const { eTag = '' } = await client().image(ODD);
    const parameters = new URLSearchParams({ ...ODD, eTag });
    const exact = await fetch(`${url}${API_BASE}/originals?${parameters}`, { redirect: 'error' });
    expect(Object.fromEntries(exact.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': 'inline',
      'cache-control': expect.stringContaining('immutable'),
      etag: `"${eTag}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
    });
    expect(
      Buffer.from(await exact.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    const now = await fetch(`${url}${API_BASE}/originals?${new URLSearchParams(ODD)}`);
    expect(now.headers.get('cache-control')).toBe('no-store');
    const known = { 'if-none-match': `"${eTag}"` };
    expect((await fetch(`${url}${API_BASE}/originals?${parameters}`, { headers: known })).status).toBe(304);
  });

  it('shows the original where the stack has no thumbnail', async () => {
    const answer = await fetch(client().thumbnailAddress(ODD));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
  });

  it('corrects, retries and compares with a picture from elsewhere', async () => {
    const { tags: [tag] = [] } = await client().image(ODD);
    const { set = '', label = '' } = tag ?? {};
    const corrected = await client().correct(ODD, { remove: [{ set, label }] });
    expect(corrected.corrections).toMatchObject([{ label, isThere: false }]);
    await client().retry({ bucket: 'photos', key: 'broken.jpg' });
    expect(api.sent.length).toBe(1);
    const like = new Blob([new Uint8Array(await picture(9))], { type: 'image/png' });
    expect((await client().similar(like, { all: true })).images.length).toBeGreaterThan(0);
  });

  it('sends uploads on to the bucket that the API has led to, and nowhere else', async () => {
    const started = await client().startUpload('new.png', { contentType: 'image/png' });
    expect(new URL(started.url).pathname).toMatch(/^\/api\/v1\/uploads\/forms\/\d+$/);
    const form = new FormData();
    for (const [name, value] of Object.entries(started.fields)) form.set(name, value);
    form.set('file', new Blob([new Uint8Array(await picture(17))]));
    const answer = await fetch(new URL(started.url, url), { method: 'POST', body: form });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    await untilIdle(api.pipeline);
    expect(await client().image(started)).toMatchObject({ status: 'tagged' });
    for (const number of ['7', '', '-1', '0x0', 'constructor', 'http:%2f%2fexample.com']) {
      const elsewhere = await fetch(`${url}${API_BASE}/uploads/forms/${number}`, {
        method: 'POST',
        body: 'x',
      });
      expect(elsewhere.status).toBe(404);
    }
  });

  it.each([
    [
      403,
      '{"Message":"User: arn:aws:iam::1:user/x is not authorized"}',
      403,
      'no-access',
      /user\/x is not .*InvokeFunctionUrl/,
    ],
    [
      403,
      '{"message":"The security token included in the request is expired"}',
      403,
      'no-access',
      /is expired/,
    ],
    [502, 'Internal Server Error', 502, 'unexpected-answer', /AWS answers 502: Internal Server Error/],
    [
      429,
      '{"Reason":"ConcurrentInvocationLimitExceeded"}',
      502,
      'unexpected-answer',
      /429: .*ConcurrentInvocation/,
    ],
    [413, '{"Message":"Request too large"}', 413, 'body-too-large', /Request too large/],
    [500, '<html>'.repeat(10_000), 502, 'unexpected-answer', /AWS answers 500/],
  ])(
    'says as a problem that AWS answers %s in the function’s place: %.30s',
    async (status, body, told, code, detail) => {
      lambda.instead.set(API_BASE, { status, body });
      const answer = await fetch(`${url}${API_BASE}/labels`);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      const problem = (await answer.json()) as { detail: string };
      expect([answer.status, problem]).toEqual([told, expect.objectContaining({ status: told, code })]);
      expect(problem.detail).toMatch(detail);
      expect(problem.detail.length).toBeLessThan(1_000);
    },
  );

  it('says so where it has no credentials, wrong ones, or nobody to ask', async () => {
    const denied = Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    });
    const wrong = requestSigner({
      ...{ service: 'lambda', region: 'eu-central-1' },
      credentials: { ...CALLER, secretAccessKey: 'another' },
    });
    const cases = [
      [lambda.url, () => Promise.reject(denied), 403, /Could not load credentials/],
      [lambda.url, wrong, 403, /signature we calculated does not match/],
      [new URL('http://127.0.0.1:1'), sign, 502, /does not answer at 127\.0\.0\.1:1/],
    ] as const;
    for (const [apiUrl, signer, status, detail] of cases) {
      const other = await startStackPage({ port: 0, apiUrl, sign: signer });
      const answer = await fetch(`${loopbackUrl(other.port)}${API_BASE}/status`);
      expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
        status,
        expect.stringMatching(detail),
      ]);
      await other.close();
    }
  });

  it.each([
    ['GET', `${API_BASE}/search`, {}],
    ['GET', `${API_BASE}/originals?bucket=photos&key=a.png`, { 'sec-fetch-dest': 'image' }],
    ['GET', `${API_BASE}/events`, {}],
    ['POST', `${API_BASE}/corrections`, {}],
    ['POST', `${API_BASE}/uploads`, {}],
    ['POST', `${API_BASE}/uploads/forms/0`, {}],
  ])(
    'rejects %s %s of pages of other sites, and under names that are led here',
    async (method, target, headers) => {
      lambda.seen.length = 0;
      const rebound = `rebound.example.com:${page.port}`;
      for (const foreign of [
        { 'sec-fetch-site': 'cross-site' },
        { origin: 'http://example.com' },
        { host: rebound, origin: `http://${rebound}`, 'sec-fetch-site': 'same-origin' },
      ] as Record<string, string>[]) {
        expect(await statusOf(target, method, { ...foreign, ...headers })).toBe(403);
      }
      expect(lambda.seen).toEqual([]);
    },
  );

  it('asks for nothing but what is below the API’s path, by the methods that it has', async () => {
    lambda.seen.length = 0;
    for (const path of ['/', '/status.json', '/api/v2/search', '//example.com/api/v1/search']) {
      await statusOf(path, 'GET', {});
    }
    expect(lambda.seen).toEqual([]);
    for (const path of ['/../../elsewhere', '/./search', '/%2e%2e/x', '/\\example.com', '//']) {
      expect(await statusOf(API_BASE + path, 'GET', {})).toBe(404);
    }
    expect(await statusOf(`${API_BASE}/images`, 'DELETE', {})).toBe(405);
    expect(await statusOf(`${API_BASE}/similar`, 'POST', {}, new Uint8Array(7 * 2 ** 20))).toBe(413);
    expect(lambda.seen).toEqual([]);
  });

  it('tells open pages what has come, also what was taken long ago, and looks at nothing while none is open', async () => {
    await sleep(120);
    const isSearch = ({ target }: { target: string }) => target.startsWith(`${API_BASE}/search`);
    lambda.seen.length = 0;
    await sleep(200);
    expect(lambda.seen.filter(isSearch)).toEqual([]);
    const events = await openEvents();
    await until(() => lambda.seen.filter(isSearch).length > 1);
    await uploadPictures(api.pipeline, ['late.png']);
    await until(() => events.told.includes('"key":"late.png"'));
    await until(() => events.told.includes('event: collection'));
    events.close();
  });
});

describe('a stack with a vector index', () => {
  it('has its images counted, since it refuses to list all', async () => {
    let tagged = 5;
    let counted = 0;
    const queue = { visible: 0, inFlight: 0 };
    const problem = { type: 'x', title: 'x', status: 400, code: 'invalid-query' };
    const headers = { 'content-type': 'application/problem+json' };
    const stub = await startFunctionUrl(({ url: asked }) => {
      if (!asked.includes('/status')) return new Response(JSON.stringify(problem), { status: 400, headers });
      counted = tagged;
      const images = { tagged, failed: 1, unsupported: 0, deleted: 9 };
      return Response.json({ queue, deadLetters: 0, images });
    });
    const other = await startStackPage({ port: 0, apiUrl: stub.url, sign, intervalMilliseconds: 50 });
    const events = await openEvents(loopbackUrl(other.port));
    await until(() => counted === 5);
    tagged = 7;
    await until(() => events.told.includes('event: collection\ndata: {"added":2}'));
    events.close();
    await other.close();
    await stub.close();
  });
});

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo).toBe(true);
}

async function openEvents(page = url): Promise<{ readonly told: string; close(): void }> {
  const ending = new AbortController();
  const answer = await fetch(`${page}${API_BASE}/events`, { signal: ending.signal });
  const events = { told: '', close: () => ending.abort() };
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const part of answer.body ?? []) events.told += decoder.decode(part, { stream: true });
  };
  read().catch(() => {});
  return events;
}

/** Sends the target as it stands: `fetch` would set it right. */
function statusOf(
  path: string,
  method: string,
  headers: Record<string, string>,
  body?: Uint8Array,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    requestHttp({ host: '127.0.0.1', port: page.port, path, method, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    })
      .on('error', reject)
      .end(body);
  });
}

describe('a picture through here', () => {
  let leadsTo = '';
  let stub: FunctionUrlServer;
  let other: StackPage;
  let store: Server;
  let origin: string;
  const asked: IncomingMessage['headers'][] = [];
  beforeAll(async () => {
    store = createServer(({ url: path = '', headers }, response) => {
      asked.push(headers);
      const status = Number(path.slice(1));
      response.writeHead(status, { 'content-type': 'text/html', 'set-cookie': 'a=1', 'x-amz-id-2': '1' });
      response.end(status === 200 ? '<script>1</script>' : '<Error><Code>AccessDenied</Code></Error>');
    });
    origin = loopbackUrl(await listen(store, 0));
    const headers = () => ({ location: leadsTo, 'cache-control': 'private, max-age=840' });
    stub = await startFunctionUrl(() => new Response(null, { status: 302, headers: headers() }));
    other = await startStackPage({ port: 0, apiUrl: stub.url, sign });
  });
  afterAll(async () => {
    await other.close();
    await stub.close();
    await stop(store);
  });
  const ask = () => fetch(`${loopbackUrl(other.port)}${API_BASE}/originals?bucket=b&key=k&eTag=e`);

  it('is never a page, and is asked for by its presigned address alone', async () => {
    leadsTo = `${origin}/200`;
    const { headers } = await ask();
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-disposition': 'attachment',
      'content-security-policy': expect.stringMatching(/^default-src 'none'.*; sandbox$/),
      'x-content-type-options': 'nosniff',
    });
    expect([headers.has('set-cookie'), headers.has('x-amz-id-2')]).toEqual([false, false]);
    expect(Object.keys(asked.at(-1) ?? {}).sort()).toEqual(['connection', 'host']);
  });

  it.each([
    ['/403', 502, 'unexpected-answer', /status 403 AccessDenied/],
    ['/404', 404, 'no-image', /no longer there/],
    ['/301', 502, 'unexpected-answer', /status 301/],
    ['file:///etc/hostname', 502, 'unexpected-answer', /no address of a picture/],
    ['http://127.0.0.1:1/', 502, 'unexpected-answer', /ECONNREFUSED/],
  ])('that cannot be had at %s is a problem', async (address, status, code, detail) => {
    leadsTo = address.startsWith('/') ? origin + address : address;
    const answer = await ask();
    expect(await answer.json()).toMatchObject({ status, code, detail: expect.stringMatching(detail) });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([status, null]);
  });
});

describe('an upload through here', () => {
  let bucket: Server;
  let answerUpload: (request: IncomingMessage, response: ServerResponse) => void;
  let stub: FunctionUrlServer;
  let other: StackPage;
  beforeAll(async () => {
    bucket = createServer((request, response) => answerUpload(request, response));
    const target = loopbackUrl(await listen(bucket, 0));
    const made = { bucket: 'b', key: 'k', url: target, fields: {} };
    stub = await startFunctionUrl(() => Response.json(made, { status: 201 }));
    other = await startStackPage({ port: 0, apiUrl: stub.url, sign });
  });
  afterAll(async () => {
    await other.close();
    await stub.close();
    await stop(bucket);
  });

  /** Starts an upload; what is written to it waits for its reader. */
  async function openUpload(length: number): Promise<{ sent: ClientRequest; answered: Promise<string> }> {
    const { url: form } = await createClient({ url: loopbackUrl(other.port) }).startUpload('large.jpg');
    const headers = { 'content-length': length, 'content-type': 'multipart/form-data; boundary=x' };
    const sent = requestHttp(new URL(form, loopbackUrl(other.port)), { method: 'POST', headers });
    const answered = new Promise<string>((resolve, reject) => {
      sent
        .on('response', async (response) => resolve(`${response.statusCode} ${await text(response)}`))
        .on('error', reject);
    });
    return { sent, answered };
  }

  const TOTAL = 64 * 2 ** 20;
  const PIECE = Buffer.alloc(2 ** 20, 'a');

  it('goes on no faster than the bucket takes it', async () => {
    let release = () => {};
    const taken = new Promise<void>((resolve) => {
      release = resolve;
    });
    let size = 0;
    answerUpload = async (request, response) => {
      await taken;
      for await (const part of request) size += part.length;
      response.end(String(size));
    };
    const { sent, answered } = await openUpload(TOTAL);
    let accepted = 0;
    const sending = (async () => {
      for (let count = 0; count < TOTAL; count += PIECE.length) {
        await new Promise((resolve) => sent.write(PIECE, resolve));
        accepted += PIECE.length;
      }
      sent.end();
    })();
    let before = -1;
    while (accepted !== before) {
      before = accepted;
      await sleep(150);
    }
    // What buffers of sockets hold on both sides.
    expect(accepted).toBeLessThan(TOTAL / 2);
    release();
    await sending;
    expect(await answered).toBe(`200 ${TOTAL}`);
  });

  it('that is refused before all of it has come is told why, in S3’s own words', async () => {
    const refusal = '<Error><Code>EntityTooLarge</Code><Message>Too large</Message></Error>';
    answerUpload = (_, response) => void response.writeHead(400).end(refusal);
    const { sent, answered } = await openUpload(TOTAL);
    for (let count = 0; count < TOTAL; count += PIECE.length) {
      await new Promise((resolve) => sent.write(PIECE, resolve));
    }
    sent.end();
    expect(await answered).toBe(`400 ${refusal}`);
  });

  it('that is broken off is broken off at the bucket, too', async () => {
    const ended = new Promise<boolean>((resolve) => {
      answerUpload = (request) => request.resume().once('close', () => resolve(request.complete));
    });
    const { sent, answered } = await openUpload(TOTAL);
    sent.write(PIECE, () => sent.destroy());
    await expect(answered).rejects.toThrow();
    expect(await ended).toBe(false);
  });
});
