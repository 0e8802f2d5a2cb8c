import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ImageRecord,
  type ImageStatus,
  nextImageRecord,
} from '../../../functions/core/records/image-record.ts';
import { commitRecord } from '../../../functions/core/records/record-commit.ts';
import type { TagTable } from '../../../functions/core/records/tag-table.ts';
import type { TaggingOutcome } from '../../../functions/core/tagging/tag-image.ts';
import type { RecentImages } from '../../../functions/local/page-server/recent-images.ts';
import type { Pipeline } from '../../../functions/local/pipeline.ts';
import {
  MAXIMUM_SHOWN,
  noteOutcome,
  openShownImages,
  pagePorts,
} from '../../../functions/local/pipeline-ports.ts';
import { inMemoryTable } from '../core/in-memory-table.ts';

let folder: string;
let table: TagTable;
let recordsRead: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-ports-'));
  const whole = inMemoryTable();
  recordsRead = 0;
  table = {
    ...whole,
    readBatch: (request) => {
      recordsRead += request.Keys.length;
      return whole.readBatch(request);
    },
  };
});
afterEach(async () => {
  for (const recent of opened.splice(0)) await recent.close();
  await rm(folder, { recursive: true });
});

const opened: RecentImages[] = [];
async function open(): Promise<RecentImages> {
  const recent = await openShownImages(folder, table, expect.fail);
  opened.push(recent);
  return recent;
}
const encoder = { modelDigest: 'model' };
const shown = (recent: RecentImages) =>
  pagePorts({ tagger: { table, encoder } } as Pipeline, recent).images();
const keysShown = async (recent: RecentImages) => (await shown(recent)).map(({ key }) => key);

/** Records an image, and gives the outcome. */
async function record(
  key: string,
  {
    status = 'tagged',
    seconds = 0,
    bucket = 'photos',
    modelDigest = 'model',
  }: { status?: ImageStatus; seconds?: number; bucket?: string; modelDigest?: string } = {},
): Promise<TaggingOutcome> {
  const object = { bucket, key, sequencer: '1' };
  const content = { status, tags: [], embedding: new Uint8Array(1024), modelDigest };
  const now = new Date(seconds * 1_000);
  const made = nextImageRecord(undefined, object, content, { eventTime: '', now });
  await commitRecord(made, [], table);
  return { object, result: status, record: made };
}

describe('the images that the page shows', () => {
  it('are the newest, and cost no more when the table grows', async () => {
    const recent = await open();
    const count = 3 * MAXIMUM_SHOWN;
    for (let number = 0; number < count; number++) noteOutcome(await record(`${number}.jpg`), recent);
    recordsRead = 0;
    const keys = await keysShown(recent);
    expect(keys).toHaveLength(MAXIMUM_SHOWN);
    expect([keys[0], keys.at(-1)]).toEqual([`${count - MAXIMUM_SHOWN}.jpg`, `${count - 1}.jpg`]);
    expect(recordsRead).toBe(MAXIMUM_SHOWN);
  });

  it('are shown as their records stand, without embeddings', async () => {
    const recent = await open();
    noteOutcome(await record('cat.jpg', { status: 'failed' }), recent);
    const [image, ...others] = await shown(recent);
    expect(image).toEqual({
      bucket: 'photos',
      key: 'cat.jpg',
      status: 'failed',
      tags: [],
      recordedAt: '1970-01-01T00:00:00.000Z',
      isOfOtherModel: false,
    });
    expect(others).toEqual([]);
  });

  it('are marked when another model has tagged them', async () => {
    const recent = await open();
    noteOutcome(await record('cat.jpg', { modelDigest: 'another' }), recent);
    noteOutcome(await record('dog.jpg'), recent);
    expect(await shown(recent)).toMatchObject([{ isOfOtherModel: true }, { isOfOtherModel: false }]);
  });

  it('are not those that are deleted, of other buckets or superseded', async () => {
    const recent = await open();
    const outcome = await record('cat.jpg');
    noteOutcome(outcome, recent);
    noteOutcome(await record('other.jpg', { bucket: 'other' }), recent);
    noteOutcome(
      { object: { bucket: 'photos', key: 'old.jpg', sequencer: '1' }, result: 'superseded' },
      recent,
    );
    expect(await keysShown(recent)).toEqual(['cat.jpg']);
    noteOutcome({ ...outcome, record: { ...(outcome.record as ImageRecord), status: 'deleted' } }, recent);
    expect(recent.list()).toEqual([]);
    // A tombstone whose outcome nobody noted is left out as well.
    noteOutcome(await record('gone.jpg', { status: 'deleted' }), recent);
    recent.note({ bucket: 'photos', key: 'gone.jpg' });
    expect(await keysShown(recent)).toEqual([]);
  });

  it('keep their places when a message comes twice, and get one when the first try was not noted', async () => {
    const recent = await open();
    const [one, two] = [await record('one.jpg'), await record('two.jpg')];
    noteOutcome(one, recent);
    noteOutcome({ ...two, result: 'unchanged' }, recent);
    noteOutcome({ ...one, result: 'unchanged' }, recent);
    expect(await keysShown(recent)).toEqual(['one.jpg', 'two.jpg']);
  });

  it('are some of the table at the first start with a data folder of an earlier version, newest last', async () => {
    await record('a.jpg', { seconds: 2 });
    await record('b.jpg', { seconds: 1, status: 'failed' });
    await record('c.jpg', { seconds: 3, status: 'deleted' });
    for (let number = 0; number < 2 * MAXIMUM_SHOWN; number++)
      await record(`d/${number}.jpg`, { seconds: 0 });
    const recent = await open();
    expect(recordsRead).toBeLessThanOrEqual(3 * MAXIMUM_SHOWN);
    const keys = await keysShown(recent);
    expect(keys).toHaveLength(MAXIMUM_SHOWN);
    expect(keys.slice(-2)).toEqual(['b.jpg', 'a.jpg']);
    await recent.close();
    expect(await keysShown(await open())).toEqual(keys);
  });
});
