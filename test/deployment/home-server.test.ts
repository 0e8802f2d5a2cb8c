import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../functions/client/client.ts';
import { SAMPLE_FOLDER, sampleNames } from '../../functions/local/samples.ts';
import { docker, logOf, remove } from '../e2e/container-engine.ts';
import { makeFolder, region } from '../e2e/support.ts';
import { composeService, runFlags } from './home-server/compose-file.ts';
import { type HomeServer, inContainer, served } from './home-server/home-server.ts';
import { packContext } from './home-server/packed-context.ts';

/** What is waited for comes within a second, or many where others want the processor too. */
const SOON = { timeout: 300_000, interval: 200 };

const base = process.env.CLIPTAG_BASE_IMAGE;
const obstacle = engineObstacle();
if (obstacle) console.info(`Skipped: the home server in a container (${obstacle})`);

function engineObstacle(): string | undefined {
  if (!base) return 'CLIPTAG_BASE_IMAGE names no base image: .ci/run looks for one before the tests';
  const { status } = spawnSync('docker', ['version'], { timeout: 60_000 });
  return status === 0 ? undefined : 'no Docker engine answers: start one';
}

/** In the link that the first start prints. */
const MADE_TOKEN = /#token=([\w-]{24})/;

const image = `cliptag-home-${process.pid}`;
const [name, volume] = [`${image}-first`, `${image}-data`];
const [restored, restoredVolume] = [`${image}-restored`, `${image}-restored-data`];
/** The engine of CI has no network of its own: the machine's, and free ports in place of the published ones. */
const FREE_PORTS = ['--http-port', '0', '--s3-port', '0', '--dynamodb-port', '0'];

async function create(container: string, data: string, pictures: string): Promise<void> {
  const service = composeService({ CLIPTAG_DATA: data, CLIPTAG_PICTURES: pictures });
  const health = ['--health-interval', '1s'];
  const flags = ['--name', container, '--network', 'host', ...health, ...runFlags(service)];
  await docker('create', ...flags, image, ...service.command, ...FREE_PORTS);
}

