/** Every recipe of docs/cookbook.md as it stands there, on one pipeline; only ports are others. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queryLabelEntries } from '../../functions/core/records/label-entries.ts';
import { listen, loopbackUrl, stop } from '../../functions/local/http/loopback-server.ts';
import { steadyPort } from '../fixtures/steady-port.ts';
import { available } from '../integration/tools.ts';
import { hasChromium, openBrowser, openPage, tellWithoutChromium } from './support/browser.ts';
import { RECIPES, scoresIn, UNTRIED, usageOf } from './support/cookbook.ts';
import { goEnvironment, hasGoModules } from './support/cookbook-go.ts';
import { type CookbookHome, openCookbookHome } from './support/cookbook-home.ts';
import { bucketOf, repository, tableOf, waitForRecord, waitUntil } from './support.ts';

const run = promisify(execFile);
const hasAws = available('aws');
const hasBoto3 = available('boto3');
const hasCurl = available('curl');
const hasExifTool = available('exiftool');
const hasFlock = available('flock');
const hasRclone = available('rclone');
const hasGo = available('go') && hasGoModules();
tellWithoutChromium('the form of the cookbook in a browser');

/** Each recipe starts several programs, some of which take seconds to load. */
const PROGRAMS = { timeout: 300_000 };

/** A key as somebody might choose it who wants to wake a whole channel. */
const LOUD_KEY = 'Pictures/<!channel> & cat.jpg';

let home: CookbookHome;
let webhook: Server;
/** Scores and keys of the pictures with the label, as the table has them at first. */
let cats: readonly (readonly string[])[];
const messages: string[] = [];

beforeAll(async () => {
  home = await openCookbookHome();
  webhook = createServer(async (request, response) => {
    messages.push((JSON.parse(await text(request)) as { text: string }).text);
    response.end('ok');
  });
  const webhookUrl = loopbackUrl(await listen(webhook, 0));
  await home.write({
    'local.env': home.here(RECIPES.localEnv),
    'notify.mjs': RECIPES.notify,
    'best.py': RECIPES.python,
    'best.mjs': RECIPES.javascript,
  });
  await Promise.all([
    home.startPipeline(
      home.here(RECIPES.notifyHere).replace('https://hooks.slack.com/services/…', webhookUrl),
    ),
    writePictures(join(home.home, 'Pictures')),
  ]);
  if (hasRclone) await home.sh(RECIPES.upload);
  else for (const name of ['cat.jpg', 'broken.jpg']) await put(`Pictures/${name}`);
  const loud = await readFile(join(home.home, 'Pictures', 'cat.jpg'));
  await bucketOf(home).put(LOUD_KEY, loud, loud.length);
  cats = await catsOf(home);
}, PROGRAMS.timeout);

afterAll(async () => {
  await home.close();
  await stop(webhook);
});

it('is run, block by block', () => {
  expect(UNTRIED).toEqual([]);
});

describe.concurrent('pictures with a label', PROGRAMS, () => {
  it.skipIf(!hasRclone)('come by rclone', async () => {
    expect(await recordOf('Pictures/cat.jpg')).toMatchObject({ status: 'tagged' });
    expect(await recordOf('Pictures/broken.jpg')).toMatchObject({ status: 'failed' });
    const { revision } = await recordOf('Pictures/cat.jpg');
    await home.sh(RECIPES.upload);
    expect((await recordOf('Pictures/cat.jpg')).revision).toBe(revision);
  });

  it.skipIf(!hasAws)('are found by the AWS CLI', async () => {
    expect(before(await home.sh(RECIPES.awsCli))).toEqual(cats);
  });

  it.skipIf(!hasCurl)('are found by curl', async () => {
    const { images } = JSON.parse(await home.sh(RECIPES.curlSearch)) as { images: { key: string }[] };
    expect(images.map(({ key }) => key)).toEqual(expect.arrayContaining(cats.map(([, key]) => key)));
    const { Items } = JSON.parse(await home.sh(RECIPES.curlTable)) as {
      Items: Record<'score' | 'key', Record<string, string>>[];
    };
    expect(before(Items.map(({ score, key }) => `${score.N} ${key.S}`).join('\n'))).toEqual(cats);
  });

  it.skipIf(!hasBoto3)('are found by Python', async () => {
    expect(before(await home.sh(usageOf(RECIPES.python)))).toEqual(cats);
  });

  it('are found by JavaScript', async () => {
    expect(before(await home.sh(usageOf(RECIPES.javascript)))).toEqual(cats);
  });

  it.skipIf(!hasGo)('are found by Go', async () => {
    await home.write({ 'go/main.go': RECIPES.go });
    const script = '. ./local.env; cd go; go mod init best && go mod tidy && go run . general cat';
    expect(before(await home.sh(script, goEnvironment()))).toEqual(cats);
  });
});

