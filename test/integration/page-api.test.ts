import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type {
  ApiImage,
  duplicatesAnswer,
  SearchAnswerBody,
  StatusAnswer,
  UploadAnswer,
  WhyAnswer,
} from '../../functions/api/contract.ts';
import { whyAnswer } from '../../functions/api/contract.ts';
import { imageRecordOf, putImageRecord, readImageRecord } from '../../functions/core/records/image-record.ts';
import { type PageOnTinyPipeline, startPageOnTinyPipeline } from '../fixtures/page-on-tiny-pipeline.ts';
import { scene, text } from '../fixtures/pictures.ts';
import { untilIdle, uploadPictures } from '../fixtures/tiny-pipeline.ts';

const HOSTILE_KEY = '<img src=x onerror=alert(1)>&"\u2028.png';

type DuplicatesBody = z.infer<typeof duplicatesAnswer>;

let folder: string;
let page: PageOnTinyPipeline;
const warnings: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-page-api-'));
  page = await startPageOnTinyPipeline(folder, (message) => warnings.push(message));
  await uploadPictures(page.pipeline, ['a.png', 'b/b.png', HOSTILE_KEY]);
  const note = text('no picture');
  await page.pipeline.bucket.put('note.txt', note, note.length);
  await untilIdle(page.pipeline);
});
afterAll(async () => {
  await page.close();
  await rm(folder, { recursive: true });
});

async function json<Body>(path: string, init?: RequestInit): Promise<Body> {
  const answer = await fetch(page.api + path, init);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Body;
}
const post = (value: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
const name = (key: string) => new URLSearchParams({ bucket: 'photos', key });
const search = (q: string) => json<SearchAnswerBody>(`/search?${new URLSearchParams({ q })}`);
const keysFound = async (q: string) => (await search(q)).images.map(({ key }) => key).sort();

async function startUpload(wished: string): Promise<UploadAnswer> {
  return json<UploadAnswer>('/uploads', post({ name: wished }));
}
function sendForm({ url, fields }: UploadAnswer, content: Uint8Array | string): Promise<Response> {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([content]), 'file');
  return fetch(new URL(url, page.api), { method: 'POST', body: form });
}
async function upload(wished: string, content: Uint8Array | string): Promise<unknown> {
  const answer = await sendForm(await startUpload(wished), content);
  return [answer.status, await answer.json()];
}
const stored = (key: string, isAlreadyThere = false) => [
  isAlreadyThere ? 200 : 201,
  { bucket: 'photos', key, isAlreadyThere },
];

describe('why', () => {
  const why = (key: string, label?: string) =>
    json<WhyAnswer>(`/why?${name(key)}${label === undefined ? '' : `&label=${label}`}`);

  it('tells of an image of the running pipeline what its tags say, and of a broken one that it has none', async () => {
    const { tags } = await json<ApiImage>(`/images?${name('a.png')}`);
    const { labels } = await why('a.png');
    expect(whyAnswer.parse(await why('a.png')).labels).toEqual(labels);
    expect(labels.filter(({ isShown }) => isShown).map(({ label, score }) => ({ label, score }))).toEqual(
      tags.map(({ label, score }) => ({ label, score })),
    );
    expect(await why('note.txt', 'cat')).toMatchObject({
      ...{ status: 'failed', reasonCode: 'not-an-image' },
      labels: [{ reason: 'not-tagged', isShown: false }],
    });
  });

  it('knows what a person has said a moment ago', async () => {
    await json('/corrections', post({ bucket: 'photos', key: 'b/b.png', remove: [{ label: 'cat' }] }));
    expect(await why('b/b.png', 'cat')).toMatchObject({
      labels: [
        { reason: 'removed', isShown: false, correction: { isThere: false }, model: { label: 'cat' } },
      ],
    });
    await json('/corrections', post({ bucket: 'photos', key: 'b/b.png', clear: [{ label: 'cat' }] }));
  });
});

