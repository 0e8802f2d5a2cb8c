import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const KEYS = Array.from({ length: 60 }, (_, i) => `old/${i}.png`);
/** Given to those tests that need a stop in the middle. */
const PATIENCE = { timeout: 120_000 };

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
  waitUntil(async () => new RegExp(text).test(pipeline.output()));

describe('cliptag start on a data folder of another model', PATIENCE, () => {
  it('leaves the pictures as they are with --no-reembed, and says so', async () => {
    const pipeline = await start('--no-reembed');
    await printed(pipeline, 'left as they are');
    expect(pipeline.output()).toMatch(
      new RegExp(`\\n60 pictures tagged by model ${oldDigest}: left as they are \\(--no-reembed\\)`),
    );
    const bytes = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await bucketOf(pipeline).put('new.svg', bytes, bytes.length);
    const { modelDigest } = await waitForRecord(pipeline, 'new.svg');
    expect(modelDigest).not.toBe(oldDigest);
    expect(await digestsOf(pipeline)).toEqual(new Set([oldDigest]));
    expect(await pipeline.interrupt()).toBe(0);
  });

  it('tags them anew in the background, and goes on after kill -9 and after Ctrl-C', async () => {
    const killed = await start();
    await printed(killed, 'Re-embedding: 6 of 60 pictures');
    await killed.crash();
    expect(killed.output()).toContain(`Re-embedding 60 pictures tagged by model ${oldDigest} with model `);
    // A line for each tenth, and none for each picture.
    expect(killed.output()).not.toContain('photos/old/');

    const stopped = await start();
    await printed(stopped, /Re-embedding: \d+ of \d+ pictures/);
    expect(await stopped.interrupt()).toBe(0);
    expect(stopped.output()).toMatch(
      /\nRe-embedding stopped after \d+ of \d+ pictures: the next start does the rest\./,
    );

    const last = await start();
    await printed(last, 'Re-embedded \\d+ pictures with model ');
    const [, left = ''] = /Re-embedded (\d+) pictures/.exec(last.output()) ?? [];
    expect(Number(left)).toBeLessThan(60);
    const { modelDigest = '' } = (await recordOf(last, 'new.svg')) ?? {};
    expect(await digestsOf(last)).toEqual(new Set([modelDigest]));
    expect(await last.interrupt()).toBe(0);
  });

  it('says and does nothing once all are of its model', async () => {
    const pipeline = await start();
    await waitForRecord(pipeline, KEYS[0] ?? '');
    expect(await pipeline.interrupt()).toBe(0);
    expect(pipeline.output()).not.toMatch(/re-embed/i);
  });
});
