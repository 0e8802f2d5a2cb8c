import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixedWidthSequencer } from '../../functions/core/objects/object.ts';
import {
  imageRecordOf,
  putImageRecord,
  queryImagesByStatus,
  readImageRecord,
} from '../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import { scene } from '../fixtures/pictures.ts';
import { type CliResult, COMPILED_CLI, jsonLines, runCli } from './support/cli-process.ts';
import {
  bucketOf,
  credentials,
  makeFolder,
  type RunningPipeline,
  region,
  startPipelineProcess,
  tableOf,
  waitForRecord,
  waitUntil,
} from './support.ts';

/** Enough that a run can be killed in the middle. */
const MANY = 300;
const PATIENCE = { timeout: 240_000 };

interface Step {
  readonly step: 'plan' | 'done';
  readonly listed: number;
  readonly wanted: number;
  readonly settled: number;
  readonly sent: number;
}

let pipeline: RunningPipeline;
let removeFolder: () => Promise<void>;
let s3: S3Client;
let here: string[];

/** A bucket that notifies nobody, the pipeline included: what is put there is there "already". */
async function archive(name: string, keys: readonly string[]): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  const nobody = { Bucket: name, NotificationConfiguration: {} };
  await s3.send(new PutBucketNotificationConfigurationCommand(nobody));
  const Body = await scene(64, 40).png().toBuffer();
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: name, Key, Body }));
}

const backfill = (...args: string[]) => runCli(['backfill', ...args, ...here]);
const steps = (result: CliResult) => jsonLines<Step>(result);

async function recordIn(bucket: string, key: string) {
  const item = await tableOf(pipeline).read(readImageRecord({ bucket, key }));
  return item && imageRecordOf(item);
}

beforeAll(async () => {
  const { folder, remove } = await makeFolder();
  removeFolder = remove;
  pipeline = await startPipelineProcess(folder);
  s3 = new S3Client({ endpoint: pipeline.s3Url, region, credentials, forcePathStyle: true });
  const portOf = (url: string) => new URL(url).port;
  here = ['--s3-port', portOf(pipeline.s3Url), '--dynamodb-port', portOf(pipeline.dynamodbUrl)];
  here.push('--http-port', portOf(pipeline.pageUrl));
});
afterAll(async () => {
  await pipeline.crash();
  await removeFolder();
});

