import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiApp } from '../../functions/api/api-app.ts';
import type { ApiPorts } from '../../functions/api/api-ports.ts';
import { imageRecordOf, readImageRecord } from '../../functions/core/records/image-record.ts';
import { API_SETTINGS, fakePorts } from '../fixtures/api-ports.ts';
import { type Picture, searchedWorld } from '../unit/core/search/searched-world.ts';
import { jsonLines, runCli } from './support/cli-process.ts';

const CHROMIUM = '/usr/bin/chromium';
const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.info(`Skipped: the contact sheet in a browser, which takes ${CHROMIUM}`);

const HOSTILE = '<img src=x onerror=alert(1)>\u001b[2J.jpg';

const PICTURES: readonly Picture[] = [
  {
    key: 'a.jpg',
    tags: { 'things:dog': 0.9, 'things:animal': 0.95 },
    embedding: [1, 0.2],
    takenAt: '2025-06-01T10:00:00',
    camera: 'X100',
    width: 600,
    height: 400,
  },
  { key: 'b.jpg', tags: { 'things:dog': 0.6 }, embedding: [0, 0, 1] },
  { key: 'c.jpg', tags: { 'things:cat': 0.7 }, embedding: [0, 0, 1, 0.1] },
  { key: HOSTILE, tags: { 'things:dog': 0.5 }, embedding: [0, 0, 0.9, 0.1], camera: '<b>"\'&' },
  { key: 'broken.jpg', status: 'failed', reason: 'Expected an image', reasonCode: 'not-an-image' },
  ...Array.from({ length: 20 }, (_, i) => ({ key: `other/${i}.jpg`, embedding: [0, 0, 0.1 + i / 100, 1] })),
];

