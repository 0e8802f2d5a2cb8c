import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitFileOf } from '../../functions/adapters/files/fit-file.ts';
import { readRecord } from '../../functions/core/records/record-commit.ts';
import { LOCAL_BUCKET_NAME } from '../../functions/local/pipeline.ts';
import { type PageOnTinyPipeline, startPageOnTinyPipeline } from '../fixtures/page-on-tiny-pipeline.ts';
import { drawn } from '../fixtures/pictures.ts';
import { tinyModelFolder, uploadPictures } from '../fixtures/tiny-pipeline.ts';
import { jsonLines, runCli } from './support/cli-process.ts';

interface Answer {
  readonly isChanged: boolean;
  readonly isWritten: boolean;
  readonly images: { readonly collection: number; readonly labelled: number };
  readonly labels: ReadonlyArray<{
    readonly label: string;
    readonly shown: { readonly before: number; readonly after: number };
    readonly positives: number;
    readonly negatives: number;
  }>;
}

const KEYS = Array.from({ length: 40 }, (_, i) => `${i}.png`);
const LABELS = 'name: tiny\nversion: 1\nmode: independent\nminimumScore: 0.5\nlabels: [cat, dog, boat]\n';

let folder: string;
let labels: string;
let running: PageOnTinyPipeline;
let here: string[];

const model = () => ['--model', tinyModelFolder(folder, 10)];
const calibrate = (...args: string[]) => runCli(['labels', 'calibrate', ...args, ...model(), ...here]);
const fitFile = () => fitFileOf(labels);
const digestNow = () => running.pipeline.tagger.classifiers[0]?.labelSetDigest;
const until = async (isSo: () => boolean) => {
  while (!isSo()) await sleep(10);
};

/** Images that carry each label, as their records have it. */
async function shown(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const key of KEYS) {
    const record = await readRecord({ bucket: LOCAL_BUCKET_NAME, key }, running.pipeline.tagger.table);
    for (const { label } of record?.tags ?? []) counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

function counted({ labels: found }: Answer, side: 'before' | 'after'): Record<string, number> {
  return Object.fromEntries(
    found.flatMap(({ label, shown: { [side]: count } }) => (count > 0 ? [[label, count]] : [])),
  );
}

async function retag(): Promise<void> {
  const result = await runCli(['retag', '--yes', ...model(), ...here]);
  expect(result).toMatchObject({ code: 0, stderr: '' });
}

async function answerOf(...args: string[]): Promise<Answer> {
  const result = await calibrate(...args, '--json');
  expect(result.code).toBe(0);
  const [answer] = jsonLines<Answer>(result);
  if (!answer) throw new Error('Expected an answer');
  return answer;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-calibrate-'));
  labels = join(folder, 'labels.yaml');
  running = await startPageOnTinyPipeline(folder);
  const before = digestNow();
  await writeFile(labels, LABELS);
  await until(() => digestNow() !== before);
  await uploadPictures(running.pipeline, KEYS);
  const httpPort = new URL(running.api).port;
  here = ['--http-port', httpPort, '--dynamodb-port', String(running.pipeline.dynamodb.port)];
});
afterAll(async () => {
  await running.close();
  await rm(folder, { recursive: true });
});

