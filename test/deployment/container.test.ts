import { spawnSync } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLabelSetFiles } from '../../functions/adapters/files/label-set-files.ts';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { stageImage } from '../../infra/packaging/image.ts';
import { behavesAsFunction } from '../e2e/container-behaviour.ts';
import { outlivesItsProcess } from '../e2e/container-deaths.ts';
import { docker, RESTRICTIONS, remove, startContainer } from '../e2e/container-engine.ts';
import { functionVariables, layOut, sandboxObstacle, startSandbox } from '../e2e/container-function.ts';
import { makeFolder, repository } from '../e2e/support.ts';
import { functionUrlEvent } from '../fixtures/function-url-event.ts';
import { startStores } from '../fixtures/stores.ts';

/** The image without its base and model, so that no other package or platform slips in. Measured: 68 MB on x86. */
const MAXIMUM_OWN_BYTES = 75e6;
/** The whole image with ViT-B/32. */
const MAXIMUM_BYTES = 350e6;
const VIT_B_32_BYTES = 89_909_742;

const baseImage = process.env.CLIPTAG_BASE_IMAGE;
const image = `cliptag-test-${process.pid}`;

const noSandbox = sandboxObstacle();
const noEngine = engineObstacle();
if (noSandbox) console.info(`Skipped: the function in a sandbox (${noSandbox})`);
if (noEngine) console.info(`Skipped: the function in a container (${noEngine})`);

function engineObstacle(): string | undefined {
  if (!baseImage) return 'CLIPTAG_BASE_IMAGE names no base image: .ci/run looks for one before the tests';
  const { status } = spawnSync('docker', ['version'], { timeout: 60_000 });
  return status === 0 ? undefined : 'no Docker engine answers: start one';
}

let folder: string;
let removeFolder: () => Promise<void>;
let stores: Awaited<ReturnType<typeof startStores>>;
let staged: string;
beforeAll(async () => {
  ({ folder, remove: removeFolder } = await makeFolder());
  stores = await startStores();
  const [model, labelSets] = await Promise.all([
    readModel(join(repository, 'models/embedded')),
    readLabelSetFiles([join(repository, 'models/labels')]),
  ]);
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  if (noSandbox && noEngine) return;
  staged = await stageImage({ model, labelSets, architecture, withPackages: true, folder });
});
afterAll(async () => {
  await stores?.close();
  await removeFolder?.();
});

function variables() {
  const { s3Options, tableOptions } = stores;
  return functionVariables({
    s3Url: s3Options.endpoint,
    dynamodbUrl: tableOptions.client.endpoint,
    tableName: tableOptions.tableName,
  });
}

/** Answers with what it could do that it should not: write where the function is, or in the root; be root. */
const PROBE = `import { readdirSync, writeFileSync } from 'node:fs';
const canWrite = (path) => { try { writeFileSync(path, ''); return true; } catch { return false; } };
export const handler = () => ({
  user: process.getuid(),
  canWrite: ['/var/task/x', '/x', '/usr/x', '/tmp/x'].filter(canWrite),
  processes: readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length,
});`;

