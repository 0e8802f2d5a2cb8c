import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_BASE, type ApiImage } from '../../functions/api/contract.ts';
import { RefusedRequest } from '../../functions/api/problems.ts';
import { CONTROL_ROUTES } from '../../functions/local/control-api/control-api.ts';
import { reachOf } from '../../functions/local/http/reach.ts';
import { UPLOAD_FORMS } from '../../functions/local/page-host/page-host.ts';
import type { PagePorts } from '../../functions/local/page-server/page-ports.ts';
import { type PageServer, startPageServer } from '../../functions/local/page-server/page-server.ts';

let server: PageServer;
let guarded: PageServer;
const asked: string[] = [];
const TOKEN = '0123456789-0123456789';

beforeAll(async () => {
  const ports: PagePorts = {
    control: {
      status: async () => ({ queue: { visible: 0, inFlight: 0 }, deadLetters: 0 }),
      deadLetters: async () => [],
      redrive: async () => ({ moved: 0 }),
      labelling: async () => ({ labelSets: [], others: 0 }),
      labelSets: async () => ({ dynamodbPort: 8000, modelDigest: 'model-a', labelSets: [] }),
      tagger: async () => ({ modelDigest: 'model-a', labelSets: [] }),
      sendListed: async (bodies) => ({ sent: bodies.length }),
    },
    api: async ({ method, url }) => {
      asked.push(`${method} ${new URL(url).pathname}`);
      return Response.json({ url });
    },
    storeUpload: async (incoming) => {
      if (incoming.headers['content-type'] !== 'multipart/form-data') {
        throw new RefusedRequest(413, 'body-too-large', 'Expected less');
      }
      return { bucket: 'photos', key: 'a.jpg', isAlreadyThere: false };
    },
  };
  server = await startPageServer({ port: 0 }, ports);
  guarded = await startPageServer(
    { port: 0, reach: reachOf('127.0.0.1', ['photos.example']), token: TOKEN },
    ports,
  );
});
afterAll(() => Promise.all([server.close(), guarded.close()]));

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** Sends the target as it stands: `fetch` would set it right. */
function ask(
  target: string,
  method = 'GET',
  headers: Record<string, string> = {},
  { to = server, body = '' } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: to.port, path: target, method, headers }, (response) => {
      let text = '';
      response
        .on('data', (piece) => {
          text += piece;
        })
        .on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    })
      .on('error', reject)
      .end(body);
  });
}
const statusOf = async (...parts: Parameters<typeof ask>) => (await ask(...parts)).status;

