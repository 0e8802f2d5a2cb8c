import { describe, expect, it, vi } from 'vitest';
import { apiApp } from '../../../functions/api/api-app.ts';
import type { ApiPorts, ApiSettings } from '../../../functions/api/api-ports.ts';
import { API_BASE, problem, whyAnswer } from '../../../functions/api/contract.ts';
import { CliptagError, ImageFault, InvalidInput, ModelMismatch } from '../../../functions/core/errors.ts';
import { API_SETTINGS, fakePorts, searchedImage } from '../../fixtures/api-ports.ts';

/** Asks an app before these ports. */
function asking(ports: ApiPorts = fakePorts(), settings: Partial<ApiSettings> = {}) {
  const app = apiApp(ports, { ...API_SETTINGS, ...settings });
  return async (path: string, init?: RequestInit) =>
    app.fetch(new Request(`http://127.0.0.1${API_BASE}${path}`, init));
}

const CAT = 'bucket=photos&key=cat.jpg';

function posted(body: unknown, type = 'application/json'): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': type } };
}

async function problemIn(answer: Response) {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const read = problem.parse(await answer.json());
  expect(read.status).toBe(answer.status);
  return read;
}

describe('explaining', () => {
  it('tells why an image carries labels, or a label that was asked for', async () => {
    const ask = asking();
    const all = await (await ask(`/why?${CAT}`)).json();
    expect(whyAnswer.parse(all)).toEqual(all);
    expect(all).toMatchObject({ key: 'cat.jpg', labels: [{ label: 'cat', isShown: true, score: 0.93 }] });
    const one = await (await ask(`/why?${CAT}&label=general%3Adog`)).json();
    expect(one).toMatchObject({ labels: [{ label: 'general:dog', isShown: false }] });
  });

  it('names no example that it may not tell of', async () => {
    const ports = fakePorts();
    const why: ApiPorts['why'] = async (image, label) => {
      const explanation = await ports.why(image, label);
      const texts = [
        's3://photos/in/a.jpg',
        's3://photos/secret.jpg',
        's3://other/in/a.jpg',
        '/home/me/a.jpg',
      ];
      const examples = texts.map((text) => ({ text, cosine: 0.5 }));
      return { ...explanation, labels: explanation.labels.map((one) => ({ ...one, examples })) };
    };
    const scope = { buckets: ['photos'], prefixes: ['in/', 'cat'] };
    const answer = await asking({ ...ports, why }, { scope })(`/why?${CAT}&label=cat`);
    expect(await answer.json()).toMatchObject({
      labels: [{ examples: [{ text: 's3://photos/in/a.jpg', cosine: 0.5 }] }],
    });
  });

  it('rejects an image that it may not tell of, a label that is not known, and an empty one', async () => {
    const unknown = new InvalidInput('The label is not known', ['no label set (general) knows "dgo"']);
    const ports = fakePorts();
    const ask = asking({ ...ports, why: () => Promise.reject(unknown) });
    expect(await problemIn(await ask('/why?bucket=photos&key=none.jpg'))).toMatchObject({ status: 404 });
    expect(await problemIn(await ask('/why?bucket=other&key=cat.jpg'))).toMatchObject({ status: 404 });
    const problem = await problemIn(await ask(`/why?${CAT}&label=dgo`));
    expect(problem).toMatchObject({ status: 400, code: 'invalid-input' });
    expect(problem.detail).toContain('knows "dgo"');
    expect(await problemIn(await ask(`/why?${CAT}&label=`))).toMatchObject({ status: 400 });
    const { why: _, ...without } = ports;
    expect(await problemIn(await asking(without)(`/why?${CAT}`))).toMatchObject({ code: 'not-offered' });
  });
});

