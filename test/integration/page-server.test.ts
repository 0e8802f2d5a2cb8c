import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { thumbnail } from '../../functions/adapters/sharp/thumbnail.ts';
import { CliptagError } from '../../functions/core/errors.ts';
import { CONTROL_ROUTES } from '../../functions/local/control-api/control-api.ts';
import { type PageServer, startPageServer } from '../../functions/local/page-server/page-server.ts';
import { pngHeader, scene, svg, text } from '../fixtures/pictures.ts';

const pictures: Readonly<Record<string, Uint8Array>> = {
  'photo.jpg': await scene(640, 400).jpeg().toBuffer(),
  'drawing.svg': svg('<rect width="9" height="9"/>', 'width="1e6" height="1e6"'),
  'bomb.png': pngHeader(20_000, 20_000),
  'note.jpg': text('no picture'),
  // U+00E4 takes two bytes: 1,024 of them.
  ['ä'.repeat(512)]: await scene(64, 40).png().toBuffer(),
};

let gallery: PageServer;
beforeAll(async () => {
  gallery = await startPageServer(0, {
    images: async () => [],
    thumbnail: async ({ key }) => {
      const bytes = pictures[key];
      if (key === 'broken') throw new Error('a fault of the server');
      if (!bytes) throw new CliptagError('object-gone', `There is no ${key}`);
      return thumbnail(bytes, 480);
    },
    upload: async () => {},
    status: async () => ({ queue: { visible: 0, inFlight: 0 }, deadLetters: 0 }),
    deadLetters: async () => [],
    redrive: async () => ({ moved: 0 }),
    tagger: async () => ({ modelDigest: 'model-a', labelSets: [] }),
    sendListed: async (bodies) => ({ sent: bodies.length }),
  });
});
afterAll(() => gallery.close());

/** Sends the target as it stands: `fetch` would set it right. */
function statusOf(target: string, method = 'GET', headers = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { port } = gallery;
    request({ host: '127.0.0.1', port, path: target, method, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    })
      .on('error', reject)
      .end();
  });
}

const thumbnailOf = (key: string) => `/thumbnail?${new URLSearchParams({ bucket: 'uploads', key })}`;

describe('the gallery', () => {
  it.each([
    ['of a photograph', thumbnailOf('photo.jpg'), 200],
    ['of a drawing that claims a million pixels a side', thumbnailOf('drawing.svg'), 200],
    ['of a key of 1,024 bytes', thumbnailOf('ä'.repeat(512)), 200],
    ['of a key of 1,025 bytes', thumbnailOf(`${'ä'.repeat(512)}a`), 400],
    ['of no key', '/thumbnail?bucket=uploads', 400],
    ['of an object that is gone', thumbnailOf('gone.jpg'), 404],
    ['of too many pixels', thumbnailOf('bomb.png'), 400],
    ['of what is no picture', thumbnailOf('note.jpg'), 400],
    ['that fails by a fault of its own', thumbnailOf('broken'), 500],
  ])('answers a request for the thumbnail %s', async (_, target, status) => {
    expect(await statusOf(target)).toBe(status);
  });

  it.each([
    ['/', 200],
    ['//', 404],
    ['//elsewhere.example/thumbnail', 404],
    ['/%', 404],
    ['http://127.0.0.1/', 400],
  ])('answers a request for %s', async (target, status) => {
    expect(await statusOf(target)).toBe(status);
  });

  it.each([
    ['GET', '/images.json', {}],
    ['GET', thumbnailOf('photo.jpg'), { 'sec-fetch-dest': 'image' }],
    ['GET', '/events', {}],
    ['POST', CONTROL_ROUTES.redrive.path, {}],
    ['PUT', '/upload?key=a', {}],
    ['GET', '/', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('rejects %s %s of a page of another site', async (method, target, headers) => {
    expect(await statusOf(target, method, { 'sec-fetch-site': 'cross-site', ...headers })).toBe(403);
  });

  it('opens its page by a link on any page', async () => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect(await statusOf('/', 'GET', link)).toBe(200);
  });

  it('rejects an upload under a key that is too long', async () => {
    expect(await statusOf(`/upload?key=${'k'.repeat(1025)}`, 'PUT')).toBe(400);
  });

  it('answers thirty requests for thumbnails at once', async () => {
    const statuses = await Promise.all(Array.from({ length: 30 }, () => statusOf(thumbnailOf('photo.jpg'))));
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it.each(Object.entries(CONTROL_ROUTES))('answers %s as the control API has it', async (name, route) => {
    const { method, path, answer } = route;
    const body = name === 'sendListed' ? JSON.stringify(['a body', 'another']) : null;
    const response = await fetch(`http://127.0.0.1:${gallery.port}${path}`, { method, body });
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
    const response = await fetch(`http://127.0.0.1:${gallery.port}${path}`, { method, body });
    expect(response.status).toBe(400);
  });
});
