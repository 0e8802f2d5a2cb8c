import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest';
import type { z } from 'zod';
import { apiApp } from '../../../functions/api/api-app.ts';
import type { ApiPorts } from '../../../functions/api/api-ports.ts';
import type * as contract from '../../../functions/api/contract.ts';
import {
  ApiProblem,
  createClient,
  type DuplicatePage,
  type Explanation,
  type Image,
  type ImagePage,
  type LabelSetPreview,
  type LabelSets,
  type LabelSetToPreview,
  type LabelSetToSave,
  type PipelineStatus,
  type StartedUpload,
} from '../../../functions/client/client.ts';
import type { ImageExplanation } from '../../../functions/core/explanation/explained-image.ts';
import { API_SETTINGS, fakePorts, searchedImage } from '../../fixtures/api-ports.ts';

const CAT = { bucket: 'photos', key: 'cat.jpg' };

/** A client of an app before these ports. */
function clientOf(ports: ApiPorts = fakePorts()) {
  const app = apiApp(ports, API_SETTINGS);
  return createClient({ url: 'http://127.0.0.1/', fetch: async (request) => app.fetch(request) });
}

/** The address of a server that answers so, until the test ends. */
async function serverWith(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a port');
  return `http://127.0.0.1:${address.port}`;
}

/** The contract's types as readers see them. */
type Frozen<T> = T extends readonly (infer Entry)[]
  ? readonly Frozen<Entry>[]
  : T extends object
    ? { readonly [Name in keyof T]: Frozen<T[Name]> }
    : T;
type Body<Schema extends z.ZodType> = Frozen<z.output<Schema>>;

it('has the types of the contract', () => {
  expectTypeOf<Body<typeof contract.image>>().toExtend<Image>();
  expectTypeOf<Image>().toExtend<Body<typeof contract.image>>();
  expectTypeOf<keyof Image>().toEqualTypeOf<keyof contract.ApiImage>();
  expectTypeOf<Body<typeof contract.searchAnswer>>().toExtend<ImagePage>();
  expectTypeOf<ImagePage>().toExtend<Body<typeof contract.searchAnswer>>();
  expectTypeOf<Body<typeof contract.whyAnswer>>().toExtend<Explanation>();
  expectTypeOf<Explanation>().toExtend<Body<typeof contract.whyAnswer>>();
  expectTypeOf<ImageExplanation>().toExtend<Explanation>();
  expectTypeOf<keyof Explanation>().toEqualTypeOf<keyof ImageExplanation>();
  expectTypeOf<Body<typeof contract.duplicatesAnswer>>().toExtend<DuplicatePage>();
  expectTypeOf<DuplicatePage>().toExtend<Body<typeof contract.duplicatesAnswer>>();
  expectTypeOf<Body<typeof contract.statusAnswer>>().toExtend<PipelineStatus>();
  expectTypeOf<PipelineStatus>().toExtend<Body<typeof contract.statusAnswer>>();
  expectTypeOf<Body<typeof contract.labelSetsAnswer>>().toExtend<LabelSets>();
  expectTypeOf<LabelSets>().toExtend<Body<typeof contract.labelSetsAnswer>>();
  expectTypeOf<Body<typeof contract.labelSetPreview>>().toExtend<LabelSetPreview>();
  expectTypeOf<LabelSetToSave>().toExtend<Frozen<z.input<typeof contract.labelSetRequest>>>();
  expectTypeOf<LabelSetToPreview>().toExtend<Frozen<z.input<typeof contract.labelSetPreviewRequest>>>();
  expectTypeOf<Body<typeof contract.uploadAnswer>>().toExtend<StartedUpload>();
});

