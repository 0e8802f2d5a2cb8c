import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { thumbnailFolder } from '../../functions/adapters/files/thumbnail-folder.ts';
import { queryImagesByStatus, readImageRecord } from '../../functions/core/records/image-record.ts';
import { queryLabelEntries } from '../../functions/core/records/label-entries.ts';
import { thumbnailName } from '../../functions/core/thumbnails/thumbnail-store.ts';
import { SAMPLE_FOLDER, sampleNames } from '../../functions/local/samples.ts';
import { openLevelStore } from '../../functions/local/store/level-store.ts';
import { pngChunk } from '../fixtures/pictures.ts';
import { steadyPort } from '../fixtures/steady-port.ts';
import { available } from '../integration/tools.ts';
import { runCli } from './support/cli-process.ts';
import {
  awsEnvironment,
  bucketOf,
  credentials,
  makeFolder,
  type RunningPipeline,
  recordOf,
  region,
  repository,
  startPipelineProcess,
  tableOf,
  waitForRecord,
  waitUntil,
} from './support.ts';

const run = promisify(execFile);
const hasAwsCli = available('aws');
const hasBoto3 = available('boto3');

let folder: string;
let removeFolder: () => Promise<void>;
let pipeline: RunningPipeline;

beforeAll(async () => {
  ({ folder, remove: removeFolder } = await makeFolder());
  pipeline = await startPipelineProcess(join(folder, 'data'));
});
afterAll(async () => {
  await pipeline.crash();
  await removeFolder();
});

const aws = (...args: string[]) => run('aws', args, { env: awsEnvironment, maxBuffer: 2 ** 26 });