describe.concurrent('the table', PROGRAMS, () => {
  it.skipIf(!hasAws)('tells of one image, of what failed in a folder, and how many are tagged', async () => {
    const { tags } = await recordOf('Pictures/cat.jpg');
    await recordOf('Pictures/broken.jpg');
    const lines = (await home.sh(RECIPES.records)).trimEnd().split('\n');
    expect(lines.slice(0, -2)).toEqual(tags.map(({ score, set, label }) => `${score}\t${set}\t${label}`));
    expect(lines.at(-2)).toBe('Pictures/broken.jpg');
    expect(Number(lines.at(-1))).toBeGreaterThanOrEqual(9);
  });

  it.skipIf(!hasAws)('has one shard here', async () => {
    expect(before(await home.sh(RECIPES.shards))).toEqual(cats);
  });

  it('has the attributes that are named', async () => {
    const document = await readFile(join(repository, 'docs', 'cookbook.md'), 'utf8');
    const rows = document.split('| Attribute of an image record | |')[1]?.split('\n\n')[0] ?? '';
    const named = [...rows.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    for (const key of ['Pictures/cat.jpg', 'Pictures/broken.jpg'] as const) {
      expect(named).toEqual(expect.arrayContaining(Object.keys(await recordOf(key))));
    }
  });
});

describe('a folder every night', PROGRAMS, () => {
  it.skipIf(!hasFlock)('is tagged by cron, and what has come since by the next night', async () => {
    await home.write({ 'nightly.sh': RECIPES.nightly });
    const pictures = join(home.home, 'Pictures');
    const list = async () =>
      (await readFile(join(home.project, 'nightly.list'), 'utf8')).split('\0').slice(0, -1);
    const log = () => readFile(join(home.project, 'nightly.log'), 'utf8');
    await cronRun();
    expect((await list()).length, await log()).toBe(2);
    expect(await readFile(join(pictures, 'cat.jpg.xmp'), 'utf8')).toContain('<rdf:li>cat</rdf:li>');
    await mkdir(join(pictures, 'new'));
    await writeFile(join(pictures, 'new', 'Ä b.JPG'), await readFile(join(pictures, 'cat.jpg')));
    // Copied as it was, which many programs do.
    await utimes(join(pictures, 'new', 'Ä b.JPG'), 1e9, 1e9);
    await cronRun();
    expect(await list(), await log()).toEqual([join(pictures, 'new', 'Ä b.JPG')]);
    expect(await readdir(join(pictures, 'new'))).toEqual(['Ä b.JPG', 'Ä b.JPG.xmp']);
    await cronRun();
    expect(await list()).toEqual([]);
  });

  /** Cron gives little of an environment. */
  async function cronRun(): Promise<void> {
    const [, PATH = '', command = ''] = /^PATH=(.+)\n(?:\S+ ){5}(.+)\n$/.exec(RECIPES.crontab) ?? [];
    const env = { HOME: home.home, SHELL: '/bin/sh', PATH: `${dirname(process.execPath)}:${PATH}` };
    await run('/bin/sh', ['-c', command], { cwd: home.home, env });
  }
});

describe.concurrent('what a form uploads', PROGRAMS, () => {
  let address: string;
  beforeAll(async () => {
    const port = String(await steadyPort());
    address = `http://localhost:${port}/`;
    await home.write({ 'form.mjs': RECIPES.formServer, 'form.html': RECIPES.formPage });
    if (hasAws) await home.sh(RECIPES.cors.replace('localhost:8080', `localhost:${port}`));
    home.start('. ./local.env; exec node form.mjs', { PORT: port });
    await waitUntil(() =>
      fetch(address).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  });

  it('is tagged', async () => {
    const { url, fields } = (await (await fetch(`${address}form`)).json()) as {
      url: string;
      fields: { key: string };
    };
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([await readFile(join(home.home, 'Pictures', 'cat.jpg'))]));
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(204);
    const tags = async () => (await fetch(`${address}tags?key=${fields.key}`)).json();
    await waitUntil(async () => (await tags()) !== null);
    expect(await tags()).toMatchObject({ status: 'tagged', tags: [{ label: 'animal' }, { label: 'cat' }] });
    expect((await fetch(`${address}gone`)).status).toBe(404);
  });

  it.skipIf(!hasChromium || !hasAws)('is told to the browser', async () => {
    const browser = await openBrowser();
    try {
      const { page } = await openPage(browser, address, { listens: false });
      await page.setInputFiles('input', join(home.home, 'Pictures', 'cat.jpg'));
      await page.locator('output', { hasText: /^animal, cat$/ }).waitFor();
      await page.setInputFiles('input', join(home.home, 'Pictures', 'broken.jpg'));
      await page.getByText('Expected').waitFor();
    } finally {
      await browser.close();
    }
  });
});

describe.concurrent('a webhook', PROGRAMS, () => {
  it('is told of each picture with the label, with no markup of the uploader', async () => {
    await waitUntil(async () => messages.some((message) => message.includes('channel')));
    expect(messages).toContainEqual(
      expect.stringMatching(/^Pictures\/&lt;!channel&gt; &amp; cat\.jpg: general:animal, general:cat/),
    );
    for (const message of messages) expect(message).toContain('general:cat');
  });
});

describe.concurrent('Next.js', PROGRAMS, () => {
  let address: string;
  beforeAll(async () => {
    await home.write({
      'app/api/search/route.js': RECIPES.nextSearch,
      'app/api/tag/route.js': RECIPES.nextTag,
      'next.config.mjs': RECIPES.nextConfig,
      // As `next build` does, it loads them where the address is not known yet.
      'serve.mjs': `import { serve } from '@hono/node-server';
        const { CLIPTAG_URL } = process.env;
        delete process.env.CLIPTAG_URL;
        const { GET } = await import('./app/api/search/route.js');
        const { POST } = await import('./app/api/tag/route.js');
        process.env.CLIPTAG_URL = CLIPTAG_URL;
        const fetch = (request) => (request.method === 'GET' ? GET(request) : POST(request));
        serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(port));`,
    });
    const server = home.start('. ./local.env; exec node serve.mjs');
    const ended = once(server, 'exit').then(() =>
      Promise.reject(new Error('Expected a server but it ended')),
    );
    const [port] = (await Promise.race([once(server.stdout, 'data'), ended])) as [Buffer];
    // It ends with the tests.
    ended.catch(() => {});
    address = `http://127.0.0.1:${String(port).trim()}`;
  });

  it('searches with cliptag/client', async () => {
    await recordOf('Pictures/cat.jpg');
    await waitUntil(async () => (await found()).length > 0);
    expect(await found()).toEqual([{ key: 'Pictures/cat.jpg', labels: expect.arrayContaining(['cat']) }]);
    const refused = await fetch(`${address}/api/search?q=lable:cat`);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ code: 'invalid-query' });
  });

  async function found(): Promise<readonly unknown[]> {
    return (await fetch(`${address}/api/search?q=cat+prefix:Pictures/cat`)).json() as Promise<unknown[]>;
  }

  it('tags with cliptag/tagger', async () => {
    const send = async (name: string) => {
      const body = await readFile(join(home.home, 'Pictures', name));
      return fetch(`${address}/api/tag`, { method: 'POST', body });
    };
    expect(await (await send('cat.jpg')).json()).toMatchObject([{ set: 'ad-hoc', label: 'cat' }]);
    const refused = await send('broken.jpg');
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ code: 'not-an-image' });
  });

  it('leaves native libraries where they are', async () => {
    const { default: config } = await import(pathToFileURL(join(home.project, 'next.config.mjs')).href);
    expect(config).toEqual({ serverExternalPackages: ['cliptag'] });
  });
});