describe('finding', () => {
  it('hands a search on with all that it was asked', async () => {
    const ports = fakePorts();
    const answer = await asking(ports)(
      '/search?q=cat+-dog&order=newest&limit=7&cursor=c&all=true&facets=true',
    );
    expect(answer.status).toBe(200);
    expect(ports.asked).toEqual([
      {
        method: 'search',
        request: {
          ...{ query: 'cat -dog', order: 'newest', limit: 7, cursor: 'c' },
          ...{ isAll: true, wantsFacets: true },
        },
      },
    ]);
    expect(await answer.json()).toMatchObject({
      understood: 'cat -dog',
      total: 1,
      facets: [{ set: 'general', label: 'cat', count: 1 }],
      images: [{ key: 'cat.jpg' }],
    });
  });

  it('asks for every image, fifty a page, where the query string is empty', async () => {
    const ports = fakePorts();
    await asking(ports)('/search');
    expect(ports.asked[0]?.request).toEqual({
      ...{ query: '', order: undefined, limit: 50, cursor: undefined, isAll: false, wantsFacets: false },
    });
  });

  it('shows of a record what the contract has, and marks another model', async () => {
    const record = {
      ...searchedImage({ modelDigest: 'model-0' }),
      embedding: new Uint8Array(4),
      revision: 3,
    };
    const { images } = (await (await asking(fakePorts([record]))('/search')).json()) as { images: object[] };
    expect(images[0]).toEqual({ ...searchedImage({ modelDigest: 'model-0' }), isOfOtherModel: true });
  });

  it('finds what is like an image, and what is like a picture from elsewhere', async () => {
    const ports = fakePorts();
    const ask = asking(ports);
    expect((await ask(`/similar?${CAT}&q=dog&limit=3`)).status).toBe(200);
    const picture = { method: 'POST', body: 'bytes', headers: { 'content-type': 'image/png' } };
    expect((await ask('/similar?limit=4', picture)).status).toBe(200);
    const others = { cursor: undefined, isAll: false };
    expect(ports.asked.map(({ request }) => request)).toEqual([
      { to: { bucket: 'photos', key: 'cat.jpg' }, query: 'dog', limit: 3, ...others },
      { to: { embedding: new Float32Array([1, 0]) }, query: undefined, limit: 4, ...others },
    ]);
  });

  it('groups duplicates and counts labels', async () => {
    const ask = asking();
    const duplicates = await (await ask('/duplicates?kind=scene')).json();
    expect(duplicates).toMatchObject({ groups: [{ kind: 'scene', images: [{ key: 'cat.jpg' }] }], total: 1 });
    expect(await (await ask('/labels')).json()).toEqual({
      labels: [{ set: 'general', label: 'cat', count: 1 }],
    });
  });
});