describe('a client', () => {
  it('calls every route as the API takes it', async () => {
    const ports = fakePorts();
    const client = clientOf(ports);
    const found = await client.search('cat & "dog"', { order: 'newest', limit: 3, all: true, facets: true });
    expect(found).toMatchObject({ understood: 'cat & "dog"', images: [CAT], facets: [{ count: 1 }] });
    expect(await client.similar(CAT, { query: 'dog', limit: 2 })).toMatchObject({ total: 1 });
    expect(await client.similar(new Blob(['x'], { type: 'image/png' }))).toMatchObject({ total: 1 });
    expect(await client.similar(new Blob(['x']))).toMatchObject({ total: 1 });
    expect(await client.duplicates({ kind: 'scene' })).toMatchObject({ groups: [{ kind: 'scene' }] });
    expect(await client.labels()).toEqual([{ set: 'general', label: 'cat', count: 1 }]);
    expect(await client.image(CAT)).toEqual(searchedImage());
    const add = [{ set: 'general', label: 'kitten' }];
    expect((await client.correct(CAT, { add })).corrections).toMatchObject([{ label: 'kitten' }]);
    expect(await client.why(CAT, 'dog')).toMatchObject({ labels: [{ label: 'dog', isShown: false }] });
    await client.retry(CAT);
    expect(ports.retried).toHaveLength(1);
    expect(await client.startUpload('x.jpg', { contentType: 'image/jpeg' })).toMatchObject({ key: 'x.jpg' });
    expect(await client.original(CAT)).toMatchObject({ size: 3, type: 'image/jpeg' });
    expect((await client.status()).deadLetters).toBe(0);
    const pets = { name: 'pets', mode: 'independent', labels: ['cat'] } as const;
    expect((await client.saveLabelSet(pets)).labelSets.at(-1)).toMatchObject({ ...pets, isOwn: true });
    expect((await client.deleteLabelSet('general')).labelSets).toEqual([]);
    expect((await client.labelSets()).labelSets).toHaveLength(1);
    expect((await client.retag()).retag).toEqual({ state: 'running', images: 0 });
    const { name: _, ...typed } = pets;
    const previewed = await client.previewLabelSet({ ...typed, images: 1 });
    expect(previewed).toMatchObject({ total: 1, labels: [{ label: 'cat', count: 1, images: [CAT] }] });
    const learned = await client.learnLabel({ set: 'pets', label: 'pip', positive: [CAT], dryRun: true });
    expect(learned).toMatchObject({ positive: 1, isWritten: false, finds: [{ image: CAT, isTag: true }] });
    expect(ports.asked.flatMap(({ request = [] }) => request)).toMatchObject([
      { query: 'cat & "dog"', order: 'newest', limit: 3, isAll: true, wantsFacets: true },
      { to: CAT, query: 'dog', limit: 2 },
      { limit: 50 },
      { limit: 50 },
      { kind: 'scene' },
    ]);
  });

  it('gives image by image over all pages, and asks for no page that nobody reads', async () => {
    const ports = fakePorts();
    const pages = [['a', 'b'], ['c'], ['d']];
    const cursors: (string | undefined)[] = [];
    const search: ApiPorts['search'] = {
      ...ports.search,
      search: async ({ cursor }) => {
        cursors.push(cursor);
        const page = Number(cursor ?? 0);
        const images = (pages[page] ?? []).map((key) => searchedImage({ key }));
        return { understood: '', images, total: 4, ...(pages[page + 1] && { cursor: String(page + 1) }) };
      },
    };
    const client = clientOf({ ...ports, search });
    const keys = [];
    for await (const { key } of client.searchAll('cat')) keys.push(key);
    expect([keys, cursors]).toEqual([
      ['a', 'b', 'c', 'd'],
      [undefined, '1', '2'],
    ]);
    for await (const { key } of client.searchAll('cat')) if (key === 'b') break;
    expect(cursors).toHaveLength(4);
  });

  it('throws what is a problem, with its code and column', async () => {
    const error = await clientOf()
      .image({ bucket: 'photos', key: 'dog.jpg' })
      .catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(ApiProblem);
    expect(error).toMatchObject({
      ...{ name: 'ApiProblem', status: 404, code: 'no-image', column: undefined },
      message: 'There is no image s3://photos/dog.jpg',
    });
    const answer = { title: 'x', code: 'invalid-query', column: 4 };
    const client = createClient({
      url: 'http://127.0.0.1',
      fetch: async () => Response.json(answer, { status: 400 }),
    });
    await expect(client.search('x')).rejects.toMatchObject({ code: 'invalid-query', column: 4 });
  });

  it.each([
    [403, '{"Message":"Forbidden"}', 'no-access'],
    [502, 'Bad Gateway', 'unexpected-answer'],
    [500, 'null', 'unexpected-answer'],
    [200, '<html>', 'unexpected-answer'],
  ])('tells an answer of others (HTTP %s, %s) as %s', async (status, body, code) => {
    const fetch = async () => new Response(body, { status });
    const client = createClient({ url: 'http://127.0.0.1', fetch });
    await expect(client.labels()).rejects.toMatchObject({ name: 'ApiProblem', status, code });
  });

  it('makes addresses below a path, with any key in them', async () => {
    const client = createClient({ url: 'https://example.org/cliptag/' });
    const address = client.thumbnailAddress({ bucket: 'photos', key: 'a b/ü&?#.jpg', eTag: 'e' });
    const { pathname, searchParams } = new URL(address);
    expect(pathname).toBe('/cliptag/api/v1/thumbnails');
    expect(Object.fromEntries(searchParams)).toEqual({ bucket: 'photos', key: 'a b/ü&?#.jpg', eTag: 'e' });
    expect(client.originalAddress(CAT)).toBe(
      'https://example.org/cliptag/api/v1/originals?bucket=photos&key=cat.jpg',
    );
  });

  it('follows a presigned address without what signed the request', async () => {
    const seen: (string | undefined)[] = [];
    const bucket = await serverWith((request, response) => {
      seen.push(request.headers.authorization, request.headers['x-amz-date'] as string | undefined);
      response.setHeader('content-type', 'image/webp').end('picture');
    });
    const ports = {
      ...fakePorts(),
      thumbnail: async () => ({ address: `${bucket}/x`, lifetimeSeconds: 900 }),
    };
    const app = apiApp(ports, API_SETTINGS);
    const api = await serverWith(async (request, response) => {
      const answer = await app.request(`http://127.0.0.1${request.url}`);
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end();
    });
    const client = createClient({
      url: api,
      fetch: (request) => {
        request.headers.set('authorization', 'AWS4-HMAC-SHA256 …'.slice(0, 16));
        request.headers.set('x-amz-date', '20261130T000000Z');
        return fetch(request);
      },
    });
    expect(await (await client.thumbnail(CAT)).text()).toBe('picture');
    expect(seen).toEqual([undefined, undefined]);
  });

  it('uploads a file as a form whose last field it is', async () => {
    let form = '';
    const bucket = await serverWith(async (request, response) => {
      form = await text(request);
      response.writeHead(204).end();
    });
    const ports = fakePorts();
    const startUpload: ApiPorts['startUpload'] = async (request) => ({
      ...((await ports.startUpload(request)) as StartedUpload),
      ...{ key: 'cat-2.jpg', url: bucket, fields: { key: 'cat-2.jpg', policy: 'p' } },
    });
    const client = clientOf({ ...ports, startUpload });
    const file = new File(['bytes'], 'cat.jpg', { type: 'image/jpeg' });
    expect(await client.upload(file)).toEqual({ bucket: 'photos', key: 'cat-2.jpg' });
    expect([...form.matchAll(/name="(\w+)"/g)].map(([, name]) => name)).toEqual(['key', 'policy', 'file']);
    await expect(client.upload(new Blob(['x']))).rejects.toThrow('Expected a name');
  });

  it('uploads to the API itself where that takes the form, and gives the name of what was there already', async () => {
    const tokens: unknown[] = [];
    const api = await serverWith(async (request, response) => {
      tokens.push(request.headers.authorization);
      const isForm = request.url === '/forms';
      await text(request);
      response.setHeader('content-type', 'application/json; charset=utf-8');
      const started = { bucket: 'photos', key: 'cat (2).jpg', url: '/forms', fields: {} };
      response.end(
        JSON.stringify(isForm ? { bucket: 'photos', key: 'cat.jpg', isAlreadyThere: true } : started),
      );
    });
    const client = createClient({
      url: api,
      fetch: (request) => {
        request.headers.set('authorization', 'Bearer t');
        return fetch(request);
      },
    });
    expect((await client.startUpload('cat.jpg')).url).toBe(new URL('/forms', api).href);
    expect(await client.upload(new File(['bytes'], 'cat.jpg'))).toEqual({ bucket: 'photos', key: 'cat.jpg' });
    expect(tokens).toEqual(['Bearer t', 'Bearer t', 'Bearer t']);
  });
});