describe('searches on one machine', () => {
  it('find what was uploaded a moment ago', async () => {
    expect(await keysFound('prefix:b/')).toEqual(['b/b.png']);
    expect(await keysFound('status:failed')).toEqual(['note.txt']);
    expect((await search('')).total).toBe(4);
    const byText = await json<SearchAnswerBody>('/search?q=%22a+cat%22&all=true');
    expect(byText.images).toHaveLength(3);
  });

  it('know what another process writes, and what people say', async () => {
    const { table } = page.pipeline.tagger;
    const item = await table.read(readImageRecord({ bucket: 'photos', key: 'a.png' }));
    const record = imageRecordOf(item ?? {});
    const tags = [{ set: 'tiny', label: 'retagged', score: 0.9 }];
    await table.write(putImageRecord({ ...record, tags, revision: record.revision + 1 }));
    expect(await keysFound('label:retagged')).toEqual(['a.png']);
    const add = [{ set: 'mine', label: 'zebra' }];
    const corrected = await json<ApiImage>('/corrections', post({ bucket: 'photos', key: 'b/b.png', add }));
    expect(corrected.tags).toContainEqual({ set: 'mine', label: 'zebra', score: 1 });
    expect(await keysFound('label:zebra')).toEqual(['b/b.png']);
  });

  it('take corrections by the names of the label sets, and refuse a misspelt one with what is near', async () => {
    const image = { bucket: 'photos', key: 'b/b.png' };
    const corrected = await json<ApiImage>('/corrections', post({ ...image, add: [{ label: 'CAT' }] }));
    expect(corrected.corrections?.filter(({ set }) => set === 'tiny')).toMatchObject([
      { label: 'cat', isThere: true },
    ]);
    for (const misspelt of [{ label: 'catt' }, { set: 'tiny', label: 'catt' }]) {
      const refused = await fetch(`${page.api}/corrections`, post({ ...image, add: [misspelt] }));
      expect(await refused.json()).toMatchObject({
        ...{ status: 400, code: 'invalid-input', detail: expect.stringContaining('"cat"') },
      });
    }
    const clear = [{ label: 'cat' }];
    const cleared = await json<ApiImage>('/corrections', post({ ...image, clear }));
    expect(cleared.corrections?.map(({ label }) => label)).toEqual(['zebra']);
  });

  it('find what is like an image, or like a picture that is not kept', async () => {
    const like = await json<SearchAnswerBody>(`/similar?${name('a.png')}&all=true`);
    expect(like.images.length).toBeGreaterThan(0);
    expect(like.images.map(({ key }) => key)).not.toContain('a.png');
    const body = await (await fetch(`${page.api}/originals?${name('b/b.png')}`)).arrayBuffer();
    const sent = { method: 'POST', headers: { 'content-type': 'image/png' }, body };
    const likeSent = await json<SearchAnswerBody>('/similar?all=true&limit=1', sent);
    expect(likeSent.images).toMatchObject([{ key: expect.any(String), score: expect.any(Number) }]);
    expect((await fetch(`${page.api}/similar`, { ...sent, body: 'no picture' })).status).toBe(422);
  });

  it('take thirty corrections of one image at once', async () => {
    const image = { bucket: 'photos', key: 'a.png' };
    const labels = Array.from({ length: 30 }, (_, number) => ({ set: 'mine', label: `at-once-${number}` }));
    await Promise.all(
      labels.map((label) => json<ApiImage>('/corrections', post({ ...image, add: [label] }))),
    );
    const { tags } = await json<ApiImage>(`/images?${name('a.png')}`);
    expect(tags.filter(({ set }) => set === 'mine')).toHaveLength(30);
    await json('/corrections', post({ ...image, clear: labels }));
  });

  it('take bodies whose length nobody has announced', async () => {
    const streamed = (bytes: Uint8Array, type: string) => ({
      ...{ method: 'POST', headers: { 'content-type': type }, duplex: 'half' as const },
      body: new Blob([new Uint8Array(bytes)]).stream(),
    });
    const named = text(JSON.stringify({ bucket: 'photos', key: 'a.png' }));
    expect((await fetch(`${page.api}/retries`, streamed(named, 'application/json'))).status).toBe(202);
    const picture = new Uint8Array(await scene(64, 48).png().toBuffer());
    const alike = await json<SearchAnswerBody>('/similar?limit=1&all=true', streamed(picture, 'image/png'));
    expect(alike.images).toHaveLength(1);
    const large = await fetch(
      `${page.api}/corrections`,
      streamed(text(' '.repeat(70_000)), 'application/json'),
    );
    expect(await large.json()).toMatchObject({ status: 413, code: 'body-too-large' });
    await untilIdle(page.pipeline);
  });

  it('group the same photograph', async () => {
    const photo = new Uint8Array(await scene(64, 48).png().toBuffer());
    await page.pipeline.bucket.put('twice/1.png', photo, photo.length);
    const again = new Uint8Array(await scene(64, 48).webp().toBuffer());
    await page.pipeline.bucket.put('twice/2.webp', again, again.length);
    await untilIdle(page.pipeline);
    const found = await json<DuplicatesBody>(`/duplicates?${new URLSearchParams({ q: 'prefix:twice/' })}`);
    expect(found.groups.map(({ images }) => images.map(({ key }) => key).sort())).toEqual([
      ['twice/1.png', 'twice/2.webp'],
    ]);
    const among = await json<DuplicatesBody>(`/duplicates?${new URLSearchParams({ q: 'prefix:b/' })}`);
    expect(among.total).toBe(0);
  });

  it('say where a query is wrong', async () => {
    const answer = await fetch(`${page.api}/search?${new URLSearchParams({ q: 'cat (dog' })}`);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: 'invalid-query', column: expect.any(Number) });
  });
});