describe('the first start', () => {
  it('tags the sample photographs and prints their tags', async () => {
    for (const name of await sampleNames()) {
      expect(pipeline.stdout()).toContain(name);
      expect(await recordOf(pipeline, name)).toMatchObject({ status: 'tagged', revision: 1 });
    }
  });

  it('names its page first, and queries that find something when they are pasted, before the AWS CLI', async () => {
    const output = pipeline.stdout();
    expect(output.indexOf(`  Page      ${pipeline.pageUrl}  `)).toBe(0);
    const [first = '', second = ''] = output.match(/^ +npx cliptag (?:query|search) .*$/gm) ?? [];
    expect(output.indexOf('npx cliptag query')).toBeLessThan(output.indexOf('npx cliptag search'));
    expect(output.indexOf('npx cliptag search')).toBeLessThan(output.indexOf('aws s3 cp'));
    // npx keeps something at home, which may not be written.
    const env = { ...process.env, npm_config_cache: join(folder, 'npm') };
    const pasted = async (line: string) =>
      (await run('bash', ['-ec', line], { cwd: repository, env })).stdout;
    // One after the other: npx takes a lock there, which another one takes away from it when it is kept waiting.
    expect(await pasted(first)).toMatch(/^0\.\d\d {2}s3:\/\/photos\//);
    expect(await pasted(second)).toMatch(/^0\.\d\d {2}s3:\/\/photos\/[\s\S]+\n\d image/);
  });

  it.skipIf(!hasAwsCli)('prints lines for the AWS CLI that work when they are pasted', async () => {
    const output = pipeline.stdout();
    const script = output.slice(output.indexOf('export AWS_'), output.indexOf('rclone, boto3'));
    const { stdout } = await run('bash', ['-ec', script], { cwd: repository });
    const answer = JSON.parse(stdout.slice(stdout.indexOf('{')));
    expect(answer.Count).toBeGreaterThan(0);
    expect(await waitForRecord(pipeline, 'mine/chelsea.png')).toMatchObject({ status: 'tagged' });
  });
});

describe('uploads', () => {
  it.skipIf(!hasBoto3)('come from boto3 and can be queried by it', async () => {
    const program = `
import boto3, sys
s3 = boto3.client('s3', endpoint_url=sys.argv[1])
s3.upload_file(sys.argv[3], 'photos', 'from boto3/ä+b.jpg')
print(boto3.client('dynamodb', endpoint_url=sys.argv[2]).describe_table(TableName='cliptag')['Table']['TableStatus'])`;
    const { stdout } = await run(
      'python3',
      ['-c', program, pipeline.s3Url, pipeline.dynamodbUrl, join(SAMPLE_FOLDER, 'flower.jpg')],
      { env: awsEnvironment },
    );
    expect(stdout.trim()).toBe('ACTIVE');
    expect(await waitForRecord(pipeline, 'from boto3/ä+b.jpg')).toMatchObject({ status: 'tagged' });
  });

  it('replace the tags of what they overwrite, in the label entries as well', async () => {
    const bucket = bucketOf(pipeline);
    const [cat, temple] = await Promise.all(
      ['chelsea.png', 'china.jpg'].map((name) => readFile(join(SAMPLE_FOLDER, name))),
    );
    await bucket.put('changing', cat!, cat!.length);
    const first = await waitForRecord(pipeline, 'changing');
    const thumbnails = thumbnailFolder(join(folder, 'data', 'thumbnails'));
    expect(await thumbnails.get(thumbnailName(first))).toBeDefined();
    await bucket.put('changing', temple!, temple!.length);
    await waitUntil(async () => (await recordOf(pipeline, 'changing'))?.sequencer !== first.sequencer);
    const second = await recordOf(pipeline, 'changing');
    expect(second).toMatchObject({ status: 'tagged', width: 640, height: 427 });
    expect(await thumbnails.get(thumbnailName(second!))).toBeDefined();
    expect(await thumbnails.get(thumbnailName(first))).toBeUndefined();
    const isGone = (tag: (typeof first.tags)[number]) =>
      !second!.tags.some(
        ({ set, label, score }) => set === tag.set && label === tag.label && score === tag.score,
      );
    await waitUntil(async () => (await recordOf(pipeline, 'changing'))?.supersededTags.length === 0);
    for (const tag of first.tags.filter(isGone)) {
      const entries = [];
      for await (const page of tableOf(pipeline).query(queryLabelEntries(tag.set, tag.label)))
        entries.push(...page);
      expect(entries.filter(({ key, score }) => key === 'changing' && score === tag.score)).toEqual([]);
    }
  });

  it.skipIf(!hasAwsCli)('that are removed leave a tombstone and no tag', async () => {
    const bucket = bucketOf(pipeline);
    const bytes = await readFile(join(SAMPLE_FOLDER, 'coffee.png'));
    await bucket.put('short-lived.png', bytes, bytes.length);
    const { tags } = await waitForRecord(pipeline, 'short-lived.png');
    await aws('s3', 'rm', 's3://photos/short-lived.png', '--endpoint-url', pipeline.s3Url);
    await waitUntil(async () => (await recordOf(pipeline, 'short-lived.png'))?.status === 'deleted');
    await waitUntil(async () => (await recordOf(pipeline, 'short-lived.png'))?.supersededTags.length === 0);
    for (const tag of tags) {
      for await (const page of tableOf(pipeline).query(queryLabelEntries(tag.set, tag.label))) {
        expect(page.map(({ key }) => key)).not.toContain('short-lived.png');
      }
    }
  });
});

describe('another bucket', () => {
  it('is tagged as soon as it is made, and can be queried by its name', async () => {
    const s3 = new S3Client({ endpoint: pipeline.s3Url, region, credentials, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'mine' }));
    const Body = await readFile(join(SAMPLE_FOLDER, 'chelsea.png'));
    await s3.send(new PutObjectCommand({ Bucket: 'mine', Key: 'my cat.png', Body }));
    const image = { bucket: 'mine', key: 'my cat.png' };
    const read = () => tableOf(pipeline).read(readImageRecord(image));
    await waitUntil(async () => (await read()) !== undefined);
    const api = `${pipeline.pageUrl}/api/v1`;
    const found = await (await fetch(`${api}/search?q=bucket:mine%20cat`)).json();
    expect(found).toMatchObject({ images: [{ ...image, status: 'tagged' }] });
    const picture = await fetch(`${api}/originals?${new URLSearchParams(image)}`);
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(Body);
    const ports = ['dynamodb', 'page'] as const;
    const [dynamodb, http] = ports.map((name) => new URL(pipeline[`${name}Url`]).port);
    const query = [
      'query',
      '--label',
      'cat',
      '--bucket',
      'mine',
      '--dynamodb-port',
      `${dynamodb}`,
      '--http-port',
      `${http}`,
    ];
    expect((await runCli(query)).stdout).toMatch(/s3:\/\/mine\/my cat\.png/);
    const upload = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify({ name: 'a.jpg', bucket: 'mine' });
    expect((await fetch(`${api}/uploads`, { ...upload, body })).status).toBe(404);
    s3.destroy();
  });
});

