import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { embeddingFromBytes, embeddingToBytes, normalised } from '../../functions/core/labels/embedding.ts';
import { labelSetDigest, parseLabelSet, promptsDigest } from '../../functions/core/labels/label-set.ts';
import type { Tag } from '../../functions/core/labels/scores.ts';
import { fixedWidthSequencer } from '../../functions/core/objects/object.ts';
import type { ImageContent } from '../../functions/core/records/image-record.ts';
import { putImageRecord } from '../../functions/core/records/image-record.ts';
import { putLabelEntry } from '../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import {
  type DynamoDbEndpoint,
  startDynamoDbEndpoint,
} from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable } from '../../functions/local/dynamodb/table.ts';
import { jsonLines, runCli } from './support/cli-process.ts';

let folder: string;
let endpoint: DynamoDbEndpoint;
let here: string[];

const embedding = { modelDigest: 'model', values: normalised([3, 4]) };
const tag = (label: string, score: number, set = 'general'): Tag => ({ set, label, score });
const tagged = (...tags: Tag[]): ImageContent => ({
  status: 'tagged',
  width: 640,
  height: 480,
  format: 'jpeg',
  tags,
  modelDigest: embedding.modelDigest,
  embedding: embeddingToBytes(embedding),
  labelSets: { general: 'digest' },
});

/** Writes what the pipeline would have written. */
async function record(key: string, content: ImageContent, bucket = 'photos'): Promise<void> {
  const { url, credentials } = endpoint;
  const client = { endpoint: url, credentials, region: 'us-east-1' };
  const table = dynamoDbTagTable({ tableName: 'cliptag', client });
  const object = { bucket, key, eTag: 'etag', sizeBytes: 1234, sequencer: fixedWidthSequencer('1') };
  const time = { eventTime: '2026-11-23T12:00:00.000Z', now: new Date('2026-11-23T12:00:01Z') };
  const written = nextImageRecord(undefined, object, content, time);
  for (const each of content.tags) await table.write(putLabelEntry(written, each));
  await table.write(putImageRecord(written));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-cli-table-'));
  endpoint = await startDynamoDbEndpoint({ folder });
  here = ['--dynamodb-port', String(endpoint.port)];
  await ensureTable(endpoint);
  await record('a/dog.jpg', tagged(tag('dog', 0.9), tag('animal', 0.95)));
  await record(
    'a/both.jpg',
    tagged(tag('dog', 0.6), tag('cat', 0.5), tag('outdoors', 0.8, 'indoor-outdoor')),
  );
  await record('b/cat.jpg', {
    ...tagged(tag('cat', 0.7)),
    takenAt: '2024-06-01T18:20:05.120+02:00',
    camera: 'Canon EOS R5',
    latitude: 48.85822,
    longitude: -2.2945,
    differenceHash: '3c7e66241818183c',
    sharpness: 1230,
    colour: '#6f7a4c',
  });
  await record('-dash.jpg', tagged(), 'other');
  await record('esc\u001b[2J.txt', { status: 'failed', reason: 'Expected an image', tags: [] });
});
afterAll(async () => {
  await endpoint.close();
  await rm(folder, { recursive: true });
});