describe('pictures on one machine', () => {
  it('are the objects, as what they are, and never pages', async () => {
    const answer = await fetch(`${page.api}/originals?${name('a.png')}`);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(await sharp(await answer.arrayBuffer()).metadata()).toMatchObject({ width: 24, format: 'png' });
    const hostile = text('<script>alert(1)</script>');
    await page.pipeline.bucket.put('page.html', hostile, hostile.length);
    await untilIdle(page.pipeline);
    const refused = await fetch(`${page.api}/originals?${name('page.html')}`);
    expect(refused.headers.get('content-type')).toBe('application/octet-stream');
    expect(refused.headers.get('content-disposition')).toBe('attachment');
    expect(refused.headers.get('content-security-policy')).toContain('sandbox');
    expect(refused.headers.get('x-content-type-options')).toBe('nosniff');
    await refused.body?.cancel();
  });

  it('have small versions', async () => {
    const answer = await fetch(`${page.api}/thumbnails?${name(HOSTILE_KEY)}`);
    expect(answer.headers.get('content-type')).toBe('image/webp');
    expect((await sharp(await answer.arrayBuffer()).metadata()).width).toBe(24);
    expect((await fetch(`${page.api}/thumbnails?${name('note.txt')}`)).status).toBe(404);
  });

  it.each([
    ['another bucket', { bucket: 'other', key: 'a.png' }],
    ['a key that leads elsewhere', { bucket: 'photos', key: '../../metadata/CURRENT' }],
    ['what is not there', { bucket: 'photos', key: 'gone.png' }],
  ])('rejects %s', async (_, of) => {
    for (const route of ['originals', 'thumbnails', 'images', 'similar']) {
      expect((await fetch(`${page.api}/${route}?${new URLSearchParams(of)}`)).status).toBe(404);
    }
  });

  it('are sent as fast as they are read, and let go of when nobody reads', async () => {
    const sizeBytes = 100 * 1024 * 1024;
    const zeros = Readable.from(
      (function* () {
        for (let i = 0; i < 100; i++) yield Buffer.alloc(1024 * 1024);
      })(),
    );
    await page.pipeline.bucket.put('large.bin', zeros, sizeBytes);
    await untilIdle(page.pipeline);
    const before = process.memoryUsage().arrayBuffers;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${page.api}/originals?${name('large.bin')}`, resolve)
        .on('error', reject)
        .end();
    });
    expect(answer.headers['content-length']).toBe(String(sizeBytes));
    answer.pause();
    await once(answer, 'readable');
    expect(await keysFound('prefix:b/')).toEqual(['b/b.png']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(sizeBytes / 2);
    answer.destroy();
    // Nobody holds it any more.
    const head = await fetch(`${page.api}/originals?${name('large.bin')}`, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(sizeBytes));
  });
});

describe('uploads on one machine', () => {
  it('never replace what has the same name, and store nothing twice', async () => {
    expect(await upload('trip/IMG_1.jpg', 'one')).toEqual(stored('trip/IMG_1.jpg'));
    expect(await upload('trip/IMG_1.jpg', 'two')).toEqual(stored('trip/IMG_1-2.jpg'));
    expect(await upload('trip/IMG_1.jpg', 'one')).toEqual(stored('trip/IMG_1.jpg', true));
    expect(await upload('trip/IMG_1.jpg', 'two')).toEqual(stored('trip/IMG_1-2.jpg', true));
    expect(await upload('IMG_1.jpg', 'one')).toEqual(stored('IMG_1.jpg'));
    await untilIdle(page.pipeline);
    expect(await keysFound('prefix:trip/')).toEqual(['trip/IMG_1-2.jpg', 'trip/IMG_1.jpg']);
  });

  it('have names of their own when many begin at once', async () => {
    const begun = await Promise.all(Array.from({ length: 30 }, () => startUpload('same.jpg')));
    expect(new Set(begun.map(({ key }) => key)).size).toBe(30);
    const answers = await Promise.all(begun.map((one, i) => sendForm(one, `content ${i}`)));
    const keys = await Promise.all(answers.map(async (one) => ((await one.json()) as { key: string }).key));
    expect(keys).toEqual(begun.map(({ key }) => key));
  });

  it('replace nothing that a program has put meanwhile', async () => {
    const begun = await startUpload('raced.jpg');
    const other = text('of a program');
    await page.pipeline.bucket.put('raced.jpg', other, other.length);
    expect([200, await (await sendForm(begun, 'of the page')).json()]).toEqual([
      200,
      { bucket: 'photos', key: 'raced-2.jpg', isAlreadyThere: false },
    ]);
  });

  it.each([
    ['../../etc/passwd', 'etc/passwd'],
    ['..\\up.jpg', 'up.jpg'],
    [`f/${'ä'.repeat(600)}.jpg`, expect.stringMatching(/^f\/ä+\.jpg$/)],
  ])('have keys that lead nowhere else: %s', async (wished, key) => {
    expect((await startUpload(wished.slice(0, 1024))).key).toEqual(key);
  });

  it.each([
    ['no form', 'text/plain', 'x', 412],
    [
      'a form without a key',
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="file"\r\n\r\nx\r\n--b--',
      400,
    ],
    [
      'a form that is cut off',
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="key"\r\n\r\nk',
      400,
    ],
    [
      'fields without end',
      'multipart/form-data; boundary=b',
      `--b\r\ncontent-disposition: form-data; name="key"\r\n\r\n${'k'.repeat(30_000)}`,
      400,
    ],
  ])('rejects %s', async (_, contentType, body, status) => {
    const answer = await fetch(`${page.api}/uploads/forms`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
    });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ status, code: 'invalid-request' });
  });

  it('leaves nothing of an upload that breaks off', async () => {
    const { port } = new URL(page.api);
    const socket = connect(Number(port), '127.0.0.1');
    const part = (field: string) => `--b\r\ncontent-disposition: form-data; name="${field}"\r\n\r\n`;
    socket.write(
      [
        'POST /api/v1/uploads/forms HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100000\r\n',
        'content-type: multipart/form-data; boundary=b\r\n\r\n',
        `${part('key')}broken.jpg\r\n${part('file')}${'x'.repeat(50_000)}`,
      ].join(''),
      () => socket.destroy(),
    );
    await once(socket, 'close');
    expect(await upload('broken.jpg', 'whole')).toEqual(stored('broken.jpg'));
  });
});

describe('the state of the pipeline', () => {
  it('counts images and messages', async () => {
    // The speed is that of the last minute.
    const note = text('no picture either');
    await page.pipeline.bucket.put('lately.txt', note, note.length);
    await untilIdle(page.pipeline);
    const status = await json<StatusAnswer>('/status');
    expect(status).toMatchObject({ queue: { visible: 0, inFlight: 0 }, deadLetters: 0 });
    expect(status.images.tagged).toBe(5);
    expect(status.images.failed).toBeGreaterThan(1);
    expect(status.imagesPerSecond).toBeGreaterThan(0);
  });

  it('has a failed image worked on anew', async () => {
    const before = await json<ApiImage>(`/images?${name('note.txt')}`);
    expect((await fetch(`${page.api}/retries`, post({ bucket: 'photos', key: 'note.txt' }))).status).toBe(
      202,
    );
    await untilIdle(page.pipeline);
    const after = await json<ApiImage>(`/images?${name('note.txt')}`);
    expect(after.status).toBe('failed');
    expect(after.recordedAt > before.recordedAt).toBe(true);
  });

  it('tells open pages of each image that changes, as text that is no more than text', async () => {
    const { body } = await fetch(`${page.api}/events`);
    const picture = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
      .png()
      .toBuffer();
    const key = 'a\n\nevent: x\ndata: <script>.png';
    await page.pipeline.bucket.put(key, picture, picture.length);
    const { DeleteObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    let told = '';
    let data = '';
    for await (const piece of body ?? []) {
      told += Buffer.from(piece as Uint8Array).toString();
      // A sign of life may come beside it.
      [, data = ''] = /event: image\ndata: ([^\n]*)\n\n/.exec(told) ?? [];
      if (data !== '') break;
    }
    expect(JSON.parse(data)).toMatchObject({ key, status: 'tagged' });
    const client = new S3Client({
      ...{ endpoint: page.pipeline.s3.url, region: 'us-east-1', forcePathStyle: true },
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await client.send(new DeleteObjectCommand({ Bucket: 'photos', Key: key }));
    client.destroy();
    await untilIdle(page.pipeline);
    expect(await keysFound('prefix:a')).not.toContain(key);
  });

  it('is loaded again at the next start, before the first answer', async () => {
    const { total } = await search('');
    await page.close();
    page = await startPageOnTinyPipeline(folder, (message) => warnings.push(message));
    expect((await search('')).total).toBe(total);
    expect(await keysFound('label:zebra')).toEqual(['b/b.png']);
  });

  it('meets no fault of its own in all that', () => expect(warnings).toEqual([]));
});