describe('cliptag backfill', PATIENCE, () => {
  it('says with --dry-run what is to be done, and sends nothing', async () => {
    await archive('old', ['a/1.png', 'a/2 ü+.png', 'b/3.png']);
    const { code, stdout, stderr } = await backfill('s3://old/a/', '--dry-run');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^s3:\/\/old\/a\/: 2 objects\n {2}to be tagged +2 .*MB\n {2}done already +0 /);
    expect(stdout).toMatch(/\nCost: none\. Time: about \d+ s on this machine\.\n$/);
    expect(await recordIn('old', 'a/1.png')).toBeUndefined();
  });

  it('tags what is under the prefix, and finds it done the second time', async () => {
    const first = await backfill('s3://old/a/', '--yes');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/\nSent and worked on: 2 objects; 0 were done already; \d+\.\d s\.\n$/);
    expect(await recordIn('old', 'a/2 ü+.png')).toMatchObject({ status: 'tagged', revision: 1 });
    expect(await recordIn('old', 'b/3.png')).toBeUndefined();
    const second = await backfill('s3://old', '--yes', '--json');
    expect(steps(second)).toMatchObject([
      { step: 'plan', listed: 3, wanted: 1, settled: 2 },
      { step: 'done', sent: 1, settled: 2 },
    ]);
    expect(await recordIn('old', 'a/1.png')).toMatchObject({ revision: 1 });
    expect((await backfill('s3://old', '--yes')).stdout).toMatch(/\nNothing is to be done\.\n$/);
  });

  it('finds uploads done that the pipeline has heard of', async () => {
    const picture = await scene(64, 40).png().toBuffer();
    await bucketOf(pipeline).put('heard.png', picture, picture.length);
    await waitForRecord(pipeline, 'heard.png');
    const [plan] = steps(await backfill('s3://photos/heard', '--dry-run', '--json'));
    expect(plan).toMatchObject({ listed: 1, wanted: 0, settled: 1 });
  });

  it('keeps the queue shallow, and goes on with the rest after kill -9', async () => {
    await archive(
      'many',
      Array.from({ length: MANY }, (_, i) => `${i}.png`),
    );
    const depths: number[] = [];
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        const answer = await fetch(`${pipeline.pageUrl}/status.json`);
        depths.push(((await answer.json()) as { queue: { visible: number } }).queue.visible);
        await sleep(50);
      }
    })();
    const tagged = () => tableOf(pipeline).count(queryImagesByStatus('many', 'tagged'));
    const child = spawn(process.execPath, [COMPILED_CLI, 'backfill', 's3://many', '--yes', ...here], {
      stdio: 'ignore',
    });
    const exited = once(child, 'exit');
    await waitUntil(async () => (await tagged()) > 0);
    child.kill('SIGKILL');
    await exited;
    const rest = await backfill('s3://many', '--yes', '--json');
    isOver = true;
    await watching;
    expect(rest).toMatchObject({ code: 0, stderr: '' });
    expect(steps(rest)[1]).toMatchObject({ step: 'done', deadLetters: 0 });
    expect(await tagged()).toBe(MANY);
    // The deepest that it may be, and a batch more.
    expect(Math.max(...depths)).toBeLessThanOrEqual(150);
    expect(depths.length).toBeGreaterThan(0);
  });

  it('rejects a bucket that is not there, and what is no place in S3', async () => {
    const missing = await backfill('s3://nowhere/', '--yes');
    expect(missing).toEqual({
      code: 2,
      stdout: '',
      stderr: 'cliptag backfill: there is no bucket "nowhere"\n',
    });
    const faulty = await backfill('photos/a', '--yes');
    expect([faulty.code, faulty.stderr]).toEqual([
      2,
      'cliptag backfill: expected one s3://BUCKET/PREFIX but received "photos/a"\n',
    ]);
  });

  const ports = (...names: string[]) =>
    here.filter((_, i) => names.includes(here[i - (i % 2)]?.replace(/^--|-port$/g, '') ?? ''));

  it.each<[string, string[], string[]]>([
    ['backfill', ['s3://phtos/', '--yes'], ['s3', 'dynamodb', 'http']],
    ['status', ['--bucket', 'phtos'], ['dynamodb', 'http']],
    ['query', ['--label', 'dog', '--bucket', 'phtos'], ['dynamodb', 'http']],
    ['correct', ['s3://phtos/a.jpg', '--add', 'general:dog'], ['dynamodb', 'http']],
    ['why', ['a.jpg', '--bucket', 'phtos'], ['http']],
    ['similar', ['a.jpg', '--bucket', 'phtos'], ['http']],
    ['retag', ['--bucket', 'phtos', '--yes'], ['dynamodb', 'http']],
    ['labels learn', ['dog', '--positive', 's3://phtos/dogs/', '--set', 'general'], ['dynamodb', 'http']],
  ])('says of %s that there is no such bucket, and which is meant', async (name, args, named) => {
    expect(await runCli([...name.split(' '), ...args, ...ports(...named)])).toEqual({
      code: 2,
      stdout: '',
      stderr: `cliptag ${name}: there is no bucket "phtos"; did you mean "photos"?\n`,
    });
  });

  it('takes a bucket without pictures, and one that has gone and whose records are left', async () => {
    await archive('empty', []);
    const counts = async (bucket: string) => {
      const asked = ['status', '--bucket', bucket, '--json', ...ports('dynamodb', 'http')];
      const { code, stdout, stderr } = await runCli(asked);
      return { code, stderr, images: jsonLines<{ images: object }>({ code, stdout, stderr })[0]?.images };
    };
    const none = { tagged: 0, unsupported: 0, failed: 0, deleted: 0 };
    expect(await counts('empty')).toEqual({ code: 0, stderr: '', images: none });
    const query = ['query', '--label', 'dog', '--bucket', 'empty', ...ports('dynamodb', 'http')];
    expect(await runCli(query)).toMatchObject({ code: 0, stderr: '' });

    const object = { bucket: 'gone', key: 'a.jpg', eTag: 'etag', sequencer: fixedWidthSequencer('1') };
    const time = { eventTime: '2026-11-23T12:00:00.000Z', now: new Date() };
    const left = nextImageRecord(undefined, object, { status: 'failed', tags: [] }, time);
    await tableOf(pipeline).write(putImageRecord(left));
    expect(await counts('gone')).toMatchObject({ code: 0, images: { failed: 1 } });
    const asked = ['query', '--label', 'dog', '--bucket', 'gone', ...ports('dynamodb', 'http')];
    expect(await runCli(asked)).toMatchObject({ code: 0, stderr: '' });
  });

  it('rejects starting without a yes where nobody can be asked, and flags of both places', async () => {
    const { code, stderr } = await backfill('s3://old', '--stack', 'Cliptag');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^cliptag backfill: --stack is for what is deployed, --s3-port, .*; expected --dry-run or --yes/,
    );
  });

  it('rejects what no pipeline answers to, and says what to do', async () => {
    const result = await runCli(['backfill', 's3://old', '--dry-run', '--http-port', '1']);
    expect([result.code, result.stderr]).toEqual([
      2,
      expect.stringMatching(/127\.0\.0\.1:1: start it with cliptag start/),
    ]);
  });
});