describe('cliptag query', () => {
  const keysOf = async (...args: string[]) => {
    const result = await runCli(['query', ...args, '--json', ...here]);
    expect(result.stderr).toBe('');
    return jsonLines<{ key: string }>(result).map(({ key }) => key);
  };

  it.each<[string, string[], string[]]>([
    ['one label, best first', ['--label', 'dog'], ['a/dog.jpg', 'a/both.jpg']],
    ['a label in another letter case', ['--label', 'DOG', '--limit', '1'], ['a/dog.jpg']],
    ['all labels', ['--label', 'dog', '--label', 'cat'], ['a/both.jpg']],
    ['any label', ['--label', 'dog', '--label', 'cat', '--any'], ['a/dog.jpg', 'b/cat.jpg', 'a/both.jpg']],
    ['no unwanted label', ['--label', 'cat', '--not', 'dog'], ['b/cat.jpg']],
    ['a minimum score', ['--label', 'dog', '--min-score', '0.7'], ['a/dog.jpg']],
    ['a prefix and a bucket', ['--label', 'cat', '--prefix', 'b/', '--bucket', 'photos'], ['b/cat.jpg']],
    ['another bucket', ['--label', 'cat', '--bucket', 'other'], []],
    ['a label of a named label set', ['--label', 'indoor-outdoor:outdoors'], ['a/both.jpg']],
    ['a label set that is not at hand', ['--label', 'mine:dog'], []],
  ])('finds images by %s', async (_, args, keys) => {
    expect(await keysOf(...args)).toEqual(keys);
  });

  it('prints score, place and tags of an image', async () => {
    const { stdout } = await runCli(['query', '--label', 'cat', '--prefix', 'b/', ...here]);
    expect(stdout).toBe('0.70  s3://photos/b/cat.jpg  cat 0.70\n');
  });

  it('says how many images there are besides those that it shows', async () => {
    const query = ['query', '--label', 'dog', '--label', 'cat', '--any', ...here];
    expect((await runCli([...query, '--limit', '2'])).stdout).toMatch(
      /\n2 of 3 images; --limit 3 shows all\n$/,
    );
    expect((await runCli([...query, '--limit', '3'])).stdout).not.toContain('--limit');
  });

  it('rejects a label that no label set knows, with the nearest one', async () => {
    const { code, stdout, stderr } = await runCli(['query', '--label', 'dgo', ...here]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^cliptag query: no label set .* knows "dgo" .*; did you mean "dog"\?\n$/);
  });
});