const FORM = { 'content-type': 'multipart/form-data' };
const ROUTES: ReadonlyArray<readonly [string, string, Record<string, string>]> = [
  ['GET', `${API_BASE}/search`, {}],
  ['GET', `${API_BASE}/openapi.json`, {}],
  ['GET', `${API_BASE}/originals?bucket=photos&key=a`, { 'sec-fetch-dest': 'image' }],
  ['GET', `${API_BASE}/thumbnails?bucket=photos&key=a`, { 'sec-fetch-dest': 'image' }],
  ['GET', `${API_BASE}/events`, {}],
  ['POST', `${API_BASE}/corrections`, {}],
  ['POST', `${API_BASE}/retries`, {}],
  ['PUT', `${API_BASE}/label-sets`, {}],
  ['DELETE', `${API_BASE}/label-sets`, {}],
  ['POST', `${API_BASE}/label-sets/retag`, {}],
  ['POST', `${API_BASE}/uploads`, {}],
  ['POST', UPLOAD_FORMS, FORM],
  ['OPTIONS', `${API_BASE}/uploads`, {}],
  ['POST', CONTROL_ROUTES.redrive.path, {}],
  ['GET', CONTROL_ROUTES.status.path, {}],
  ['GET', '/', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ['GET', '/assets/page.js', { 'sec-fetch-dest': 'script' }],
];

describe('the page’s server', () => {
  it.each([
    ['/', 200],
    ['//', 404],
    ['/?q=cat', 200],
    ['//elsewhere.example/api/v1/search', 404],
    ['/%', 404],
    ['/assets/../page.html', 404],
    ['/assets/..%2f..%2fpage.html', 404],
    ['/page.html', 404],
    ['/assets/gone-12345678.js', 404],
    ['http://127.0.0.1/', 400],
  ])('answers a request for %s', async (target, status) => expect(await statusOf(target)).toBe(status));

  it('has a page that loads nothing from elsewhere and runs nothing of its own text', async () => {
    const { headers, text } = await ask('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|http|\*/);
    expect(text).not.toMatch(/<script(?![^>]*\ssrc="assets\/)|<style|\son\w+=|https?:\/\//);
    expect(await ask('/', 'GET', { 'if-none-match': String(headers.etag) })).toMatchObject({
      status: 304,
      text: '',
    });
  });

  it('has what the page loads, which browsers keep for as long as it is the same', async () => {
    const { text } = await ask('/');
    const names = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => `/${name}`);
    expect(names.length).toBeGreaterThan(1);
    const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
    for (const name of names) {
      const { status, headers } = await ask(name);
      expect([status, headers['cache-control']]).toEqual([200, expect.stringContaining('immutable')]);
      expect(headers['content-type']).toContain(types[name.split('.').at(-1) ?? '']);
      // A picture with a script in it is no page.
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
  });

  it.each(ROUTES)('rejects %s %s of a page of another site', async (method, target, headers) => {
    asked.length = 0;
    for (const foreign of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://example.com' }]) {
      expect(await statusOf(target, method, { ...foreign, ...headers })).toBe(403);
    }
    expect(asked).toEqual([]);
  });

  it.each(ROUTES)(
    'rejects %s %s under a name that is led to this machine',
    async (method, target, headers) => {
      asked.length = 0;
      const host = `rebound.example.com:${server.port}`;
      const own = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin', ...headers };
      expect(await statusOf(target, method, own)).toBe(403);
      expect(asked).toEqual([]);
    },
  );

  it('opens its page, and nothing else, by a link on any page', async () => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect(await statusOf('/?q=cat', 'GET', link)).toBe(200);
    expect(await statusOf(`${API_BASE}/originals?bucket=photos&key=a`, 'GET', link)).toBe(403);
  });

  it('answers its own page and programs', async () => {
    const host = `localhost:${server.port}`;
    const own = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    expect(await statusOf(`${API_BASE}/search`, 'GET', own)).toBe(200);
    expect(await statusOf(UPLOAD_FORMS, 'POST', { ...own, ...FORM })).toBe(201);
    expect(await ask(`${API_BASE}/search?q=%C3%A4`)).toMatchObject({
      status: 200,
      headers: { 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' },
      text: expect.stringContaining('/api/v1/search?q=%C3%A4'),
    });
  });

  it('tells why an upload is refused, in problem details', async () => {
    const { status, headers, text } = await ask(UPLOAD_FORMS, 'POST', { 'content-type': 'text/plain' });
    expect([status, headers['content-type']]).toEqual([413, 'application/problem+json']);
    expect(JSON.parse(text)).toMatchObject({ code: 'body-too-large', detail: 'Expected less' });
  });

  it.each(Object.entries(CONTROL_ROUTES))('answers %s as the control API has it', async (name, route) => {
    const { method, path, answer } = route;
    const body = name === 'sendListed' ? JSON.stringify(['a body', 'another']) : null;
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method, body });
    const value: unknown = await response.json();
    expect([response.status, answer.parse(value)]).toEqual([200, value]);
  });

  it.each([
    ['that is no JSON', 'one, two'],
    ['of another form', '{"bodies":[]}'],
    ['that is missing', null],
    ['that is too large', JSON.stringify(['x'.repeat(128 * 1024)])],
  ])('rejects a list of messages %s', async (_, body) => {
    const { method, path } = CONTROL_ROUTES.sendListed;
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method, body });
    expect(response.status).toBe(400);
  });
});

