import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listedObjectBody } from '../../functions/core/objects/listed-object.ts';
import {
  type ImageRecord,
  imageRecordOf,
  putImageRecord,
  readImageRecord,
} from '../../functions/core/records/image-record.ts';
import type { TaggingOutcome } from '../../functions/core/tagging/tag-image.ts';
import type { Pipeline } from '../../functions/local/pipeline.ts';
import { openQueue } from '../../functions/local/queue/queue.ts';
import { type Reembedding, reembedding } from '../../functions/local/reembedding/reembedding.ts';
import { scene } from '../fixtures/pictures.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { startTinyPipeline, untilIdle, uploadPictures } from '../fixtures/tiny-pipeline.ts';

const OLD = 10;
const NEW = 11;

/** Enough that a run can be stopped in the middle, and that they make a long queue when all are sent at once. */
const MANY = Array.from({ length: 80 }, (_, i) => `a/${i} ü+.png`);

interface Started {
  readonly pipeline: Pipeline;
  readonly work: Reembedding;
  readonly outcomes: TaggingOutcome[];
}

/** A pipeline on the folder, with the work on pictures of other models, as `cliptag start` has it. */
async function start(dataFolder: string, logitScale: number): Promise<Started> {
  const outcomes: TaggingOutcome[] = [];
  let work: Reembedding | undefined;
  const pipeline = await startTinyPipeline({
    dataFolder,
    logitScale,
    onOutcome: (outcome) => {
      outcomes.push(outcome);
      work?.note(outcome);
    },
  });
  const { table, encoder } = pipeline.tagger;
  work = reembedding({ table, modelDigest: encoder.modelDigest, queue: pipeline.queue });
  return { pipeline, work, outcomes };
}

/** A folder with pictures that the old model has tagged, and its digest. */
async function oldFolder(dataFolder: string, keys: readonly string[], change = async (_: Pipeline) => {}) {
  const { pipeline } = await start(dataFolder, OLD);
  await uploadPictures(pipeline, keys);
  await change(pipeline);
  await pipeline.close();
  return { dataFolder, oldDigest: pipeline.tagger.encoder.modelDigest };
}

async function recordOf({ tagger }: Pipeline, key: string): Promise<ImageRecord> {
  const item = await tagger.table.read(readImageRecord({ bucket: 'photos', key }));
  if (!item) throw new Error(`Expected a record of ${key}`);
  return imageRecordOf(item);
}

const recordsOf = (pipeline: Pipeline, keys: readonly string[]) =>
  Promise.all(keys.map((key) => recordOf(pipeline, key)));

/** A folder with many pictures, made once: each of them is flushed to the disk several times. */
let many: { readonly dataFolder: string; readonly oldDigest: string };
beforeAll(async () => {
  many = await oldFolder(await mkdtemp(join(tmpdir(), 'cliptag-test-')), MANY);
});
afterAll(() => rm(many.dataFolder, { recursive: true, force: true }));

/** A copy of it, which a test may change. */
async function copyOfMany(): Promise<string> {
  const dataFolder = await temporaryFolder();
  await cp(many.dataFolder, dataFolder, { recursive: true });
  return dataFolder;
}

const never = new AbortController().signal;