describe('images', () => {
  it('tells of one image', async () => {
    expect(await (await asking()(`/images?${CAT}`)).json()).toEqual(searchedImage());
  });

  it('corrects labels and answers with the image as it stands', async () => {
    const add = [{ set: 'general', label: 'kitten' }];
    const answer = await asking()('/corrections', posted({ bucket: 'photos', key: 'cat.jpg', add }));
    expect(await answer.json()).toMatchObject({ corrections: [{ ...add[0], isThere: true }] });
  });

  it('hands labels on as people write them, with and without a label set', async () => {
    const ports = fakePorts();
    const correct = vi.spyOn(ports, 'correct');
    const name = { bucket: 'photos', key: 'cat.jpg' };
    const change = { add: [{ label: 'Kitten' }], remove: [{ set: 'general', label: 'dog' }] };
    expect((await asking(ports)('/corrections', posted({ ...name, ...change }))).status).toBe(200);
    expect(correct.mock.calls).toEqual([[name, { add: ['Kitten'], remove: ['general:dog'], clear: [] }]]);
  });

  it('has an image worked on anew, known by its record', async () => {
    const ports = fakePorts();
    const answer = await asking(ports)('/retries', posted({ bucket: 'photos', key: 'cat.jpg' }));
    expect([answer.status, await answer.json()]).toEqual([202, { bucket: 'photos', key: 'cat.jpg' }]);
    expect(ports.retried).toEqual([searchedImage()]);
  });

  it('starts an upload, below the first prefix where its name is below none', async () => {
    const ask = asking(fakePorts(), { scope: { buckets: ['photos'], prefixes: ['in/', 'old/'] } });
    const keys = [];
    for (const name of ['dog.jpg', 'old/dog.jpg']) {
      const answer = await ask('/uploads', posted({ name, contentType: 'image/jpeg' }));
      expect(answer.status).toBe(201);
      const { key, fields } = (await answer.json()) as { key: string; fields: Record<string, string> };
      expect(fields['Content-Type']).toBe('image/jpeg');
      keys.push(key);
    }
    expect(keys).toEqual(['in/dog.jpg', 'old/dog.jpg']);
  });

  it.each([
    ['../../other/dog.jpg', 'other/dog.jpg'],
    ['/dog.jpg', 'dog.jpg'],
    ['a\\..\\dog\0.jpg', 'a/dog.jpg'],
    ['..', 'upload'],
  ])('leaves out of the name %j what leads elsewhere', async (name, key) => {
    expect(await (await asking()('/uploads', posted({ name }))).json()).toMatchObject({ key });
  });

  it('rejects an upload that says it is a page, and one without a name', async () => {
    for (const request of [{ name: 'dog.jpg', contentType: 'text/html' }, { name: '' }, {}]) {
      expect((await problemIn(await asking()('/uploads', posted(request)))).code).toBe('invalid-request');
    }
  });

  it('tells how the pipeline is', async () => {
    expect(await (await asking()('/status')).json()).toMatchObject({ queue: { visible: 2 }, deadLetters: 0 });
  });
});

describe('scope', () => {
  const outside = searchedImage({ bucket: 'secrets' });
  const above = searchedImage({ key: 'private/cat.jpg' });
  const inside = searchedImage({ key: 'public/cat.jpg' });
  const gone = searchedImage({ key: 'public/gone.jpg', status: 'deleted' });
  const ports = () => fakePorts([outside, above, inside, gone]);
  const settings = { scope: { buckets: ['photos'], prefixes: ['public/'] } };

  /** Every way to name an image. */
  const requests = (bucket: string, key: string): [string, RequestInit?][] => {
    const query = `bucket=${encodeURIComponent(bucket)}&key=${encodeURIComponent(key)}`;
    const reading = ['images', 'similar', 'thumbnails', 'originals'].map((path): [string] => [
      `/${path}?${query}`,
    ]);
    const add = [{ set: 'general', label: 'x' }];
    return [
      ...reading,
      ['/corrections', posted({ bucket, key, add })],
      ['/retries', posted({ bucket, key })],
    ];
  };

  it('lets through what has a record within bucket and prefix', async () => {
    for (const [path, init] of requests('photos', 'public/cat.jpg')) {
      expect([path, (await asking(ports(), settings)(path, init)).status < 400]).toEqual([path, true]);
    }
  });

  it.each([
    ['another bucket', 'secrets', 'cat.jpg'],
    ['another prefix', 'photos', 'private/cat.jpg'],
    ['a deleted image', 'photos', 'public/gone.jpg'],
    ['an image of which there is no record', 'photos', 'public/dog.jpg'],
    ['a way up', 'photos', 'public/../private/cat.jpg'],
    ['an encoded way up', 'photos', 'public/%2e%2e/private/cat.jpg'],
    ['a backslash', 'photos', 'public\\..\\private\\cat.jpg'],
    ['a bucket within the key', 'photos', 'public/../../secrets/cat.jpg'],
    ['a key within the bucket', 'photos/private', 'cat.jpg'],
    ['a bucket with a way up', '../secrets', 'cat.jpg'],
    ['another case', 'Photos', 'public/cat.jpg'],
    ['a null character', 'photos', 'public/cat.jpg\0'],
    ['a slash before', 'photos', '/public/cat.jpg'],
  ])('rejects %s by every route, and asks no port but for the record', async (_name, bucket, key) => {
    const own = ports();
    for (const [path, init] of requests(bucket, key)) {
      const { code } = await problemIn(await asking(own, settings)(path, init));
      expect([path, code]).toEqual([path, 'no-image']);
    }
    expect([own.asked, own.retried]).toEqual([[], []]);
  });

  it('rejects an upload to another bucket', async () => {
    const answer = await asking(ports(), settings)('/uploads', posted({ name: 'x.jpg', bucket: 'secrets' }));
    expect((await problemIn(answer)).code).toBe('no-bucket');
  });
});