describe('bad input', () => {
  it('costs one image record with status and reason each, and harms no neighbour', async () => {
    const good = await readFile(join(SAMPLE_FOLDER, 'rocket.jpg'));
    const uploads: Record<string, Buffer> = {
      'empty.jpg': Buffer.alloc(0),
      'truncated.jpg': good.subarray(0, 4000),
      'text.jpg': Buffer.from('This is not a picture.'),
      'really-a-jpeg.png': good,
      'bomb.png': bomb(),
      'hundred-megabytes.jpg': Buffer.concat([good, Buffer.alloc(100 * 1024 * 1024 - good.length)]),
      'scan.jp2': Buffer.concat([Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1'), Buffer.alloc(64)]),
      'phone.heic': await readFile(new URL('../fixtures/heic/cat.heic', import.meta.url)),
      'good.jpg': good,
    };
    const bucket = bucketOf(pipeline);
    await Promise.all(
      Object.entries(uploads).map(([name, bytes]) => bucket.put(`bad/${name}`, bytes, bytes.length)),
    );
    const records = await Promise.all(
      Object.keys(uploads).map((name) => waitForRecord(pipeline, `bad/${name}`)),
    );
    const found = Object.fromEntries(
      records.map(({ key, status, reasonCode }) => [key.slice(4), [status, reasonCode]]),
    );
    expect(found).toEqual({
      'empty.jpg': ['failed', 'empty'],
      'truncated.jpg': ['failed', 'truncated'],
      'text.jpg': ['failed', 'not-an-image'],
      'really-a-jpeg.png': ['tagged', undefined],
      'bomb.png': ['failed', 'too-many-pixels'],
      'hundred-megabytes.jpg': ['failed', 'too-large'],
      'scan.jp2': ['unsupported', 'unsupported-format'],
      'phone.heic': ['tagged', undefined],
      'good.jpg': ['tagged', undefined],
    });
    for (const { status, reason } of records) if (status !== 'tagged') expect(reason).toMatch(/^Expected /);
    const status = await (await fetch(`${pipeline.pageUrl}/status.json`)).json();
    expect(status).toMatchObject({ queue: { visible: 0 }, deadLetters: 0 });
  });
});

describe('a crash', () => {
  it.skipIf(!hasAwsCli)(
    'in the middle of 100 uploads by the AWS CLI loses none of them',
    async () => {
      const pictures = join(folder, 'pictures');
      await mkdir(pictures);
      const original = await readFile(join(SAMPLE_FOLDER, 'china.jpg'));
      await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          await writeFile(
            join(pictures, `${i}.jpg`),
            await sharp(original).modulate({ hue: i }).resize(320).jpeg().toBuffer(),
          );
        }),
      );
      const second = await makeFolder();
      // The client goes on with the next process at the same address.
      const port = ['--s3-port', String(await steadyPort())];
      let crashing = await startPipelineProcess(second.folder, ...port);
      const { s3Url } = crashing;
      const upload = (...command: string[]) =>
        aws('s3', ...command, '--quiet', pictures, 's3://photos/many/', '--endpoint-url', s3Url);
      // The crash may come between two tries of the client, which then carries on with the next process, or gives up.
      const interrupted = upload('cp', '--recursive').catch(() => undefined);
      // What it prints costs nothing to count; the table takes as long to count as to tag some pictures.
      await waitUntil(async () => crashing.output().split('many/').length > 30);
      await crashing.crash();
      crashing = await startPipelineProcess(second.folder, ...port);
      const taggedAtRestart = await taggedCount(crashing);
      await interrupted;
      await upload('sync');
      await waitUntil(async () => (await taggedCount(crashing)) === 107, 1_000);
      console.info(`kill -9 during the upload: ${taggedAtRestart} tagged at the restart, then all 107`);
      expect(await crashing.interrupt()).toBe(0);
      await second.remove();
    },
    300_000,
  );
});