let folder: string;
let server: Server;
let here: string[];
let similarTo: unknown[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-cli-search-'));
  const world = await searchedWorld(PICTURES);
  similarTo = [];
  const small = await sharp({ create: { width: 30, height: 20, channels: 3, background: '#48c' } })
    .webp()
    .toBuffer();
  const ports: ApiPorts = {
    ...fakePorts(),
    search: {
      ...fakePorts().search,
      ...world.search,
      similar: async ({ to, query = '', ...request }) => {
        similarTo.push(to);
        return world.search.search({ ...request, query: `similar:a.jpg ${query}` });
      },
    },
    image: async (name) => {
      const item = await world.table.read(readImageRecord(name));
      return item && imageRecordOf(item);
    },
    thumbnail: async ({ key }) =>
      key === 'c.jpg' ? undefined : { body: new Uint8Array(small), mediaType: 'image/webp' },
  };
  const app = apiApp(ports, API_SETTINGS);
  server = createAdaptorServer({ fetch: app.fetch }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  here = ['--http-port', String((server.address() as AddressInfo).port)];
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const search = (...args: string[]) => runCli(['search', ...args, ...here]);

describe('cliptag search', () => {
  it('shows images with scores, places and tags, and how many there are', async () => {
    const { code, stdout, stderr } = await search('dog', 'score>0.55');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      '0.90  s3://photos/a.jpg  dog 0.90, animal 0.95\n' +
        '0.60  s3://photos/b.jpg  dog 0.60\n' +
        '2 images\n',
    );
  });

  it('obeys nothing that stands in a key, and gives the reason of what has no tags', async () => {
    expect((await search('dog', 'score<0.55')).stdout).toContain('onerror=alert(1)>\\u001b[2J.jpg');
    expect((await search('status:failed')).stdout).toBe(
      's3://photos/broken.jpg  failed: Expected an image\n1 image\n',
    );
  });

  it('says how many are relevant to a text, and shows the rest when asked', async () => {
    const relevant = await search('"sunset"');
    expect(relevant.stdout).toMatch(
      /^0\.\d\d {2}s3:\/\/photos\/a\.jpg .*\n1 relevant of 24; --all shows the rest\n$/,
    );
    const all = await search('"sunset"', '--all', '--limit', '3');
    expect(all.stdout.split('\n')).toHaveLength(5);
    expect(all.stdout).toContain('\n1 relevant of 24, 3 shown; --limit 24 shows all\n');
  });

  it('says so where there are none', async () => {
    expect((await search('dog', 'camera:none')).stdout).toBe('No images.\n');
  });

  it('sorts, limits, and goes on from a cursor', async () => {
    const page = await search('', '--order', 'name', '--limit', '2', '--json');
    expect(jsonLines<{ key: string }>(page).map(({ key }) => key)).toEqual([HOSTILE, 'a.jpg']);
    const [, cursor = ''] =
      /^cliptag search: there are more; go on with --cursor (\S+)\n$/.exec(page.stderr) ?? [];
    const next = await search('', '--order', 'name', '--limit', '2', '--cursor', cursor, '--json');
    expect(jsonLines<{ key: string }>(next).map(({ key }) => key)).toEqual(['b.jpg', 'broken.jpg']);
    expect((await search('', '--limit', '2')).stdout).toContain('\n2 of 25 images; --limit 25 shows all\n');
  });

  it('points at the column where a query is wrong', async () => {
    const { code, stdout, stderr } = await search('dog', 'lable:beach');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [message = '', query, caret] = stderr.split('\n');
    expect(message).toMatch(/^cliptag search: Column 5: expected .*label:/);
    expect([query, caret]).toEqual(['  dog lable:beach', '      ^']);
    const wide = await search('日本 lable:beach');
    expect(wide.stderr.split('\n').slice(1, 3)).toEqual(['  日本 lable:beach', '       ^']);
  });

  it.each([
    [['--', 'dog', '--html', 'dogs.html'], '--html stands after --, where flags are words of the QUERY'],
    [['a'.repeat(2_001)], 'expected a QUERY of at most 2000 characters but received 2001'],
  ])('rejects what it would take for something else, as %s', async (args, message) => {
    const { code, stdout, stderr } = await runCli(['search', ...here, ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('rejects a cursor of another query', async () => {
    const { code, stderr } = await search('dog', '--cursor', 'xyz');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^cliptag search: .*cursor/i);
  });

  it('rejects a port where something else answers', async () => {
    const other = createAdaptorServer({ fetch: () => new Response('hello', { status: 404 }) }) as Server;
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const port = String((other.address() as AddressInfo).port);
    const { code, stderr } = await runCli(['search', 'dog', '--http-port', port]);
    other.close();
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^cliptag search: what answers on 127\.0\.0\.1:\d+ is no pipeline of this version: .*404/,
    );
  });
});

describe('a contact sheet', () => {
  it('has small pictures in it, needs nothing beside itself, and escapes all that came from elsewhere', async () => {
    const file = join(folder, 'sheet.html');
    const { stderr } = await search('', '--limit', '25', '--html', file);
    expect(stderr).toBe(`cliptag search: the contact sheet is ${file}\n`);
    const html = await readFile(file, 'utf8');
    expect(html).toMatch(
      /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-/,
    );
    expect(html).not.toMatch(/<script|<link|@import|url\(|<img src=x|<b>"| style=/);
    expect(html.match(/<img src="data:image\/webp;base64,/g)).toHaveLength(24);
    expect(html).toContain('<span class="none">no picture</span>');
    expect(html).toContain('Expected an image');
    expect(html).toContain('2025-06-01 · X100 · 600 × 400');
    expect(html).toContain(`<a href="http://127.0.0.1:${here[1]}/?image=photos%2Fa.jpg">`);
  });

  it('tells the relevant pictures from the others', async () => {
    const file = join(folder, 'beyond.html');
    await search('"sunset"', '--all', '--limit', '3', '--html', file);
    const [before = '', after = ''] = (await readFile(file, 'utf8')).split('<h2>Less relevant</h2>');
    expect([before, after].map((part) => part.match(/<li>/g)?.length)).toEqual([1, 2]);
  });

  it.skipIf(!hasChromium)('shows its pictures in a browser, which finds nothing to complain of', async () => {
    const file = join(folder, 'shown.html');
    await search('', '--limit', '25', '--html', file);
    const faults: string[] = [];
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];
    const browser = await chromium.launch({ executablePath: CHROMIUM, args });
    try {
      const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('console', (message) => faults.push(message.text()));
      page.on('dialog', (dialog) => faults.push(dialog.message()));
      await page.goto(pathToFileURL(file).href);
      const shown = await page.evaluate(`(async () => {
        const images = [...document.images];
        for (const image of images) image.loading = 'eager';
        await Promise.all(images.map((image) => image.decode()));
        return { pictures: images.length, isWide: document.documentElement.scrollWidth > innerWidth };
      })()`);
      expect(shown).toEqual({ pictures: 24, isWide: false });
      expect(await page.getByText('<img src=x onerror=alert(1)>').count()).toBe(1);
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  it('rejects a file that cannot be written, before anything is asked', async () => {
    const { code, stdout, stderr } = await search('dog', '--html', join(folder, 'nowhere', 'a.html'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('there is no folder');
  });
});

describe.skipIf(process.platform !== 'linux')('--open', () => {
  let env: NodeJS.ProcessEnv;
  const opened = join(tmpdir(), `cliptag-opened-${process.pid}`);

  beforeAll(async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await writeFile(
      join(bin, 'xdg-open'),
      `#!/bin/sh\nprintf '%s' "$#:$1" > '${opened}.new'\nmv '${opened}.new' '${opened}'\n`,
    );
    await chmod(join(bin, 'xdg-open'), 0o755);
    env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  });
  afterAll(() => rm(opened, { force: true }));

  async function addressOpened(...args: string[]): Promise<string> {
    await rm(opened, { force: true });
    await runCli(['search', ...args, '--open', ...here], { env });
    await expect.poll(() => existsSync(opened)).toBe(true);
    return readFile(opened, 'utf8');
  }

  it('opens the page with the query, and hands it to no shell', async () => {
    expect(await addressOpened('$(touch x); dog', '--order', 'name')).toBe(
      `1:http://127.0.0.1:${here[1]}/?q=%24%28touch+x%29%3B+dog&order=name`,
    );
  });

  it('opens the contact sheet', async () => {
    const file = join(folder, 'opened; x.html');
    expect(await addressOpened('dog', '--html', file)).toBe(`1:${pathToFileURL(file)}`);
  });

  it('does no harm where there is no browser', async () => {
    const { code, stderr } = await runCli(['search', 'dog', '--open', ...here], {
      env: { ...process.env, PATH: folder },
    });
    expect(code).toBe(0);
    expect(stderr).toBe(
      `cliptag search: no browser could be opened here: http://127.0.0.1:${here[1]}/?q=dog\n`,
    );
  });
});

describe('cliptag similar', () => {
  it('takes an image by key or address, and a picture file', async () => {
    const file = join(folder, 'picture.png');
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#f00' } })
      .png()
      .toFile(file);
    for (const name of ['a.jpg', 's3://photos/a.jpg', file]) {
      const { code, stdout, stderr } = await runCli(['similar', name, ...here]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^[01]\.\d\d {2}s3:\/\/photos\/a\.jpg /);
    }
    const name = { bucket: 'photos', key: 'a.jpg' };
    expect(similarTo).toEqual([name, name, { embedding: expect.any(Float32Array) }]);
  });

  it('narrows by a query, and points at what is wrong in it', async () => {
    const { stdout } = await runCli(['similar', 'a.jpg', '--query', 'label:cat', '--json', '--all', ...here]);
    expect(jsonLines<{ key: string }>({ code: 0, stdout, stderr: '' }).map(({ key }) => key)).toEqual([
      'c.jpg',
    ]);
  });

  it('rejects an image that is not there', async () => {
    const { code, stderr } = await runCli(['similar', 'none.jpg', ...here]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'cliptag similar: There is no image s3://photos/none.jpg\n',
    });
  });
});

describe('cliptag labels counts', () => {
  it('counts the images of each label, of all images or of those that fit a query', async () => {
    const all = await runCli(['labels', 'counts', ...here]);
    expect(all.stdout).toBe(
      'IMAGES  LABEL   LABEL SET\n3       dog     things\n1       animal  things\n1       cat     things\n',
    );
    const some = await runCli(['labels', 'counts', 'dog', 'score>0.8', '--json', ...here]);
    expect(jsonLines(some)).toEqual([
      { set: 'things', label: 'animal', count: 1 },
      { set: 'things', label: 'dog', count: 1 },
    ]);
  });

  it('points at the column where a query is wrong', async () => {
    const { code, stderr } = await runCli(['labels', 'counts', 'lable:x', ...here]);
    expect(code).toBe(2);
    expect(stderr.split('\n').slice(1, 3)).toEqual(['  lable:x', '  ^']);
  });
});