describe.skipIf(obstacle)('the home server of compose.yaml', () => {
  let folder: { folder: string; remove: () => Promise<void> };
  let server: HomeServer;
  let token: string;

  beforeAll(async () => {
    folder = await makeFolder();
    await packContext(folder.folder);
    const settings = ['--build-arg', `BASE=${base}`, '--build-arg', 'PACKAGE=packed'];
    await docker('build', ...settings, '--network', 'none', '-t', image, folder.folder);
    const pictures = join(folder.folder, 'pictures');
    await mkdir(pictures);
    await cp(join(SAMPLE_FOLDER, 'flower.jpg'), join(pictures, 'of-the-host.jpg'));
    await create(name, volume, pictures);
    await docker('start', name);
    server = await served(name);
    token = MADE_TOKEN.exec(await logOf(name))?.[1] ?? '';
  });
  afterAll(async () => {
    for (const one of [name, restored]) await remove('container', one);
    for (const one of [volume, restoredVolume]) await remove('volume', one);
    await remove('image', image);
    await folder?.remove();
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      for (const one of [name, restored]) {
        const state = await docker('inspect', '--format', '{{json .State}}', one).catch(String);
        console.log(`${one}: ${state}\n${await logOf(one).catch(String)}`);
      }
    });
  });

  const client = (of: HomeServer, sent = token) =>
    createClient({
      url: of.pageUrl,
      fetch: (request) => {
        request.headers.set('authorization', `Bearer ${sent}`);
        return fetch(request);
      },
    });
  const statusOf = (key: string) =>
    client(server)
      .image({ bucket: 'photos', key })
      .then(
        ({ status }) => status,
        () => undefined,
      );
  const keysOf = async (of: HomeServer) => {
    const keys: string[] = [];
    for await (const { key } of client(of).searchAll('status:tagged')) keys.push(key);
    return keys.sort();
  };

  it('makes a token and keys, and tells them once, with the link', async () => {
    const path = `fs.readFileSync('/data/access.env', 'utf8')`;
    expect(await inContainer(name, path)).toContain(`CLIPTAG_TOKEN=${token}`);
    expect(await inContainer(name, `fs.statSync('/data/access.env').mode & 0o777`)).toBe(0o600);
  });

  it('tags what comes by S3 with its keys, and by the page’s API with its token', async () => {
    const bytes = await readFile(join(SAMPLE_FOLDER, 'coffee.png'));
    const secretAccessKey = /^CLIPTAG_SECRET_ACCESS_KEY=(.*)$/m.exec(
      await inContainer(name, `fs.readFileSync('/data/access.env', 'utf8')`),
    )?.[1];
    const s3 = new S3Client({
      ...{ endpoint: server.s3Url, region, forcePathStyle: true },
      credentials: { accessKeyId: 'cliptag', secretAccessKey: secretAccessKey ?? '' },
    });
    await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'by-s3.png', Body: bytes }));
    s3.destroy();
    await client(server).upload(new Blob([new Uint8Array(bytes)]), { name: 'by-page.png' });
    for (const key of ['by-s3.png', 'by-page.png'])
      await expect.poll(() => statusOf(key), SOON).toBe('tagged');
    await expect(client(server, 'x'.repeat(24)).status()).rejects.toThrow();
  });

  it('tags the pictures of a folder of the host, which it cannot write to', async () => {
    await expect.poll(() => keysOf(server), SOON).toContain('pictures/of-the-host.jpg');
    await expect(docker('exec', name, 'node', '-e', `fs.writeFileSync('/pictures/x', '')`)).rejects.toThrow(
      'EROFS',
    );
  });

  it('answers the command line within it, which finds token and keys by itself', async () => {
    const [http, dynamodb] = [server.pageUrl, server.dynamodbUrl].map((url) => new URL(url).port);
    const ports = ['--dynamodb-port', String(dynamodb), '--http-port', String(http)];
    const answered = (...command: string[]) => docker('exec', name, 'cliptag', ...command);
    await expect
      .poll(() => answered('query', '--label', 'coffee', '--json', ...ports), SOON)
      .toContain('by-s3.png');
    await expect
      .poll(() => answered('search', 'coffee', '--http-port', String(http)), SOON)
      .toContain('by-page.png');
  });

  it('is healthy, by the check of its image, which fails without the pipeline', async () => {
    // It may be unhealthy meanwhile: on a busy machine a check takes longer than it may.
    const health = () => docker('inspect', '--format', '{{.State.Health.Status}}', name);
    await expect.poll(health, SOON).toBe('healthy\n');
    const check = ['node', '/app/infra/home-server/health-check.mjs'];
    expect(await docker('exec', name, ...check, '/data')).toContain('"deadLetters":0');
    await expect(docker('exec', name, ...check, '/tmp')).rejects.toThrow();
    await expect(docker('exec', '--env', 'CLIPTAG_TOKEN=wrong', name, ...check, '/data')).rejects.toThrow();
  });

  it('runs as a user without rights, and writes to its volume and /tmp alone', async () => {
    const writes = (path: string) =>
      `(() => { try { fs.writeFileSync('${path}/x', ''); return true; } catch { return false; } })()`;
    const places = ['/app', '/', '/etc', '/data', '/tmp'];
    const status = `Object.fromEntries(fs.readFileSync('/proc/1/status', 'utf8').match(/^(CapEff|CapBnd|NoNewPrivs):.*$/gm).map((line) => line.split(':\\t')))`;
    expect(
      await inContainer(
        name,
        `({ uid: process.getuid(), gid: process.getgid(), canWrite: [${places.map(writes)}], ...${status} })`,
      ),
    ).toEqual({
      ...{ uid: 1000, gid: 1000, canWrite: [false, false, false, true, true] },
      ...{ CapEff: '0'.repeat(16), CapBnd: '0'.repeat(16), NoNewPrivs: '1' },
    });
  });

  const shell = (command: string) => promisify(execFile)('sh', ['-ec', command], { timeout: 300_000 });

  it('has everything in a copy that was made while it was paused', async () => {
    // The samples, the two uploads, the picture of the host.
    await expect.poll(() => keysOf(server), SOON).toHaveLength((await sampleNames()).length + 3);
    const known = await keysOf(server);
    const copy = join(folder.folder, 'cliptag.tar');
    await docker('pause', name);
    await shell(`docker cp ${name}:/data/. - > ${copy}`);
    await docker('unpause', name);
    await create(restored, restoredVolume, join(folder.folder, 'pictures'));
    await shell(`docker cp - ${restored}:/data < ${copy}`);
    await docker('start', restored);
    const other = await served(restored);
    await expect.poll(() => keysOf(other), SOON).toEqual(known);
    // Token and keys came along.
    expect(await logOf(restored)).not.toMatch(MADE_TOKEN);
  });

  it('stops well by SIGTERM, and starts again with all it had, token included', async () => {
    const known = await keysOf(server);
    await docker('stop', name);
    expect((await docker('inspect', '--format', '{{.State.ExitCode}}', name)).trim()).toBe('0');
    await expect.poll(() => logOf(name), SOON).toContain('Stopping …');
    await docker('start', name);
    server = await served(name, 1);
    await expect.poll(() => keysOf(server), SOON).toEqual(known);
    expect((await logOf(name)).split(token)).toHaveLength(2);
  });
});
