import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchAnswerBody } from '../../functions/api/contract.ts';
import { startTinyPipeline, uploadPictures } from '../fixtures/tiny-pipeline.ts';
import { runCli } from './support/cli-process.ts';
import {
  bucketOf,
  makeFolder,
  type RunningPipeline,
  recordOf,
  startPipelineProcess,
  waitForRecord,
  waitUntil,
} from './support.ts';

const KEYS = Array.from({ length: 80 }, (_, i) => `old/${i}.png`);
/** Given to those tests that need a stop in the middle. */
const PATIENCE = { timeout: 300_000 };

let folder: string;
let removeFolder: () => Promise<void>;
let oldDigest: string;
let running: RunningPipeline | undefined;

/** What the embedded model of an earlier version leaves behind; its samples are gone. */
beforeAll(async () => {
  ({ folder, remove: removeFolder } = await makeFolder());
  const pipeline = await startTinyPipeline({ dataFolder: folder, logitScale: 10 });
  oldDigest = pipeline.tagger.encoder.modelDigest;
  await uploadPictures(pipeline, KEYS);
  await pipeline.close();
  await writeFile(join(folder, 'samples-uploaded'), '');
});
afterAll(async () => {
  await running?.crash();
  await removeFolder();
});

const start = async (...flags: string[]) => {
  running = await startPipelineProcess(folder, ...flags);
  return running;
};
const digestsOf = async (pipeline: RunningPipeline) =>
  new Set(await Promise.all(KEYS.map(async (key) => (await recordOf(pipeline, key))?.modelDigest)));
const printed = (pipeline: RunningPipeline, text: string | RegExp) =>
  waitUntil(async () => new RegExp(text).test(pipeline.output()), 5);

/** The pictures of the answer, with the remarks that came with it. */
async function query(pipeline: RunningPipeline, ...args: string[]) {
  const place = [
    '--dynamodb-port',
    new URL(pipeline.dynamodbUrl).port,
    '--labels',
    join(folder, 'labels.yaml'),
  ];
  const labels = ['--label', 'cat', '--label', 'dog', '--any'];
  const { stdout, stderr } = await runCli(['query', ...labels, ...place, ...args]);
  return { stdout, stderr };
}

describe('cliptag start on a data folder of another model', PATIENCE, () => {
  it('leaves the pictures as they are with --no-reembed, and answers tell', async () => {
    const pipeline = await start('--no-reembed', '--labels', join(folder, 'labels.yaml'));
    await printed(pipeline, 'left as they are');
    expect(pipeline.output()).toMatch(
      new RegExp(`\\n80 pictures tagged by model ${oldDigest}: left as they are \\(--no-reembed\\)`),
    );
    expect((await query(pipeline)).stderr).toBe('');
    const bytes = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await bucketOf(pipeline).put('new.svg', bytes, bytes.length);
    const { modelDigest: newDigest = '' } = await waitForRecord(pipeline, 'new.svg');
    expect(newDigest).not.toBe(oldDigest);
    expect(await digestsOf(pipeline)).toEqual(new Set([oldDigest]));
    const mixed = await query(pipeline, '--limit', '81', '--json');
    const lines = mixed.stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).modelDigest).sort()).toEqual(
      [...KEYS.map(() => oldDigest), newDigest].sort(),
    );
    expect(mixed.stderr).toMatch(
      /^cliptag query: these images were tagged by different models, .* npx cliptag backfill s3:\/\/photos\/ tags anew /,
    );
    expect(mixed.stderr).toContain(`${oldDigest} (80)`);
    const answer = await fetch(`${pipeline.pageUrl}/api/v1/search?limit=500`);
    const { images } = (await answer.json()) as SearchAnswerBody;
    const marked = images.filter(({ isOfOtherModel }) => isOfOtherModel).map(({ key }) => key);
    expect(marked.sort()).toEqual([...KEYS].sort());
    expect(await pipeline.interrupt()).toBe(0);
  });

  it('tags them anew in the background, and goes on after Ctrl-C and after kill -9', async () => {
    const stopped = await start();
    await printed(stopped, 'Re-embedding 80 pictures');
    expect(await stopped.interrupt()).toBe(0);
    expect(stopped.output()).toContain(`Re-embedding 80 pictures tagged by model ${oldDigest} with model `);
    expect(stopped.output()).toMatch(
      /Re-embedding stopped after \d+ of 80 pictures: the next start does the rest/,
    );

    // They are counted, and have no line each.
    expect(stopped.output()).not.toContain('photos/old/');

    const killed = await start();
    await printed(killed, /Re-embedding: \d+ of \d+ pictures/);
    await killed.crash();

    const last = await start();
    await printed(last, /Re-embedded \d+ pictures? with model /);
    const [, left = ''] = /Re-embedded (\d+) picture/.exec(last.output()) ?? [];
    expect(Number(left)).toBeLessThan(80);
    const { modelDigest = '' } = (await recordOf(last, 'new.svg')) ?? {};
    expect(await digestsOf(last)).toEqual(new Set([modelDigest]));
    expect(await last.interrupt()).toBe(0);
  });

  it('says and does nothing once all are of its model', async () => {
    const pipeline = await start();
    const revisions = await Promise.all(KEYS.map(async (key) => (await recordOf(pipeline, key))?.revision));
    expect(new Set(revisions)).toEqual(new Set([2]));
    expect((await query(pipeline)).stderr).toBe('');
    expect(await pipeline.interrupt()).toBe(0);
    expect(pipeline.output()).not.toMatch(/re-embed|another model/i);
  });
});