describe('cliptag show', () => {
  it('tells which labels were learned from examples, by the label sets that it was tagged with', async () => {
    const words = parseLabelSet(
      { name: 'mine', version: 1, mode: 'independent', labels: ['rex', 'boat'] },
      'mine',
    );
    const direction = Buffer.from(embeddingToBytes(embedding)).toString('base64');
    const [rex] = words.labels;
    const labels = { rex: { promptsDigest: promptsDigest(words, rex!), slope: 1, offset: 0, direction } };
    const fits = { model: { version: 1, fittedAt: '2026-11-30T10:00:00.000Z', labels } };
    const [set, fitted] = [join(folder, 'mine.json'), join(folder, 'mine.fits.json')];
    await writeFile(set, JSON.stringify(words));
    await writeFile(fitted, JSON.stringify({ fits }));
    const digest = labelSetDigest({ ...words, fits }, 'model');
    const content = tagged(tag('rex', 0.9, 'mine'), tag('boat', 0.8, 'mine'));
    await record('learned.jpg', { ...content, labelSets: { mine: digest } });
    await record('before.jpg', { ...content, labelSets: { mine: 'earlier' } });
    const show = (key: string, ...more: string[]) => runCli(['show', key, '--labels', set, ...more, ...here]);
    expect((await show('learned.jpg')).stdout).toMatch(/^said by +learned: rex; the model: boat$/m);
    const learned = [{ set: 'mine', label: 'rex' }];
    expect(jsonLines(await show('learned.jpg', '--json'))).toMatchObject([{ learned }]);
    expect(jsonLines(await show('before.jpg', '--json'))).toMatchObject([{ learned: [] }]);
    expect((await runCli(['show', 'learned.jpg', ...here])).stdout).not.toContain('said by');
  });

  it('says when an image was deleted, and never that it was uploaded then', async () => {
    await record('gone.jpg', { status: 'deleted', tags: [] }, 'other');
    const { code, stdout } = await runCli(['show', 's3://other/gone.jpg', ...here]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^status +deleted$/m);
    expect(stdout).toMatch(/^deleted +2026-11-23T12:00:00\.000Z$/m);
    expect(stdout).toMatch(/^known until +2026-12-23T12:00:01\.000Z$/m);
    expect(stdout).not.toMatch(/^(uploaded|tags)/m);
  });

  it('prints the record, with its embedding only when asked', async () => {
    const [record] = jsonLines<object>(await runCli(['show', 'a/dog.jpg', '--json', ...here]));
    expect(record).toMatchObject({ bucket: 'photos', key: 'a/dog.jpg', status: 'tagged', width: 640 });
    expect(record).not.toHaveProperty('embedding');
    const [whole] = jsonLines(await runCli(['show', 'a/dog.jpg', '--embedding', '--json', ...here]));
    const stored = embeddingFromBytes(embeddingToBytes(embedding), 'model');
    expect(whole).toEqual({ ...record, embedding: [...stored.values] });
  });

  it('takes an address, and a key that begins with - after --', async () => {
    const byAddress = await runCli(['show', 's3://other/-dash.jpg', ...here]);
    const byKey = await runCli(['show', '--bucket', 'other', ...here, '--', '-dash.jpg']);
    expect(byAddress.stdout).toMatch(
      /^image +s3:\/\/other\/-dash\.jpg\nstatus +tagged\ntags +no label fits\n/,
    );
    expect(byKey.stdout).toBe(byAddress.stdout);
  });

  it('gives a reason without obeying what stands in a key', async () => {
    const { stdout } = await runCli(['show', 'esc\u001b[2J.txt', ...here]);
    expect(stdout).toMatch(
      /^image +s3:\/\/photos\/esc\\u001b\[2J\.txt\nstatus +failed\nreason +Expected an image\n/,
    );
  });

  it('prints what EXIF and pixels tell', async () => {
    const { stdout } = await runCli(['show', 'b/cat.jpg', ...here]);
    const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows).toEqual(
      expect.arrayContaining([
        ['taken', '2024-06-01T18:20:05.120+02:00'],
        ['camera', 'Canon EOS R5'],
        ['place', '48.85822, -2.2945'],
        ['colour', '#6f7a4c'],
        ['sharpness', '1230'],
        ['difference hash', '3c7e66241818183c'],
      ]),
    );
    const [shown] = jsonLines(await runCli(['show', 'b/cat.jpg', '--json', ...here]));
    expect(shown).toMatchObject({
      camera: 'Canon EOS R5',
      longitude: -2.2945,
      differenceHash: '3c7e66241818183c',
    });
  });

  it('rejects an image without a record', async () => {
    const { code, stdout, stderr } = await runCli(['show', 'none.jpg', ...here]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('cliptag show: there is no record of s3://photos/none.jpg\n');
  });
});

describe('cliptag correct', () => {
  const correct = (...args: string[]) => runCli(['correct', 'c/corrected.jpg', ...args, ...here]);
  const found = async (label: string) => {
    const { stdout } = await runCli(['query', '--label', label, '--prefix', 'c/', '--json', ...here]);
    return stdout === '' ? undefined : (JSON.parse(stdout) as { score: number }).score;
  };
  beforeAll(() => record('c/corrected.jpg', tagged(tag('dog', 0.6), tag('animal', 0.7))));

  it('says which labels an image has, and every reader takes it for true', async () => {
    const today = () => new Date().toISOString().slice(0, 10);
    const before = today();
    const { code, stdout, stderr } = await correct('--add', 'KITTEN', '--remove', 'dog');
    // It may be past midnight by now.
    const days = [before, today()];
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const shownOn = (day: string) =>
      'image      s3://photos/c/corrected.jpg\n' +
      'tags       animal 1.00, cat 1.00\n' +
      `corrected  +general:cat ${day}, -general:dog ${day} (model 0.60), +general:animal by cat (model 0.70)\n`;
    expect(days.map(shownOn)).toContain(stdout);
    expect([await found('cat'), await found('animal'), await found('dog')]).toEqual([1, 1, undefined]);
    const shown = await runCli(['show', 'c/corrected.jpg', ...here]);
    expect(shown.stdout).toContain(stdout.split('\n')[2]!.replace(/^corrected +/, ''));
    expect(shown.stdout).toMatch(/^said by +a person: animal, cat$/m);
  });

  it('takes it back', async () => {
    const [cleared] = jsonLines<object>(await correct('--clear', 'cat', '--clear', 'dog', '--json'));
    expect(cleared).toMatchObject({
      tags: [
        { label: 'animal', score: 0.7 },
        { label: 'dog', score: 0.6 },
      ],
    });
    expect(cleared).not.toHaveProperty('corrections');
    expect(cleared).not.toHaveProperty('embedding');
    expect([await found('cat'), await found('animal'), await found('dog')]).toEqual([undefined, 0.7, 0.6]);
  });

  it('takes a label of a label set that is not at hand, and with --force one that its set does not know', async () => {
    await correct('--add', 'people:grandma');
    const { stdout } = await correct('--add', 'general:tricorne', '--force');
    expect(stdout).toContain(
      'tags       general:tricorne 1.00, general:animal 0.70, general:dog 0.60, people:grandma 1.00\n',
    );
    await correct('--clear', 'people:grandma', '--clear', 'general:tricorne');
  });

  it.each<[string, string[], number, RegExp]>([
    ['a misspelt label', ['--add', 'kitten', '--add', 'dgo'], 2, /knows "dgo" .*; did you mean "dog"\?/],
    [
      'a label that its label set does not know',
      ['--add', 'general:tricorne'],
      2,
      /\(general\) knows "tricorne"/,
    ],
    [
      'a word that no label set knows, even with --force',
      ['--remove', 'hound dog', '--force'],
      2,
      /"hound dog"/,
    ],
    [
      'a label that is both there and not',
      ['--add', 'dog', '--remove', 'DOG'],
      2,
      /for general:dog but received more/,
    ],
  ])('rejects %s, and writes nothing', async (_, args, code, message) => {
    const before = (await runCli(['show', 'c/corrected.jpg', '--json', ...here])).stdout;
    const rejected = await correct(...args);
    expect(rejected).toMatchObject({ code, stdout: '' });
    expect(rejected.stderr).toMatch(message);
    expect((await runCli(['show', 'c/corrected.jpg', '--json', ...here])).stdout).toBe(before);
  });

  it('rejects an image without a record, and one without tags', async () => {
    const none = await runCli(['correct', 'none.jpg', '--add', 'dog', ...here]);
    expect(none).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: 'cliptag correct: there is no record of s3://photos/none.jpg\n',
    });
    const failed = await runCli(['correct', 'esc\u001b[2J.txt', '--add', 'dog', ...here]);
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(/s3:\/\/photos\/esc\\u001b\[2J\.txt is failed/);
  });
});