describe('keywords and tables', PROGRAMS, () => {
  it('are exported', async () => {
    await recordOf('Pictures/cat.jpg');
    await home.sh(home.here(RECIPES.exported));
    expect(await readFile(join(home.project, 'cats.csv'), 'utf8')).toContain(
      'photos,Pictures/cat.jpg,tagged,',
    );
    const file = await asyncBufferFromFile(join(home.project, 'tags.parquet'));
    expect(await parquetReadObjects({ file })).toContainEqual(
      expect.objectContaining({ key: 'Pictures/cat.jpg' }),
    );
    expect(await readFile(join(home.home, 'Pictures', 'cat.jpg.xmp'), 'utf8')).toContain(
      '<rdf:li>cat</rdf:li>',
    );
  });

  it.skipIf(!hasExifTool)('come into the pictures by ExifTool', async () => {
    await home.sh(home.here(RECIPES.exported));
    const picture = join(home.home, 'Pictures', 'cat.jpg');
    await run('exiftool', ['-overwrite_original', '-IPTC:Keywords=mine', picture]);
    const keywords = async () =>
      (await run('exiftool', ['-IPTC:Keywords', '-s3', '-sep', '|', picture])).stdout;
    await home.sh(RECIPES.embedded);
    const once = await keywords();
    expect(once.trim().split('|')).toEqual(['mine', ...(await subjects(picture))]);
    await home.sh(RECIPES.embedded);
    expect(await keywords()).toBe(once);
  });

  async function subjects(picture: string): Promise<readonly string[]> {
    const { stdout } = await run('exiftool', ['-XMP-dc:Subject', '-s3', '-sep', '|', picture]);
    expect(stdout).toContain('cat');
    return stdout.trim().split('|');
  }
});