describe.skipIf(noSandbox)('the files of the image, read-only and without rights', () => {
  async function start(changes: Record<string, string> = {}) {
    const task = join(folder, 'task');
    const own = await layOut(staged, task);
    return startSandbox(task, { ...own, ...variables(), ...changes });
  }

  behavesAsFunction(() => stores, start);
  outlivesItsProcess(() => stores, start);

  it('may write in /tmp only, as a user without rights, and sees no other process', async () => {
    const task = join(folder, 'probe');
    await mkdir(task);
    await writeFile(join(task, 'handler.mjs'), PROBE);
    const probe = await startSandbox(task, variables());
    try {
      expect(await probe.invoke({})).toEqual({ user: 993, canWrite: ['/tmp/x'], processes: 1 });
    } finally {
      await probe.stop();
    }
  });

  it('retags, by its other command: a segment of the table, and the sum of all', async () => {
    const worker = await start({ _HANDLER: 'retag.handler' });
    try {
      const order = { run: 'test', of: 1 };
      const segment = { ...order, task: 'segment', segment: 0, request: { mode: 'write' } };
      expect(await worker.invoke(segment)).toMatchObject({ ...segment, isDone: true });
      const sum = (await worker.invoke({ ...order, task: 'summary' })) as Record<string, unknown>;
      // What the function has tagged before, by the very same label sets.
      expect(sum).toMatchObject({ changed: 0, stale: 0, foreign: {}, by: { labelSets: expect.anything() } });
      expect(sum.images).toBeGreaterThan(0);
      expect(sum.right).toBe(sum.images);
      await expect(worker.invoke({ ...order, task: 'write' })).rejects.toThrow(/"invalid-input"/);
    } finally {
      await worker.stop();
    }
  });

  it('serves the API, by its other command and with what encodes texts', async () => {
    const [model, labelSets] = await Promise.all([
      readModel(join(repository, 'models/embedded')),
      readLabelSetFiles([join(repository, 'models/labels')]),
    ]);
    const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';
    const withApi = await stageImage({
      ...{ model, labelSets, architecture, withPackages: true, folder: join(folder, 'with-api') },
      api: true,
    });
    const task = join(folder, 'api-task');
    const queue = 'http://127.0.0.1:9/queue';
    const server = await startSandbox(task, {
      ...(await layOut(withApi, task)),
      ...variables(),
      ...{ _HANDLER: 'api.handler', BUCKETS: 'bench', QUEUE_URL: queue, DEAD_LETTER_QUEUE_URL: queue },
    });
    const ask = async (path: string, init?: RequestInit) => {
      const event = await functionUrlEvent(new Request(`https://api.example/api/v1${path}`, init));
      return (await server.invoke(event)) as { statusCode: number; body: string };
    };
    try {
      const found = await ask(`/search?q=${encodeURIComponent('"a cat"')}&all=true`);
      expect([found.statusCode, JSON.parse(found.body)]).toMatchObject([200, { total: expect.any(Number) }]);
      const picture = await readFile(join(SAMPLE_FOLDER, 'chelsea.png'));
      const body = new Blob([new Uint8Array(picture)], { type: 'image/png' });
      expect((await ask('/similar', { method: 'POST', body })).statusCode).toBe(200);
      expect((await ask('/corrections', { method: 'POST' })).statusCode).toBe(404);
    } finally {
      await server.stop();
    }
  });

  async function refusalOf(changes: Record<string, string>): Promise<unknown> {
    const running = await start(changes);
    try {
      return await running.ready.catch(String);
    } finally {
      await running.stop();
    }
  }

  it('rejects an environment that is not complete, and Lambda is told', async () => {
    expect(await refusalOf({ TABLE_NAME: '', MAXIMUM_BYTES: 'many' })).toMatch(
      /TABLE_NAME[\s\S]*MAXIMUM_BYTES/,
    );
  });

  it('rejects starting without its classifiers: what would compile them is not in the image', async () => {
    expect(await refusalOf({ CLASSIFIER_FOLDER: '/tmp' })).toMatch(
      /Expected .*(tokenizer\.json|text-encoder\.onnx)/,
    );
  });
});

describe.skipIf(noEngine)('the image in a container', () => {
  beforeAll(() => build());
  afterAll(() => remove('image', image));

  async function build(...flags: string[]): Promise<void> {
    const parameters = ['build', '--build-arg', `BASE=${baseImage}`, '--network', 'none', '-t', image];
    await docker(...parameters, ...flags, staged);
  }
  const inspected = async (name: string, what: string) =>
    (await docker('image', 'inspect', '--format', what, name)).trim();

  const start = (changes: Record<string, string> = {}) =>
    startContainer(image, { ...variables(), ...changes });

  behavesAsFunction(() => stores, start);
  outlivesItsProcess(() => stores, start);

  it('shows neither environment nor memory of a function to the programs that decode', async () => {
    // A child of the same user looks at its parent.
    const looks = `const { openSync } = require('node:fs');
      const opens = (name) => { try { return openSync('/proc/' + process.ppid + '/' + name) > 0; } catch { return false; } };
      console.log(['environ', 'mem', 'maps'].filter(opens).join());`;
    const parent = `require('node:child_process').spawnSync(process.execPath, ['-e', process.argv[1]], { stdio: 'inherit' })`;
    const seenIn = async (of: string) => {
      const run = [...['run', '--rm', '--user', '993:990'], ...RESTRICTIONS];
      const entry = ['--entrypoint', '/var/lang/bin/node', of, '-e', parent, looks];
      return (await docker(...run, ...entry)).trim();
    };
    expect(await seenIn(image)).toBe('');
    expect(await seenIn(baseImage ?? '')).toBe('environ,mem,maps');
  });

  it('holds no more than it needs: within 350 MB with ViT-B/32', async () => {
    const bytes = async (name: string) => Number(await inspected(name, '{{.Size}}'));
    const base = await bytes(baseImage ?? '');
    const { size: model } = await stat(join(staged, 'model/image-encoder.onnx'));
    const own = (await bytes(image)) - base - model;
    expect(own).toBeLessThan(MAXIMUM_OWN_BYTES);
    const megabytes = (count: number) => `${(count / 1e6).toFixed(0)} MB`;
    console.log(
      `the image: ${megabytes(own)} and its base, ${megabytes(base)}; ${megabytes(own + base + VIT_B_32_BYTES)} with ViT-B/32`,
    );
    // AWS's base also holds its SDK and npm: its size is not ours to promise.
    if (!baseImage?.startsWith('public.ecr.aws/'))
      expect(own + base + VIT_B_32_BYTES).toBeLessThan(MAXIMUM_BYTES);
  });

  it('is made for SnapStart when asked to', async () => {
    const label = '{{index .Config.Labels "com.amazonaws.lambda.feature.snapstart"}}';
    expect(await inspected(image, label)).toBe('');
    await build('--build-arg', 'SNAPSTART=Allow');
    expect(await inspected(image, label)).toBe('Allow');
  });
});