describe('a data folder of another model', () => {
  it('has every picture tagged anew, once, and is then known to be of this model', async () => {
    const dataFolder = await copyOfMany();
    const { oldDigest } = many;
    const first = await start(dataFolder, NEW);
    const newDigest = first.pipeline.tagger.encoder.modelDigest;
    expect(newDigest).not.toBe(oldDigest);
    expect(first.pipeline.mayHaveOtherModels).toBe(true);
    expect(await first.work.find(never)).toEqual(new Map([[oldDigest, MANY.length]]));
    const before = await recordsOf(first.pipeline, MANY);
    const told: number[] = [];
    const result = await first.work.run(never, (done) => told.push(done));
    expect(result).toEqual({ reembedded: MANY.length, failed: 0, gone: 0, givenUp: 0 });
    expect(told).toEqual(MANY.map((_, i) => i + 1));
    const after = await recordsOf(first.pipeline, MANY);
    expect(after.map(({ modelDigest, status, revision }) => [modelDigest, status, revision])).toEqual(
      MANY.map(() => [newDigest, 'tagged', 2]),
    );
    const stateOf = ({ eTag, sequencer, eventTime, sizeBytes }: ImageRecord) => [
      ...[eTag, sequencer, sizeBytes],
      new Date(eventTime).getTime(),
    ];
    expect(after.map(stateOf)).toEqual(before.map(stateOf));
    await first.pipeline.close();

    const second = await start(dataFolder, NEW);
    expect(second.pipeline.mayHaveOtherModels).toBe(false);
    await second.pipeline.close();

    const back = await start(dataFolder, OLD);
    expect(back.pipeline.mayHaveOtherModels).toBe(true);
    expect(await back.work.find(never)).toEqual(new Map([[newDigest, MANY.length]]));
    await back.pipeline.close();
  });

  it('is done by the next start after a stop in the middle, with no picture tagged twice', async () => {
    const dataFolder = await copyOfMany();
    const first = await start(dataFolder, NEW);
    const stop = new AbortController();
    await first.work.find(stop.signal);
    const stopped = first.work.run(stop.signal, (done) => done === 5 && stop.abort());
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    await first.pipeline.close();

    const second = await start(dataFolder, NEW);
    expect(second.pipeline.mayHaveOtherModels).toBe(true);
    const [[, left = 0] = []] = [...(await second.work.find(never))];
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(75);
    expect(await second.work.run(never, () => {})).toMatchObject({ reembedded: left, givenUp: 0 });
    expect((await recordsOf(second.pipeline, MANY)).map(({ revision }) => revision)).toEqual(
      MANY.map(() => 2),
    );
    const doubled = [...first.outcomes, ...second.outcomes].filter(({ result }) => result === 'unchanged');
    expect(doubled).toEqual([]);
    await second.pipeline.close();
  });

  it('lets an upload pass, which stands behind a few pictures only', async () => {
    const dataFolder = await copyOfMany();
    const { pipeline, work, outcomes } = await start(dataFolder, NEW);
    await work.find(never);
    const bytes = await scene(24, 24).png().toBuffer();
    let doneBefore = 0;
    let upload = Promise.resolve();
    await work.run(never, (done) => {
      if (done > 1) return;
      upload = pipeline.bucket.put('fresh.png', bytes, bytes.length).then(() => {
        doneBefore = outcomes.length;
      });
    });
    await upload;
    await untilIdle(pipeline);
    const place = outcomes.findIndex(({ object }) => object.key === 'fresh.png');
    expect(place).toBeGreaterThan(0);
    // Two batches are worked on; a batch and what makes it full may wait, and ten come while it is uploaded.
    expect(place - doneBefore).toBeLessThanOrEqual(50);
    await pipeline.close();
  });

  it('tries a picture once, whatever becomes of it, and counts it', async () => {
    const given = { bucket: 'photos', key: 'given-up.png' };
    let gone: ImageRecord | undefined;
    const { dataFolder, oldDigest } = await oldFolder(
      await temporaryFolder(),
      ['fine.png', given.key],
      async (pipeline) => {
        const { table } = pipeline.tagger;
        const fine = await recordOf(pipeline, 'fine.png');
        gone = { ...fine, key: 'gone.png' };
        // Tagged by a version that could read it.
        const text = Buffer.from('no picture');
        await pipeline.bucket.put('unreadable.jpg', text, text.length);
        await untilIdle(pipeline);
        const { key, eTag, sequencer, sizeBytes } = await recordOf(pipeline, 'unreadable.jpg');
        await table.write(putImageRecord({ ...fine, key, eTag, sequencer, sizeBytes, revision: 2 }));
      },
    );
    await leaveDeadLetter(dataFolder, given);
    const { pipeline, work } = await start(dataFolder, NEW);
    expect(await work.find(never)).toEqual(new Map([[oldDigest, 3]]));
    // Deleted since the start's repair, and nobody told.
    await pipeline.tagger.table.write(putImageRecord(gone!));
    expect(await work.run(never, () => {})).toEqual({ reembedded: 1, failed: 1, gone: 1, givenUp: 1 });
    expect(await recordOf(pipeline, 'unreadable.jpg')).toMatchObject({
      status: 'failed',
      reasonCode: 'not-an-image',
    });
    expect(await recordOf(pipeline, given.key)).toMatchObject({ modelDigest: oldDigest, revision: 1 });
    await pipeline.close();
    const again = await start(dataFolder, NEW);
    expect(again.pipeline.mayHaveOtherModels).toBe(false);
    await again.pipeline.close();
  });

  /** The message of an earlier run that was received as often as it may be. */
  async function leaveDeadLetter(dataFolder: string, object: { bucket: string; key: string }): Promise<void> {
    const { pipeline } = await start(dataFolder, OLD);
    const { eTag = '', sizeBytes = 0, eventTime } = await recordOf(pipeline, object.key);
    await pipeline.close();
    const options = { visibilityTimeoutSeconds: 60, maxReceiveCount: 1 };
    const queue = await openQueue({ folder: join(dataFolder, 'queue'), ...options });
    await queue.send(listedObjectBody({ ...object, eTag, sizeBytes, lastModified: eventTime }));
    const [received] = await queue.receive({ maximumMessages: 1 });
    await queue.release([received?.receiptHandle ?? ''], { delaySeconds: 0, reason: 'the process died' });
    await queue.receive({ maximumMessages: 1 });
    expect(queue.counts().deadLetters).toBe(1);
    await queue.close();
  }
});

describe('a data folder of this model', () => {
  it('is looked through once where nothing is noted of it, and never again', async () => {
    const dataFolder = await temporaryFolder();
    const first = await start(dataFolder, OLD);
    await uploadPictures(first.pipeline, ['own.png']);
    expect(first.pipeline.mayHaveOtherModels).toBe(true);
    expect(await first.work.find(never)).toEqual(new Map());
    await first.pipeline.close();
    const second = await start(dataFolder, OLD);
    expect(second.pipeline.mayHaveOtherModels).toBe(false);
    await second.pipeline.close();
  });

  it('is no longer known to be of one model once another one may have written to it', async () => {
    const { dataFolder } = await oldFolder(await temporaryFolder(), ['older.png'], async (pipeline) => {
      const { table, encoder } = pipeline.tagger;
      const { queue } = pipeline;
      await reembedding({ table, modelDigest: encoder.modelDigest, queue }).find(never);
    });
    // As with --no-reembed: the newer model tags uploads, and nothing is done about the others.
    const newer = await start(dataFolder, NEW);
    await uploadPictures(newer.pipeline, ['newer.png']);
    await newer.pipeline.close();
    const older = await start(dataFolder, OLD);
    expect(older.pipeline.mayHaveOtherModels).toBe(true);
    expect(await older.work.find(never)).toEqual(new Map([[newer.pipeline.tagger.encoder.modelDigest, 1]]));
    await older.pipeline.close();
  });
});
