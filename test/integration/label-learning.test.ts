import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../functions/client/client.ts';
import { labelLearning } from '../../functions/local/page-api/label-learning.ts';
import { LOCAL_BUCKET_NAME } from '../../functions/local/pipeline.ts';
import { type PageOnTinyPipeline, startPageOnTinyPipeline } from '../fixtures/page-on-tiny-pipeline.ts';
import { drawn } from '../fixtures/pictures.ts';
import { untilIdle } from '../fixtures/tiny-pipeline.ts';

let folder: string;
let running: PageOnTinyPipeline;
let client: Client;
const KEYS = ['a.png', 'b.png', 'c.png', 'd.png'];
const image = (key: string) => ({ bucket: LOCAL_BUCKET_NAME, key });
const own = (name: string) => join(folder, 'labels', name);

const LONG = Array.from({ length: 200 }, (_, i) => image(`${'a'.repeat(1_000)}${i}`));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-learning-'));
  running = await startPageOnTinyPipeline(folder);
  client = createClient({ url: new URL(running.api).origin });
  for (const [i, key] of KEYS.entries()) {
    const bytes = await drawn(24, 24, (x, y) => [250 - 60 * i, 20 + 60 * i + x, 20 + y])
      .png()
      .toBuffer();
    await running.pipeline.bucket.put(key, bytes, bytes.length);
  }
  await untilIdle(running.pipeline);
});
afterEach(async () => {
  await running.close();
  await rm(folder, { recursive: true });
});

describe('labels that are learned over the API', () => {
  const request = { set: 'mine', label: 'pip', positive: [image('a.png')] };

  it('are only tried with dryRun', async () => {
    const tried = await client.learnLabel({ ...request, dryRun: true });
    expect(tried).toMatchObject({
      ...{ set: 'mine', label: 'pip', isNew: true, positive: 1, negative: 0, earlier: 0, isWritten: false },
      quality: { folds: 0, verdict: 'unknown' },
    });
    expect(tried.finds.map((find) => find.image.key)).not.toContain('a.png');
    expect((await client.labelSets()).labelSets.map(({ name }) => name)).toEqual(['tiny']);
  });

  it('are in use at once, in a label set of their own', async () => {
    expect(await client.learnLabel(request)).toMatchObject({ isWritten: true, version: 1 });
    const { labelSets, others } = await client.labelSets();
    expect(labelSets).toMatchObject([{ name: 'tiny' }, { name: 'mine', labels: ['pip'], isOwn: true }]);
    expect(others).toBe(KEYS.length);
    expect(await readFile(own('mine.yaml'), 'utf8')).toContain('labels:\n  - pip\n');
    const more = {
      ...request,
      label: 'PIP',
      positive: [image('b.png')],
      negative: [image('c.png')],
      force: true,
    };
    expect(await client.learnLabel(more)).toMatchObject({
      ...{ label: 'pip', isNew: false, positive: 2, negative: 1, earlier: 1, version: 2 },
    });
    expect(await client.learnLabel({ ...more, replace: true })).toMatchObject({ positive: 1, earlier: 0 });
    const { fits } = JSON.parse(await readFile(own('mine.fits.json'), 'utf8'));
    expect(Object.values(fits)).toMatchObject([
      { labels: { pip: { examples: { positive: ['s3://photos/b.png'] } } } },
    ]);
  });

  it('stand in the file of a label set that was written by hand, with all that is in it', async () => {
    const path = (await client.labelSets()).labelSets[0]?.path ?? '';
    const before = await readFile(path, 'utf8');
    await writeFile(path, `# by hand\n${before}`);
    await client.learnLabel({ ...request, set: 'tiny' });
    const after = await readFile(path, 'utf8');
    expect(after.startsWith('# by hand\n')).toBe(true);
    expect((await client.labelSets()).labelSets[0]?.labels.at(-1)).toBe('pip');
  });

  it('go by the label sets that they began with, when others take their place meanwhile', async () => {
    const { tagger, labelSets } = running.pipeline;
    const before = labelSets.now();
    let inUse = before;
    const [classifier] = before.classifiers;
    if (!classifier) throw new Error('Expected a classifier');
    const size = classifier.labelRows.length / classifier.labelSet.labels.length;
    const larger = { ...classifier, labelRows: new Float32Array(3 * classifier.labelRows.length) };
    const learn = labelLearning({
      live: { now: () => inUse, look: async () => {} },
      own: { pathOf: own },
      table: tagger.table,
      reader: tagger,
      textEncoder: {
        ...{ modelDigest: classifier.modelDigest, logitScale: 10 },
        encode: async (texts) =>
          texts.map(() => ({
            modelDigest: classifier.modelDigest,
            values: Float32Array.from({ length: size }, () => 1 / Math.sqrt(size)),
          })),
      },
      background: async () => undefined,
      readImages: async () => [],
      now: () => new Date(0),
    });
    const learning = learn({
      ...request,
      negative: [],
      set: 'tiny',
      replace: false,
      force: false,
      dryRun: true,
    });
    setImmediate(() => {
      inUse = { ...before, classifiers: [larger] };
    });
    expect(await learning).toMatchObject({ set: 'tiny', label: 'pip', isNew: true, isWritten: false });
  });

  it.each([
    ['no examples', { positive: [] }, 400, /at least one image that has the label/],
    [
      'an image that is not there',
      { positive: [image('none.png')] },
      400,
      /received s3:\/\/photos\/none\.png/,
    ],
    ['one that is given as both', { negative: [image('a.png')] }, 400, /a\.png: .* received both/],
    ['a name that leads elsewhere', { set: '../mine' }, 400, /lower-case letters/],
    ['as many as may be, with long names', { positive: LONG, negative: LONG }, 400, /received s3:/],
    ['no label', { label: ' ' }, 400, /label/],
  ])('are refused with %s', async (_, change, status, text) => {
    const refused = client.learnLabel({ ...request, ...change });
    await expect(refused).rejects.toMatchObject({ status, message: expect.stringMatching(text) });
  });
});
