import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { writeFit } from '../../functions/adapters/files/fit-file.ts';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { onnxTextEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { embeddingToBytes } from '../../functions/core/labels/embedding.ts';
import { promptsDigest } from '../../functions/core/labels/label-set.ts';
import { imageRecordOf } from '../../functions/core/records/image-record.ts';
import { putLabelEntry } from '../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import { commitRecord, readRecord } from '../../functions/core/records/record-commit.ts';
import { forEachPage } from '../../functions/core/records/table-scan.ts';
import type { ScannableTable } from '../../functions/core/records/tag-table.ts';
import {
  type DynamoDbEndpoint,
  startDynamoDbEndpoint,
} from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable } from '../../functions/local/dynamodb/table.ts';
import { startFaultyProxy } from '../fixtures/faulty-proxy.ts';
import { available } from '../integration/tools.ts';
import { type CliResult, COMPILED_CLI, jsonLines, runCli } from './support/cli-process.ts';
import { waitUntil } from './support.ts';

/** Enough that a run can be killed in the middle. */
const MANY = 300;
/** Several processes one after the other. */
const PATIENCE = { timeout: 300_000 };

let folder: string;
let endpoint: DynamoDbEndpoint;
let table: ScannableTable;
let here: string[];

/** Writes what the pipeline would have written of a picture that shows just what the text says. */
async function record(key: string, embedding: Uint8Array, modelDigest: string): Promise<void> {
  const object = { bucket: 'photos', key, eTag: 'etag', sizeBytes: 1234, sequencer: '1' };
  const content = { status: 'tagged', tags: [], modelDigest, embedding, labelSets: {} } as const;
  const time = { eventTime: '2026-11-23T12:00:00.000Z', now: new Date() };
  await commitRecord(nextImageRecord(undefined, object, content, time), [], table);
}

async function labelFile(version: number, labels: readonly string[]): Promise<string[]> {
  const path = join(folder, `mine-${version}.json`);
  const prompts = { promptTemplates: ['a photo of a {label}'], minimumScore: 0.2 };
  await writeFile(path, JSON.stringify({ name: 'mine', version, mode: 'exclusive', ...prompts, labels }));
  return ['--labels', path];
}

const retag = (...args: string[]) => runCli(['retag', ...args, ...here]);
const recordOf = (key: string) => readRecord({ bucket: 'photos', key }, table);
const labelsOf = async (key: string) => (await recordOf(key))?.tags.map(({ label }) => label);
const steps = (result: CliResult) => jsonLines<Record<string, unknown>>(result);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-cli-retag-'));
  endpoint = await startDynamoDbEndpoint({ folder: join(folder, 'dynamodb') });
  here = ['--dynamodb-port', String(endpoint.port)];
  await ensureTable(endpoint);
  const { url, credentials } = endpoint;
  table = dynamoDbTagTable({
    tableName: 'cliptag',
    client: { endpoint: url, credentials, region: 'us-east-1' },
  });
  const encoder = onnxTextEncoder(await readModel('models/embedded'));
  const embeddings = await encoder.encode(['a photo of a cat', 'a photo of a dog']);
  const [cat, dog] = embeddings.map(embeddingToBytes);
  await record('a/cat.jpg', cat!, encoder.modelDigest);
  await record('a/dog.jpg', dog!, encoder.modelDigest);
  for (let i = 0; i < MANY; i++) await record(`many/${i}.jpg`, cat!, encoder.modelDigest);
});
afterAll(async () => {
  await endpoint.close();
  await rm(folder, { recursive: true });
});

