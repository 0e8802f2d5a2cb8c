import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundlePage } from '../../../functions/adapters/esbuild/bundled-page.ts';
import type { ApiImage, LabelSetsAnswer } from '../../../functions/api/contract.ts';
import { drawing, madeUpImage } from './made-up-images.ts';
import { madeUpWhy } from './made-up-why.ts';

/**
 * The page with an API of made-up pictures behind it: as many as one likes, with hostile texts, faults and slowness, which
 * a real pipeline does not have at hand. Search knows `label:`, `-label:`, `status:` and one word as free text.
 *
 * `node --import tsx test/e2e/support/fake-api.ts 100000` serves it to be looked at.
 */
export interface FakeApi {
  readonly url: string;
  readonly images: ApiImage[];
  /** Paths with their queries, in the order of asking. */
  readonly asked: string[];
  /** Shows an image on open pages, and in answers from now on. */
  tell(image: ApiImage): void;
  /** What is answered instead, by the path's beginning. */
  readonly faults: Map<string, { readonly status: number; readonly body: unknown }>;
  readonly uploaded: { readonly key: string; readonly bytes: number }[];
  /** Ends all connections on which pages listen. */
  hangUp(): void;
  close(): Promise<void>;
}

/** @param isChanging whether the page is bundled anew whenever it is loaded */
export async function startFakeApi(images: ApiImage[], port = 0, isChanging = false): Promise<FakeApi> {
  let page = await bundlePage();
  const asked: string[] = [];
  const faults: FakeApi['faults'] = new Map();
  const uploaded: { key: string; bytes: number }[] = [];
  const listeners = new Set<ServerResponse>();
  const corrected = (image: ApiImage) => {
    const at = images.findIndex(({ key }) => key === image.key);
    if (at === -1) images.unshift(image);
    else images[at] = image;
    for (const listener of listeners) listener.write(`event: image\ndata: ${JSON.stringify(image)}\n\n`);
  };
  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      sendJson(response, { title: String(error), status: 500, code: 'x', type: 'x' }, 500),
    );
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    asked.push(`${request.method} ${url.pathname}${url.search}`);
    const { pathname, searchParams } = url;
    const fault = [...faults].find(([beginning]) => pathname.startsWith(beginning))?.[1];
    if (fault !== undefined) return sendJson(response, fault.body, fault.status);
    if (!pathname.startsWith('/api/v1/')) {
      if (pathname === '/' && isChanging) page = await bundlePage();
      return sendPage(response, pathname);
    }
    const image = images.find(({ key }) => key === searchParams.get('key'));
    switch (`${request.method} ${pathname.slice('/api/v1'.length)}`) {
      case 'GET /search':
      case 'GET /similar':
      case 'POST /similar':
        return sendSearch(response, searchParams, pathname.endsWith('similar'));
      case 'GET /labels':
        return sendJson(response, { labels: countsOf(images) });
      case 'GET /images':
        return image
          ? sendJson(response, image)
          : sendJson(response, problem(404, 'There is no such picture'), 404);
      case 'GET /why':
        return image && searchParams.get('label') !== 'dgo'
          ? sendJson(response, madeUpWhy(image, searchParams.get('label') ?? ''))
          : sendJson(response, problem(400, 'no label set (general) knows "dgo"; did you mean "dog"?'), 400);
      case 'GET /thumbnails':
      case 'GET /originals':
        response.writeHead(image ? 200 : 404, {
          'content-type': 'image/svg+xml',
          'cache-control': 'max-age=600',
        });
        return void response.end(image ? drawing(image) : '');
      case 'GET /duplicates':
        return sendDuplicates(response, searchParams);
      case 'GET /label-sets':
        return sendJson(response, {
          labelSets: ['general', 'mine'].map((name) => ({
            ...{ name, version: '1', mode: 'independent', labels: ['beach', 'sunset'], minimumScore: 0.2 },
            ...{ digest: name, path: `labels/${name}.yaml`, isOwn: name === 'mine' },
          })),
          others: 0,
          changes: [],
          faults: [],
          canWrite: true,
        } satisfies LabelSetsAnswer);
      case 'GET /status':
        return sendJson(response, statusOf(images));
      case 'GET /events':
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
        response.write(': listening\n\n');
        listeners.add(response);
        return void response.on('close', () => listeners.delete(response));
      case 'POST /corrections': {
        const { key, add = [], remove = [], clear = [] } = JSON.parse(await textOf(request));
        const before = images.find((one) => one.key === key);
        if (!before) return sendJson(response, problem(404, 'There is no such picture'), 404);
        const isTouched = (tag: { label: string }) =>
          [...add, ...remove, ...clear].some(({ label }) => label === tag.label);
        const at = new Date().toISOString();
        const given = (isThere: boolean) => (one: { set: string; label: string }) => ({
          ...one,
          isThere,
          correctedAt: at,
        });
        const after: ApiImage = {
          ...before,
          tags: [
            ...add.map((one: { set: string; label: string }) => ({ ...one, score: 1 })),
            ...before.tags.filter((tag) => !isTouched(tag)),
          ],
          corrections: [
            ...(before.corrections ?? []).filter((one) => !isTouched(one)),
            ...add.map(given(true)),
            ...remove.map(given(false)),
          ],
        };
        images[images.indexOf(before)] = after;
        return sendJson(response, after);
      }
      case 'POST /retries':
        return void response.writeHead(202).end();
      case 'POST /uploads': {
        const { name } = JSON.parse(await textOf(request));
        return sendJson(response, {
          bucket: 'photos',
          key: name,
          url: '/api/v1/form',
          fields: { key: name },
        });
      }
      case 'POST /form': {
        const body = await textOf(request);
        const key = Buffer.from(/name="key"\r\n\r\n(.*?)\r\n/.exec(body)?.[1] ?? '', 'latin1').toString();
        uploaded.push({ key, bytes: body.length });
        corrected({ ...madeUpImage(images.length + 7), key, takenAt: '2026-06-22T10:00:00' });
        return void response.writeHead(204).end();
      }
      default:
        return sendJson(response, problem(404, `There is no ${pathname}`), 404);
    }
  }

  function sendPage(response: ServerResponse, pathname: string): void {
    const name = pathname === '/' ? 'page.html' : pathname.slice(1);
    const bytes = page.files.get(name);
    const type = { html: 'text/html', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' }[
      name.split('.').at(-1) ?? ''
    ];
    response.writeHead(bytes ? 200 : 404, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    });
    response.end(bytes);
  }

  function sendSearch(response: ServerResponse, parameters: URLSearchParams, isSimilar: boolean): void {
    const query = parameters.get('q') ?? '';
    if (query.includes('colour:')) {
      const column = query.indexOf('colour:') + 1;
      sendJson(
        response,
        {
          ...problem(400, 'The query is not understood', 'invalid-query'),
          detail: 'Expected a field (label: text: …) but received colour:',
          column,
        },
        400,
      );
      return;
    }
    const terms = [...query.matchAll(/(-?)(?:(\w+):)?(?:"([^"]*)"|(\S+))/g)];
    const words = terms.filter(([, , field]) => field === undefined);
    let found = images.filter((image) =>
      terms.every(
        ([, minus, field, quoted, bare]) => fits(image, field, quoted ?? bare ?? '') !== (minus === '-'),
      ),
    );
    const isText = words.length > 0 || isSimilar;
    if (isText) found = found.map((one, at) => ({ ...one, score: Math.max(0.05, 0.93 - at / 400) }));
    const relevant = isText ? found.slice(0, 23) : found;
    const isAll = parameters.get('all') === 'true';
    const answers = isAll ? found.map((one, at) => ({ ...one, isBeyond: isText && at >= 23 })) : relevant;
    const order = parameters.get('order');
    if (order === 'oldest') answers.reverse();
    if (order === 'name') answers.sort((a, b) => (a.key < b.key ? -1 : 1));
    const from = Number(parameters.get('cursor') ?? 0);
    const to = from + Number(parameters.get('limit') ?? 50);
    sendJson(response, {
      ...{ understood: query, images: answers.slice(from, to), total: relevant.length },
      ...(isText && { beyond: found.length - relevant.length }),
      ...(parameters.get('facets') === 'true' && { facets: countsOf(answers) }),
      ...(to < answers.length && { cursor: String(to) }),
    });
  }

  function fits({ status, tags, key }: ApiImage, field: string | undefined, value: string): boolean {
    if (field === 'label')
      return tags.some(({ set, label }) => value === label || value === `${set}:${label}`);
    if (field === 'status') return value.split('|').includes(status);
    if (field === 'prefix') return key.startsWith(value);
    return status === 'tagged';
  }

  function sendDuplicates(response: ServerResponse, parameters: URLSearchParams): void {
    const kind = parameters.get('kind') === 'scene' ? 'scene' : 'photo';
    const groups = [0, 1, 2, 3].map((group) => {
      const [best] = images.slice(group * 4 + 1);
      const copies =
        kind === 'photo' && best
          ? [
              best,
              {
                ...best,
                key: best.key.replace('.jpg', '-small.jpg'),
                width: 900,
                height: 600,
                sizeBytes: 90_000,
              },
            ]
          : images.slice(group * 4, group * 4 + 4);
      return { kind, images: copies };
    });
    sendJson(response, {
      groups: images.length === 0 ? [] : groups,
      total: images.length === 0 ? 0 : groups.length,
    });
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ images, asked, faults, uploaded, tell: corrected },
    hangUp() {
      for (const listener of listeners) listener.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function countsOf(images: readonly ApiImage[]) {
  const counts = new Map<string, { set: string; label: string; count: number }>();
  for (const { tags } of images) {
    for (const { set, label } of tags) {
      const one = counts.get(`${set}:${label}`) ?? { set, label, count: 0 };
      one.count += 1;
      counts.set(`${set}:${label}`, one);
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function statusOf(images: readonly ApiImage[]) {
  const count = (status: string) => images.filter((image) => image.status === status).length;
  return {
    ...{ queue: { visible: 0, inFlight: 0 }, deadLetters: 0, imagesPerSecond: 3 + Math.random() },
    images: {
      tagged: count('tagged'),
      unsupported: count('unsupported'),
      failed: count('failed'),
      deleted: 0,
    },
  };
}

function problem(status: number, title: string, code = 'not-found') {
  return { type: 'about:blank', title, status, code };
}

function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
  });
  response.end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('latin1');
}

if (process.argv[1] === import.meta.filename) {
  const count = Number(process.argv[2] ?? 10_000);
  const { url } = await startFakeApi(
    Array.from({ length: count }, (_, number) => madeUpImage(number)),
    Number(process.argv[3] ?? 0),
    true,
  );
  console.log(url);
}