describe('a page’s server that has a token', () => {
  const bearer = { authorization: `Bearer ${TOKEN}` };
  const formed = { 'content-type': 'application/x-www-form-urlencoded' };
  const login = (given: string, headers: Record<string, string> = {}) =>
    ask('/login', 'POST', { ...formed, ...headers }, { to: guarded, body: `token=${given}` });
  const cookieOf = ({ headers }: Answer) => String(headers['set-cookie']?.[0]).split(';')[0] ?? '';

  it.each(ROUTES)('rejects %s %s without it, or with another one', async (method, target, headers) => {
    asked.length = 0;
    const others = [
      {},
      { authorization: `Bearer ${TOKEN}x` },
      { authorization: 'Bearer' },
      { cookie: 'a=b' },
    ];
    for (const other of [...others, { cookie: `cliptag-${guarded.port}=${TOKEN}` }]) {
      expect((await ask(target, method, { ...headers, ...other }, { to: guarded })).status).toBe(401);
    }
    expect(asked).toEqual([]);
  });

  it.each(ROUTES)(
    'rejects %s %s of a page of another site, even with it',
    async (method, target, headers) => {
      const foreign = { ...bearer, ...headers, 'sec-fetch-site': 'cross-site', origin: 'http://example.com' };
      expect((await ask(target, method, foreign, { to: guarded })).status).toBe(403);
    },
  );

  it('answers programs that send it', async () => {
    expect((await ask(`${API_BASE}/search`, 'GET', bearer, { to: guarded })).status).toBe(200);
    expect((await ask('/status.json', 'GET', bearer, { to: guarded })).status).toBe(200);
  });

  it('tells programs what they lack, as the API tells all problems', async () => {
    const { headers, text } = await ask(`${API_BASE}/search`, 'GET', {}, { to: guarded });
    expect(headers['www-authenticate']).toBe('Bearer');
    expect(JSON.parse(text)).toMatchObject({ status: 401, code: 'no-token' });
  });

  it('lets a browser in that logs in, by a cookie that no script reads', async () => {
    const answer = await login(TOKEN);
    expect([answer.status, answer.headers.location]).toEqual([303, '/']);
    const cookie = String(answer.headers['set-cookie']?.[0]);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax; /);
    expect(cookie).not.toMatch(/Secure/);
    expect(cookie).not.toContain(TOKEN);
    for (const target of ['/', `${API_BASE}/search`]) {
      expect((await ask(target, 'GET', { cookie: `a=b; ${cookieOf(answer)}` }, { to: guarded })).status).toBe(
        200,
      );
    }
    expect(String((await login(TOKEN, { 'x-forwarded-proto': 'https' })).headers['set-cookie'])).toContain(
      '; Secure',
    );
  });

  it('rejects a wrong token, and what is no form of a login', async () => {
    expect(await login('wrong')).toMatchObject({
      status: 401,
      text: expect.stringContaining('not the token'),
    });
    expect((await login('')).headers['set-cookie']).toBeUndefined();
    expect((await login('x'.repeat(100_000))).status).toBe(413);
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'http://example.com' };
    expect((await login(TOKEN, foreign)).status).toBe(403);
  });

  it('has codes that let one browser in', async () => {
    const [, code = ''] = /^#code=(.+)$/.exec(guarded.linkEnd()) ?? [];
    expect(server.linkEnd()).toBe('');
    const first = await login(code);
    expect((await ask('/', 'GET', { cookie: cookieOf(first) }, { to: guarded })).status).toBe(200);
    expect((await login(code)).status).toBe(401);
  });

  it('says to everybody that it is well', async () => {
    expect(await ask('/health', 'GET', {}, { to: guarded })).toMatchObject({ status: 200, text: 'ok' });
  });

  it.each([
    ['photos.example', 200],
    ['photos.example:8443', 200],
    ['192.168.1.5:3000', 200],
    ['[fd00::5]:3000', 200],
    ['evil.example', 403],
    ['photos.example.evil.example', 403],
    ['192.168.1.5.evil.example', 403],
    ['', 403],
  ])('is called %s: %i', async (host, status) => {
    const headers = { ...bearer, host, origin: `https://${host}`, 'sec-fetch-site': 'same-origin' };
    expect((await ask(`${API_BASE}/search`, 'GET', headers, { to: guarded })).status).toBe(status);
  });
});

describe('events', () => {
  const image = (key: string): ApiImage => ({
    ...{ bucket: 'photos', key, status: 'tagged', tags: [], recordedAt: '2026-11-30T12:00:00.000Z' },
  });

  it('tell every open page of an image, whatever its key', async () => {
    const pages = await Promise.all(
      [1, 2].map(() => fetch(`http://127.0.0.1:${server.port}${API_BASE}/events`)),
    );
    const hostile = image('a\n\nevent: image\ndata: {}\r\n</script>\u2028');
    server.tell(() => hostile);
    for (const { body, headers } of pages) {
      expect(headers.get('content-type')).toBe('text/event-stream');
      let text = '';
      const decoder = new TextDecoder();
      for await (const piece of body ?? []) {
        text += decoder.decode(piece as Uint8Array);
        if (text.includes('event: image') && text.endsWith('\n\n')) break;
      }
      const [, data = ''] = /^event: image\ndata: ([^\n]*)\n\n$/m.exec(text) ?? [];
      expect(JSON.parse(data)).toEqual(hostile);
    }
  });

  it('are made only while somebody listens, and cut off who does not read', async () => {
    const url = `http://127.0.0.1:${server.port}${API_BASE}/events`;
    let made = 0;
    const large = () => {
      made++;
      return image('x'.repeat(100_000));
    };
    const isCut = await new Promise<boolean>((resolve, reject) => {
      request(url, (response) => {
        // Reads nothing from now on.
        response
          .pause()
          .on('close', () => resolve(true))
          .on('error', () => {});
        const tell = () => {
          for (let i = 0; i < 50; i++) server.tell(large);
          if (!response.destroyed && made < 5_000) setTimeout(tell, 1);
          else response.resume();
        };
        tell();
      })
        .on('error', reject)
        .end();
    });
    expect(isCut).toBe(true);
    expect(made).toBeLessThan(5_000);
    // The server hears a moment later that pages of before have gone.
    const madeMore = () => {
      const before = made;
      server.tell(large);
      return made - before;
    };
    await expect.poll(madeMore, { timeout: 50_000 }).toBe(0);
  });
});