describe('pictures', () => {
  const eTag = searchedImage().eTag as string;

  it('streams a picture that browsers keep only under its ETag', async () => {
    const ask = asking();
    const exact = await ask(`/originals?${CAT}&eTag=${eTag}`);
    expect(new Uint8Array(await exact.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
    expect(Object.fromEntries(exact.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': '3',
      'cache-control': 'private, max-age=31536000, immutable',
      etag: `"${eTag}"`,
      'x-content-type-options': 'nosniff',
    });
    const newest = await ask(`/originals?${CAT}&eTag=older`);
    expect(newest.headers.get('cache-control')).toBe('private, no-cache');
    const again = await ask(`/originals?${CAT}`, { headers: { 'if-none-match': `W/"x", "${eTag}"` } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('leads to a presigned address, kept for less time than that works', async () => {
    const answer = await asking()(`/thumbnails?${CAT}&eTag=${eTag}`);
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('https://signed.example/cat.jpg');
    expect(answer.headers.get('cache-control')).toBe('private, max-age=840');
    const newest = await asking()(`/thumbnails?${CAT}`);
    expect(newest.headers.get('cache-control')).toBe('no-store');
  });

  it('never lets a picture with scripts be opened as a page', async () => {
    const ports = {
      ...fakePorts(),
      original: async () => ({ body: new Uint8Array(), mediaType: 'image/svg+xml' }),
    };
    const { headers } = await asking(ports)(`/originals?${CAT}`);
    expect(headers.get('content-disposition')).toBe('attachment');
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  it('closes a stream that a HEAD request does not read', async () => {
    let isClosed = false;
    const body = new ReadableStream({
      cancel: () => {
        isClosed = true;
      },
    });
    const ports = { ...fakePorts(), original: async () => ({ body, mediaType: 'image/png', sizeBytes: 9 }) };
    const answer = await asking(ports)(`/originals?${CAT}`, { method: 'HEAD' });
    expect([answer.headers.get('content-length'), isClosed]).toEqual(['9', true]);
  });

  it('rejects the picture of an object that is gone', async () => {
    const ports = { ...fakePorts(), original: async () => undefined };
    expect((await problemIn(await asking(ports)(`/originals?${CAT}`))).code).toBe('no-image');
  });
});

describe('requests', () => {
  it.each([
    '/search?limit=0',
    '/search?limit=501',
    '/search?limit=1e2',
    '/search?limit=',
    '/search?limit=5&limit=6',
    '/search?order=random',
    '/search?all=yes',
    '/search?al=true',
    `/search?q=${'x'.repeat(2_001)}`,
    '/duplicates?kind=any',
    '/images?bucket=photos',
    '/images?bucket=photos&key=',
    `/images?bucket=photos&key=${'k'.repeat(1_025)}`,
    `/images?${CAT}&bucket=photos`,
    `/similar?${CAT}&order=best`,
  ])('rejects %s', async (path) => {
    const answer = await asking()(path);
    expect([answer.status, (await problemIn(answer)).code]).toEqual([400, 'invalid-request']);
  });

  it.each([
    ['no JSON', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, 400],
    ['no body', { method: 'POST', headers: { 'content-type': 'application/json' } }, 400],
    ['a list', posted([]), 400],
    ['an unknown field', posted({ bucket: 'photos', key: 'cat.jpg', Key: 'dog.jpg' }), 400],
    ['a form', posted({ bucket: 'photos', key: 'cat.jpg' }, 'text/plain'), 415],
    ['too much', posted({ bucket: 'photos', key: 'x'.repeat(70_000) }), 413],
  ])('rejects a body that is %s', async (_name, init, status) => {
    const answer = await asking()('/retries', init);
    expect([answer.status, (await problemIn(answer)).status]).toEqual([status, status]);
  });

  it.each([
    ['another media type', 'text/html', 'x', 415, 'unsupported-media-type'],
    ['nothing', 'image/png', '', 400, 'invalid-request'],
    ['too much', 'image/png', 'x'.repeat(1_000_001), 413, 'body-too-large'],
  ])('rejects a picture of %s', async (_name, type, body, status, code) => {
    const answer = await asking()('/similar', { method: 'POST', body, headers: { 'content-type': type } });
    expect([answer.status, (await problemIn(answer)).code]).toEqual([status, code]);
  });

  it('rejects a picture that grows beyond the limit while it comes', async () => {
    const chunk = new Uint8Array(300_000);
    const body = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
    const init = { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'image/png' } };
    expect((await asking()('/similar', init as RequestInit)).status).toBe(413);
  });

  it('rejects other methods with those that are allowed, and names them when asked', async () => {
    const ask = asking();
    for (const method of ['PUT', 'DELETE', 'PATCH', 'POST', 'PROPFIND']) {
      const answer = await ask('/search', { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
      expect((await problemIn(answer)).code).toBe('method-not-allowed');
    }
    const options = await ask('/similar', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, POST, HEAD, OPTIONS']);
    // No page of another origin may read an answer.
    expect([...options.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('answers HEAD as GET without a body', async () => {
    const answer = await asking()('/search', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it('rejects a path that there is not', async () => {
    for (const path of ['', '/', '/nothing', '/search/', '/../v1/search/x', '/search%2f']) {
      expect([path, (await problemIn(await asking()(path))).code]).toEqual([path, 'no-route']);
    }
  });

  it.each([
    'POST /similar',
    'POST /corrections',
    'POST /retries',
    'POST /uploads',
    'GET /status',
    'GET /originals',
  ])(
    'says that %s is not offered where a deployment leaves it out, and describes it not',
    async (methodAndPath) => {
      const { search, image } = fakePorts();
      const ask = asking({ search, image });
      const [method = '', path = ''] = methodAndPath.split(' ');
      expect((await problemIn(await ask(path, { method }))).code).toBe('not-offered');
      const { paths } = (await (await ask('/openapi.json')).json()) as { paths: Record<string, object> };
      expect(Object.keys(paths[API_BASE + path] ?? {})).not.toContain(method.toLowerCase());
    },
  );
});

describe('label sets', () => {
  it('are shown, written, tried and taken away', async () => {
    const ask = asking();
    const put = { ...posted({ name: 'pets', mode: 'exclusive', labels: ['cat'] }), method: 'PUT' };
    expect(await (await ask('/label-sets', put)).json()).toMatchObject({
      labelSets: [{ name: 'general' }, { name: 'pets', mode: 'exclusive', labels: ['cat'] }],
    });
    const removed = await ask('/label-sets?name=general', { method: 'DELETE' });
    expect(await removed.json()).toMatchObject({ labelSets: [] });
    const preview = await ask('/label-sets/preview', posted({ mode: 'independent', labels: ['cat'] }));
    expect(await preview.json()).toMatchObject({
      total: 1,
      labels: [{ label: 'cat', images: [{ key: 'cat.jpg' }] }],
    });
    expect((await ask('/label-sets/retag', { method: 'POST' })).status).toBe(202);
  });

  it.each([
    ['PUT', '/label-sets', { name: 'Pets', mode: 'exclusive', labels: ['cat'] }, /name: /],
    ['PUT', '/label-sets', { name: 'pets', mode: 'both', labels: ['cat'] }, /mode: /],
    ['PUT', '/label-sets', { name: 'pets', mode: 'exclusive', labels: [] }, /labels: /],
    ['PUT', '/label-sets', { name: 'pets', mode: 'exclusive', labels: ['cat'], path: '/' }, /path/],
    [
      'PUT',
      '/label-sets',
      { name: 'pets', mode: 'exclusive', labels: ['cat'], minimumScore: 2 },
      /minimumScore: /,
    ],
    ['POST', '/label-sets/preview', { mode: 'exclusive', labels: ['cat'], images: 25 }, /images: /],
    ['POST', '/label-sets/preview', { mode: 'exclusive', labels: Array(101).fill('cat') }, /labels: /],
  ])('rejects %s %s of %j', async (method, path, body, text) => {
    const problem = await problemIn(await asking()(path, { ...posted(body), method }));
    expect(problem).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(problem.detail).toMatch(text);
  });

  it('rejects to write and to retag where they are deployed, with the reason', async () => {
    const {
      saveLabelSet: _,
      deleteLabelSet: __,
      previewLabelSet: ___,
      retag: ____,
      ...deployed
    } = fakePorts();
    const ask = asking(deployed);
    expect((await ask('/label-sets')).status).toBe(200);
    const put = { ...posted({ name: 'pets', mode: 'exclusive', labels: ['cat'] }), method: 'PUT' };
    for (const [path, init, reason] of [
      ['/label-sets', put, 'npx cdk deploy -c labels=FILE'],
      ['/label-sets?name=pets', { method: 'DELETE' }, 'npx cdk deploy -c labels=FILE'],
      ['/label-sets/preview', posted({}), 'npx cliptag tag PATH --label LABEL'],
      ['/label-sets/retag', { method: 'POST' }, 'npx cliptag retag --stack NAME'],
    ] as const) {
      const problem = await problemIn(await ask(path, init));
      expect(problem).toMatchObject({ status: 404, code: 'not-offered' });
      expect(problem.detail).toContain(reason);
    }
  });
});

describe('problems', () => {
  class InvalidQuery extends CliptagError {
    readonly column = 5;
  }

  /** What is answered when the search fails so. */
  const failing = async (error: unknown, reported: unknown[] = []) => {
    const { search, ...ports } = fakePorts();
    const broken = { ...search, search: () => Promise.reject(error) };
    const ask = asking({ ...ports, search: broken }, { report: (fault) => reported.push(fault) });
    return problemIn(await ask('/search'));
  };

  it('points at the column of a query', async () => {
    expect(await failing(new InvalidQuery('invalid-input', 'Expected a label'))).toMatchObject({
      ...{ status: 400, column: 5, detail: 'Expected a label' },
    });
  });

  it.each([
    [new ImageFault('failed', 'not-an-image', 'Expected an image'), 422, 'not-an-image'],
    [new ModelMismatch('a', 'b'), 409, 'model-mismatch'],
    [new CliptagError('throttled', 'DynamoDB put off 3 reads'), 503, 'throttled'],
    [new CliptagError('object-gone', 'gone'), 404, 'object-gone'],
  ])('tells %s by its code', async (error, status, code) => {
    expect(await failing(error)).toMatchObject({ status, code });
  });

  it.each([new Error('arn:aws:dynamodb:table/secret'), new CliptagError('table-fault', 'secret')])(
    'tells of a fault of its own nothing, but reports it',
    async (error) => {
      const reported: unknown[] = [];
      const answered = await failing(error, reported);
      expect(answered).toMatchObject({ status: 500, code: 'internal-fault' });
      expect(JSON.stringify(answered)).not.toContain('secret');
      expect(reported).toEqual([error]);
    },
  );
});

describe('headers', () => {
  it.each(['/search', '/nothing', '/search?limit=0', '/openapi.json', `/originals?${CAT}`])(
    'keep the answer of %s from being taken for a page',
    async (path) => {
      const { headers } = await asking()(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
      expect(headers.get('cache-control')).toMatch(/no-store|private/);
    },
  );
});