describe('cliptag retag', PATIENCE, () => {
  it('only says what would change with --dry-run', async () => {
    const labels = await labelFile(1, ['cat', 'car']);
    const { code, stdout, stderr } = await retag('--dry-run', '--prefix', 'a/', ...labels);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Images: 2 with tags\. [12] change, [01] keep their tags under other label sets, 0 are/,
    );
    expect(stdout).toMatch(/\nmine:cat +[12] +0 +0\n/);
    expect(stdout).toMatch(/\n {2}s3:\/\/photos\/a\/cat\.jpg {2}\+mine:cat \d\.\d\d/);
    expect(stdout).toMatch(/\nStale label entries: 0 found\.\n$/);
    expect(await recordOf('a/cat.jpg')).toMatchObject({ revision: 1, tags: [] });
  });

  it('writes what has changed, which queries find, and then nothing more', async () => {
    const first = await retag('--yes', '--prefix', 'a/', ...(await labelFile(2, ['cat', 'car'])));
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const labels = await labelFile(3, ['cat', 'dog']);
    const result = await retag('--yes', '--json', '--prefix', 'a/', ...labels);
    expect(steps(result)).toMatchObject([
      { step: 'plan', images: 2, right: 0 },
      { step: 'done', images: 2, right: 0, stale: 0, awaited: 0 },
    ]);
    expect(await labelsOf('a/dog.jpg')).toContain('dog');
    const found = await runCli(['query', '--label', 'mine:dog', '--json', ...here]);
    expect(jsonLines<{ key: string }>(found).map(({ key }) => key)).toContain('a/dog.jpg');
    const revision = (await recordOf('a/dog.jpg'))?.revision;
    const again = await retag('--yes', '--json', '--prefix', 'a/', ...labels);
    expect(steps(again)[1]).toMatchObject({ images: 2, right: 2, changed: 0, noted: 0 });
    expect((await recordOf('a/dog.jpg'))?.revision).toBe(revision);
  });

  it('applies what was fitted with its model since, and takes no notice of what was with another', async () => {
    const labels = await labelFile(3, ['cat', 'dog']);
    const path = labels[1]!;
    await retag('--yes', '--prefix', 'a/', ...labels);
    const planned = async () => {
      const result = await retag('--dry-run', '--json', '--prefix', 'a/', ...labels);
      return { ...steps(result)[0], stderr: result.stderr };
    };
    const set = (await readLabelSets([path]))[0]!;
    const [cat, dog] = set.labels.map((label) => {
      // Whatever the picture: three quarters for the dog.
      const offset = label.name === 'dog' ? Math.log(3) : 0;
      return { promptsDigest: promptsDigest(set, label), slope: 0, offset };
    });
    const fit = { fittedAt: '2026-11-30T12:00:00.000Z', labels: { cat: cat!, dog: dog! } };
    await writeFit(path, 'another-model', fit);
    expect(await planned()).toMatchObject({ images: 2, right: 2, changed: 0, noted: 0 });
    await writeFit(path, (await readModel('models/embedded', [])).digest, fit);
    expect(await planned()).toMatchObject({ images: 2, right: 0, stderr: '' });
    await retag('--yes', '--prefix', 'a/', ...labels);
    const { tags } = (await recordOf('a/cat.jpg'))!;
    expect(tags.map(({ label, score }) => [label, score])).toEqual([
      ['dog', 0.75],
      ['cat', 0.25],
    ]);
    expect(await planned()).toMatchObject({ images: 2, right: 2 });
    const words = await readFile(path, 'utf8');
    await writeFile(path, words.replace('a photo of a', 'a picture of a'));
    expect((await planned()).stderr).toMatch(/label set "mine" .*"cat", "dog" is left out/);
    await writeFile(path, words);
    await rm(path.replace('.json', '.fits.json'));
    await retag('--yes', '--prefix', 'a/', ...labels);
    expect((await recordOf('a/cat.jpg'))?.tags[0]).toMatchObject({ label: 'cat' });
  });

  it('goes on with the rest after kill -9', async () => {
    const args = ['--yes', '--json', '--prefix', 'many/', ...(await labelFile(4, ['cat', 'dog']))];
    // From some write on the table answers no more: all that is written by then is a part, whenever the kill comes.
    let writes = 0;
    let isStuck = false;
    const proxy = await startFaultyProxy(endpoint.url, (_, __, operation) => {
      if (/\.(Put|Update|BatchWrite|TransactWrite)/.test(operation)) writes += 1;
      isStuck ||= writes > MANY;
      return isStuck ? 'silent' : 'none';
    });
    const through = ['--dynamodb-port', new URL(proxy.url).port];
    const child = spawn(process.execPath, [COMPILED_CLI, 'retag', ...args, ...through], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    const done = async () => {
      let count = 0;
      await forEachPage(table, { prefix: 'many/' }, async (items) => {
        const records = items.filter(({ SK }) => SK === 'IMAGE').map(imageRecordOf);
        count += records.filter(({ labelSets }) => labelSets?.mine).length;
      });
      return count;
    };
    await waitUntil(async () => isStuck);
    child.kill('SIGKILL');
    await exited;
    await proxy.close();
    const before = await done();
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(MANY);
    const rest = await retag(...args);
    const { right, changed } = steps(rest)[1] as { right: number; changed: number };
    // What was on its way to the table when the process died may have come there yet.
    expect(right).toBeGreaterThanOrEqual(before);
    expect(changed).toBeGreaterThan(0);
    expect(right + changed).toBe(MANY);
    expect(await done()).toBe(MANY);
    expect(await labelsOf('many/7.jpg')).toContain('cat');
  });

  it('removes label entries that no image record confirms', async () => {
    const stale = { bucket: 'photos', key: 'a/cat.jpg', sequencer: '0', revision: 1 };
    await table.write(putLabelEntry(stale, { set: 'mine', label: 'pagoda', score: 0.9 }));
    const labels = await labelFile(3, ['cat', 'dog']);
    const { code, stdout } = await retag('--yes', '--prefix', 'a/', ...labels);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nStale label entries: 1 removed\.\n$/);
  });

  it('rejects embeddings of another model: counts them, leaves them alone and names the way out', async () => {
    await record('b/foreign.jpg', new Uint8Array(4), 'another-model');
    const { code, stdout, stderr } = await retag('--yes', '--prefix', 'b/', ...(await labelFile(1, ['cat'])));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Images: 1 with tags\. 0 change.* 1 cannot be retagged\n/);
    expect(stderr).toMatch(
      /^cliptag retag: 1 tagged images have an embedding of model another-model .* cliptag start tags them anew by itself, .* npx cliptag backfill s3:\/\/photos\/\n$/,
    );
    expect((await recordOf('b/foreign.jpg'))?.revision).toBe(1);
  });

  it('rejects writing without a yes where nobody can be asked', async () => {
    const { code, stdout, stderr } = await retag(...(await labelFile(1, ['cat'])));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('cliptag retag: expected --dry-run or --yes where there is no terminal to ask at\n');
  });
});