// In this order: each goes on from what the one before has left.
describe('cliptag labels calibrate', () => {
  it('says what would change with --dry-run, of the label set that the pipeline calls so, and writes nothing', async () => {
    const { code, stdout, stderr } = await calibrate('tiny', '--dry-run');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(
      /^tiny \(independent, .*labels\.yaml\) with model .*: 40 pictures of the collection, /,
    );
    expect(stdout).toMatch(/\nLABEL +BEFORE +AFTER +LOWEST SCORE +WITHOUT IT +REMARKS\n/);
    expect(stdout).toMatch(/\ncat +\d+ +\d+ +0\.50 +-?\d\.\d{3} ± 0\.\d{3}/);
    expect(stdout).toMatch(
      /\nPictures with a tag: [\d.]+ % before, [\d.]+ % after\. Tags: \d+ before, \d+ after\.\n$/,
    );
    await expect(stat(fitFile())).rejects.toThrow();
  });

  it('writes a fit that the running pipeline takes, by which retag shows what was told, and then changes nothing more', async () => {
    const html = join(folder, 'report.html');
    const before = digestNow();
    const result = await calibrate('tiny', '--yes', '--json', '--html', html);
    expect(result.stderr).toMatch(
      /written: .*labels\.fits\.json\. The pipeline that runs takes it by itself/,
    );
    const [answer] = jsonLines<Answer>(result);
    expect(answer).toMatchObject({
      isChanged: true,
      isWritten: true,
      images: { collection: 40, labelled: 0 },
    });
    expect(await shown()).toEqual(counted(answer as Answer, 'before'));
    await until(() => digestNow() !== before);
    await retag();
    expect(await shown()).toEqual(counted(answer as Answer, 'after'));
    expect(counted(answer as Answer, 'after')).not.toEqual(counted(answer as Answer, 'before'));

    const page = await readFile(html, 'utf8');
    expect(page).toContain('<h1>tiny <span>independent</span></h1>');
    expect(page).toMatch(/<img src="data:image\/webp;base64,[^"]+" alt="s3:\/\/photos\/\d+\.png">/);

    const written = await readFile(fitFile());
    const again = await calibrate('tiny', '--yes');
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/nothing changes: .*labels\.fits\.json/),
    });
    expect(await readFile(fitFile())).toEqual(written);
  });

  it('goes by what people have corrected, and leaves that as it is', async () => {
    const correct = (key: string, ...args: string[]) =>
      runCli(['correct', key, ...args, '--labels', labels, ...here.slice(2)]);
    expect((await correct('1.png', '--add', 'boat')).code).toBe(0);
    expect((await correct('2.png', '--remove', 'boat')).code).toBe(0);
    const answer = await answerOf(labels, '--from', 'corrections', '--yes');
    expect(answer.images.labelled).toBe(2);
    expect(answer.labels.find(({ label }) => label === 'boat')).toMatchObject({ positives: 1, negatives: 1 });
    await retag();
    const record = await readRecord(
      { bucket: LOCAL_BUCKET_NAME, key: '1.png' },
      running.pipeline.tagger.table,
    );
    expect(record?.tags).toContainEqual({ set: 'tiny', label: 'boat', score: 1 });
    expect(record?.corrections).toMatchObject([{ label: 'boat', isThere: true }]);
  });

  it('goes by pictures of a folder for each label, and names what it leaves out', async () => {
    const source = join(folder, 'labelled');
    for (const [i, label] of ['cat', 'cat', 'dog', 'wolf'].entries()) {
      const bytes = await drawn(24, 24, (x, y) => [30 + 50 * i, 20 + x, 20 + y])
        .png()
        .toBuffer();
      await mkdir(join(source, label), { recursive: true });
      await writeFile(join(source, label, `${i}.png`), bytes);
    }
    await writeFile(join(source, 'dog', 'broken.png'), 'no picture');
    const { stdout, stderr } = await calibrate('tiny', '--from', source, '--precision', '0.9', '--dry-run');
    expect(stdout).toMatch(/, 3 whose labels are known\.\n/);
    expect(stdout).toMatch(/\ncat +.* 2 of 3 /);
    expect(stderr).toMatch(/broken\.png is left out: /);
    expect(stderr).toMatch(/left out, since "tiny" does not know their labels: wolf \(1\)/);
  });

  it('goes by several sources together', async () => {
    const sources = ['--from', join(folder, 'labelled'), '--from', 'corrections'];
    const answer = await answerOf('tiny', ...sources, '--dry-run');
    expect(answer.images).toMatchObject({ collection: 40, labelled: 5 });
    expect(answer.labels.map(({ label, positives }) => [label, positives])).toEqual(
      expect.arrayContaining([
        ['cat', 2],
        ['dog', 1],
        ['boat', 1],
      ]),
    );
  });

  it('takes the fit away with --remove, and everything is as before', async () => {
    const dry = await calibrate('tiny', '--remove', '--dry-run');
    expect(dry.stderr).toMatch(/would take away fit \d of 3 labels with model /);
    expect(await readdir(folder)).toContain('labels.fits.json');
    const before = digestNow();
    expect(await calibrate('tiny', '--remove', '--yes')).toMatchObject({ code: 0 });
    await expect(stat(fitFile())).rejects.toThrow();
    await until(() => digestNow() !== before);
    const again = await calibrate('tiny', '--remove', '--yes');
    expect(again).toMatchObject({ code: 0, stderr: expect.stringMatching(/nothing was fitted to "tiny"/) });
  });
});

describe('cliptag labels calibrate without a pipeline', () => {
  it('tells how one is started, and goes by labelled pictures alone with --no-collection', async () => {
    const alone = await runCli([
      'labels',
      'calibrate',
      labels,
      '--dry-run',
      '--dynamodb-port',
      '1',
      '--http-port',
      '1',
    ]);
    expect(alone).toMatchObject({ code: 2, stdout: '' });
    expect(alone.stderr).toMatch(/no local pipeline answers on 127\.0\.0\.1:1: start it with cliptag start/);
    const source = ['--from', join(folder, 'labelled')];
    const byPictures = await runCli([
      'labels',
      'calibrate',
      labels,
      '--dry-run',
      '--no-collection',
      ...source,
    ]);
    expect(byPictures.code).toBe(0);
    expect(byPictures.stdout).toMatch(/: 0 pictures of the collection, .* 3 whose labels are known\.\n/);
  });

  it.each<[string[], RegExp]>([
    [[], /expected one label set, its file or its name, but received nothing/],
    [['a', 'b'], /expected one label set, its file or its name, but received "a b"/],
    [
      ['nobody', '--labels', 'LABELS'],
      /there is neither a file nor a label set "nobody" \(label sets: tiny;/,
    ],
    [['tiyn', '--labels', 'LABELS'], /\(label sets: tiny;/],
    [['missing.yaml'], /missing\.yaml: .* there is nothing/],
    [
      ['x', '--precision', '90'],
      /--precision: expected a number above 0 and below 1, e\.g\. 0\.9, but received "90"/,
    ],
    [['x', '--from', 'f', '--precision', '0.9', '--best-f1'], /expected one of --precision and --best-f1/],
    [['x', '--best-f1'], /--best-f1 needs --from/],
    [['x', '--open'], /--open needs --html/],
    [['x', '--html', 'none/at/all.html'], /--html: there is no folder none\/at/],
    [['x', '--remove', '--from', 'f'], /--remove calibrates nothing: expected no --from/],
    [['x', '--no-collection', '--prefix', 'a/'], /--no-collection reads no table/],
    [['x', '--no-collection', '--from', 'corrections'], /--from corrections needs the table/],
    [['x', '--stack', 's', '--table', 't'], /expected one of --stack and --table/],
  ])('rejects %j with one line', async (args, message) => {
    const given = args.map((arg) => (arg === 'LABELS' ? labels : arg));
    const { code, stdout, stderr } = await runCli(['labels', 'calibrate', ...given, '--dry-run'], {
      cwd: folder,
    });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('rejects a question where nobody can answer', async () => {
    const { code, stderr } = await runCli(['labels', 'calibrate', labels]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/expected --dry-run or --yes/);
  });
});