describe('the start', () => {
  it('rejects a taken port with one line that names it', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    const child = spawn(
      process.execPath,
      ['functions/cliptag.mjs', 'start', '--data', join(folder, 'other'), '--s3-port', String(port)].concat([
        '--dynamodb-port',
        '0',
        '--http-port',
        '0',
      ]),
      { cwd: repository, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const fault = text(child.stderr);
    const [code] = await once(child, 'close');
    blocker.close();
    expect(code).toBe(2);
    const holder = process.platform === 'linux' ? ` by \\S+ \\(PID ${process.pid}\\)` : '';
    expect((await fault).trim()).toMatch(
      new RegExp(`^cliptag start: port ${port} of 127.0.0.1 is taken${holder}: .*--port auto.*--s3-port.*$`),
    );
  });

  it('rejects a second one with the same data folder, and says where the first is', async () => {
    const started = run(
      process.execPath,
      ['functions/cliptag.mjs', 'start', '--data', join(folder, 'data'), '--port', 'auto'],
      { cwd: repository },
    );
    await expect(started).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringContaining(
        `cliptag start: already running at ${pipeline.pageUrl} (PID ${pipeline.process.pid}) with the data folder`,
      ),
    });
  });

  it('takes the next free ports with --port auto, beside others, and notes where it is', async () => {
    const blockers = [3000, 8000, 9000].map((port) => createServer().listen(port, '127.0.0.1'));
    // Where it fails somebody else has the port.
    await Promise.all(blockers.map((blocker) => once(blocker, 'listening').catch(() => {})));
    const data = join(folder, 'beside');
    const child = spawn(
      process.execPath,
      ['functions/cliptag.mjs', 'start', '--data', data, '--port', 'auto'],
      { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    const ended = once(child, 'close');
    await waitUntil(async () => output.includes('Ctrl-C stops'));
    const ports = [...output.matchAll(/^ {2}\w+ +http:\/\/127\.0\.0\.1:(\d+) /gm)].map(([, port]) =>
      Number(port),
    );
    expect(ports).toHaveLength(3);
    for (const [i, first] of [3000, 9000, 8000].entries()) {
      expect(ports[i]).toBeGreaterThan(first);
      expect(ports[i]).toBeLessThanOrEqual(first + 100);
    }
    const note = join(data, 'running.json');
    expect(JSON.parse(await readFile(note, 'utf8'))).toEqual({
      ...{ pid: child.pid, host: hostname() },
      pageUrl: `http://127.0.0.1:${ports[0]}`,
    });
    child.kill('SIGINT');
    await ended;
    await expect(readFile(note)).rejects.toThrow('ENOENT');
    for (const blocker of blockers) blocker.close();
  });

  it('rejects a data folder that is in use, as a mistake of the command and not a fault of the program', async () => {
    const inUse = await openLevelStore(join(folder, 'in-use', 'dynamodb'));
    const ports = ['--s3-port', '0', '--dynamodb-port', '0', '--http-port', '0'];
    const started = run(
      process.execPath,
      ['functions/cliptag.mjs', 'start', '--data', join(folder, 'in-use'), ...ports],
      { cwd: repository },
    );
    await expect(started).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^cliptag start: --data: The folder .* is in use by another process/),
    });
    await inUse.close();
  });

  it('rejects unknown flags and ports out of range, all at once', async () => {
    const fails = async (...flags: string[]) =>
      run(process.execPath, ['functions/cliptag.mjs', 'start', ...flags], {
        cwd: repository,
      }).then(
        () => 'nothing',
        (error: { stderr: string }) => error.stderr,
      );
    expect(await fails('--s3-port', '99999', '--http-port', 'x')).toMatch(
      /--s3-port.*99999[\s\S]*--http-port.*"x"/,
    );
    expect(await fails('--nope')).toContain('--nope');
    expect(await fails('--exif', 'place')).toContain(
      '--exif: expected all, without-place, none but received "place"',
    );
  });
});

async function taggedCount(running: RunningPipeline): Promise<number> {
  return tableOf(running).count(queryImagesByStatus('photos', 'tagged'));
}

/** 50 kB that unpack to a picture of 400 megapixels: black and white, one bit a pixel. */
function bomb(): Buffer {
  const side = 20_000;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc(side * (1 + side / 8)));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', rows),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}