describe('cliptag status', () => {
  const images = { tagged: 6, unsupported: 0, failed: 1, deleted: 0 };

  it('counts images by status, and messages where the pipeline tells', async () => {
    const status = { queue: { visible: 4, inFlight: 2 }, deadLetters: 1 };
    const page = createServer((request, response) =>
      response.writeHead(request.url === '/status.json' ? 200 : 404).end(JSON.stringify(status)),
    );
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    const port = String((page.address() as AddressInfo).port);
    const [answer] = jsonLines(await runCli(['status', '--http-port', port, '--json', ...here]));
    expect(answer).toEqual({ bucket: 'photos', images, ...status });
    const { stdout } = await runCli(['status', '--http-port', port, ...here]);
    expect(stdout).toMatch(/^tagged +6\n(.*\n)*queue: 4 waiting, 2 in flight\ndead-letter queue: 1\n$/);
    page.close();
  });

  it('says so where nobody tells of the queue', async () => {
    const [answer] = jsonLines(await runCli(['status', '--http-port', '1', '--json', ...here]));
    expect(answer).toEqual({ bucket: 'photos', images, queue: null, deadLetters: null });
    const { code, stdout } = await runCli(['status', '--http-port', '1', '--prefix', 'a/', ...here]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^tagged +2\n(.*\n)*queue: unknown \(no local pipeline.*\ndead-letter queue: unknown.*\n$/,
    );
  });
});

describe('without a local pipeline', () => {
  it.each([['query', '--label', 'dog'], ['show', 'a.jpg'], ['status']])(
    'rejects %s with one line that says what to do',
    async (...args) => {
      // Nothing listens on port 1: only the system may.
      const { code, stdout, stderr } = await runCli([...args, '--dynamodb-port', '1']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toBe(
        `cliptag ${args[0]}: no local pipeline answers on 127.0.0.1:1: start it with cliptag start, or name a deployed one with --stack\n`,
      );
    },
  );

  it('rejects a DynamoDB without the table', async () => {
    const empty = await startDynamoDbEndpoint({ folder: join(folder, 'empty') });
    const { code, stdout, stderr } = await runCli(['status', '--dynamodb-port', String(empty.port)]);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'cliptag status: there is no table "cliptag"\n',
    });
    await empty.close();
  });

  it('rejects a port where something else answers', async () => {
    const other = createServer((_, response) => response.writeHead(418).end('<html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const port = String((other.address() as AddressInfo).port);
    const { code, stdout, stderr } = await runCli(['status', '--dynamodb-port', port]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^cliptag status: the table cannot be read: .*\n$/);
    other.close();
  });
});