describe('cliptag labels diff', PATIENCE, () => {
  const diff = (...args: string[]) => runCli(['labels', 'diff', ...args, ...here]);
  const files = async () =>
    [await labelFile(8, ['cat', 'car']), await labelFile(9, ['cat', 'dog'])].map(([, path = '']) => path);

  it('says what other label sets would make of stored images, and writes nothing', async () => {
    const [before, after] = await files();
    const record = await recordOf('a/dog.jpg');
    const result = await diff(before!, after!, '--prefix', 'a/', '--json');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const [tally] = jsonLines<{ images: number; labels: { label: string; added: number }[] }>(result);
    expect(tally).toMatchObject({ images: 2, foreign: {} });
    expect(tally?.labels.find(({ label }) => label === 'dog')).toMatchObject({ set: 'mine', added: 1 });
    expect(await recordOf('a/dog.jpg')).toEqual(record);
    const { stdout } = await diff(before!, after!, '--prefix', 'a/');
    expect(stdout).toMatch(
      /^Images: 2\. \d have other tags by .*mine-9\.json than by .*mine-8\.json, \d the same ones\n/,
    );
    expect(stdout).toMatch(/\n {2}s3:\/\/photos\/a\/dog\.jpg .*\+mine:dog \d\.\d\d/);
  });

  it('rejects images of other models, and places without any', async () => {
    const [before, after] = await files();
    const foreign = await diff(before!, after!, '--prefix', 'b/');
    expect(foreign).toMatchObject({ code: 1, stdout: expect.stringMatching(/, 1 cannot be compared\n/) });
    expect(foreign.stderr).toMatch(
      /^cliptag labels diff: 1 images have an embedding of model another-model, and .* cliptag start tags them anew/,
    );
    expect(await diff(before!, after!, '--prefix', 'nowhere/')).toMatchObject({
      code: 1,
      stderr: 'cliptag labels diff: there are no tagged images to compare on\n',
    });
  });
});

const hasTerminal = available('script');

describe.skipIf(!hasTerminal)('cliptag retag on a terminal', PATIENCE, () => {
  /** As a user does: `script` gives it a terminal, and types the answer. */
  async function answered(answer: string, labels: readonly string[]): Promise<string> {
    const quoted = [process.execPath, COMPILED_CLI, 'retag', '--prefix', 'a/', ...labels, ...here]
      .map((word) => `'${word}'`)
      .join(' ');
    const child = spawn('script', ['-qec', quoted, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const hadAsked = shown.includes('[y/N]');
      shown += chunk;
      if (!hadAsked && shown.includes('[y/N]')) child.stdin.write(`${answer}\n`);
    });
    await once(child, 'close');
    return shown;
  }

  it('shows the diff, asks, and writes nothing without a yes', async () => {
    const labels = await labelFile(5, ['dog', 'car']);
    const before = await recordOf('a/dog.jpg');
    const shown = await answered('n', labels);
    expect(shown).toMatch(
      /Images: 2 with tags[\s\S]*stale label entries\? \[y\/N\][\s\S]*nothing was written/,
    );
    expect(await recordOf('a/dog.jpg')).toEqual(before);
  });

  it('writes after a yes', async () => {
    const shown = await answered('y', await labelFile(5, ['dog', 'car']));
    expect(shown).toMatch(/Written: 1 images with other tags, 1 with the same/);
    expect((await recordOf('a/dog.jpg'))?.labelSets).not.toEqual({});
    expect(await labelsOf('a/dog.jpg')).toEqual(['dog']);
  });
});