async function writePictures(folder: string): Promise<void> {
  await mkdir(folder);
  const sample = join(repository, 'functions/local/samples/chelsea.png');
  await sharp(sample).resize(300).jpeg().toFile(join(folder, 'cat.jpg'));
  await writeFile(join(folder, 'broken.jpg'), 'no picture');
}

async function put(key: string): Promise<void> {
  const bytes = await readFile(join(home.home, key));
  await bucketOf(home).put(key, bytes, bytes.length);
}

function recordOf(key: 'Pictures/cat.jpg' | 'Pictures/broken.jpg') {
  return waitForRecord(home, key);
}

async function catsOf(pipeline: CookbookHome): Promise<readonly (readonly string[])[]> {
  await Promise.all(['Pictures/cat.jpg', LOUD_KEY].map((key) => waitForRecord(pipeline, key)));
  const entries: (readonly string[])[] = [];
  for await (const page of tableOf(pipeline).query(queryLabelEntries('general', 'cat'))) {
    for (const { score, key } of page) entries.push([String(score), String(key)]);
  }
  expect(entries.map(([, key]) => key)).toContain('Pictures/cat.jpg');
  return entries;
}

/** What a recipe has printed, without what other tests may have uploaded by forms meanwhile. */
function before(printed: string): readonly (readonly string[])[] {
  return scoresIn(printed).filter(([, key]) => key?.startsWith('forms/') !== true);
}
