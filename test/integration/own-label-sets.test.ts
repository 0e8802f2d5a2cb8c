import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Client, createClient, type LabelSetToSave } from '../../functions/client/client.ts';
import { readRecord } from '../../functions/core/records/record-commit.ts';
import { LOCAL_BUCKET_NAME } from '../../functions/local/pipeline.ts';
import { type PageOnTinyPipeline, startPageOnTinyPipeline } from '../fixtures/page-on-tiny-pipeline.ts';
import { uploadPictures } from '../fixtures/tiny-pipeline.ts';

let folder: string;
let running: PageOnTinyPipeline;
let client: Client;

async function start(): Promise<void> {
  running = await startPageOnTinyPipeline(folder);
  client = createClient({ url: new URL(running.api).origin });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-own-'));
  await start();
});
afterEach(async () => {
  await running.close();
  await rm(folder, { recursive: true });
});

const PETS = { name: 'pets', mode: 'independent', labels: ['cat', 'a drawing of a dog'] } as const;
const file = (name = 'pets.yaml') => join(folder, 'labels', name);
const namesNow = async () => (await client.labelSets()).labelSets.map(({ name }) => name);
const setNow = async (name: string) => (await client.labelSets()).labelSets.find((set) => set.name === name);
const tagsOf = async (key: string) => {
  const record = await readRecord({ bucket: LOCAL_BUCKET_NAME, key }, running.pipeline.tagger.table);
  return record?.tags ?? [];
};

describe('label sets that are written over the API', () => {
  it('are in use at once, as a file for people, and after a restart', async () => {
    await uploadPictures(running.pipeline, ['a.png']);
    const saved = await client.saveLabelSet({ ...PETS, minimumScore: 0 });
    expect(saved).toMatchObject({
      labelSets: [
        { name: 'tiny', isOwn: false },
        { name: 'pets', labels: PETS.labels, mode: 'independent', version: '1', isOwn: true },
      ],
      ...{
        others: 1,
        canWrite: true,
        changes: ['label set pets: new, with 2 labels (cat, a drawing of a dog)'],
      },
    });
    expect(await readFile(file(), 'utf8')).toBe(
      `# Written in the page of Cliptag. It may be edited by hand: models/labels/README.md has the fields.
name: pets
version: 1
mode: independent
minimumScore: 0
topK: 2
labels:
  - cat
  - name: a drawing of a dog
    prompts:
      - a drawing of a dog
`,
    );
    await running.close();
    await start();
    expect(await namesNow()).toEqual(['tiny', 'pets']);
    await client.retag();
    while ((await client.labelSets()).retag?.state === 'running') await sleep(5);
    const labels = (await tagsOf('a.png')).filter(({ set }) => set === 'pets').map(({ label }) => label);
    expect(labels.sort()).toEqual(['a drawing of a dog', 'cat']);
  });

  it('are changed, and what was edited by hand stays', async () => {
    await client.saveLabelSet(PETS);
    await writeFile(
      file(),
      'name: pets # mine\nversion: 3\nmode: independent\nlabels:\n  - cat # the best\n  - {name: dog, synonyms: [Hund]}\n',
    );
    while (!(await setNow('pets'))?.labels.includes('dog')) await sleep(20);
    const digest = (await setNow('pets'))?.digest;
    await client.saveLabelSet({ ...PETS, mode: 'exclusive', labels: ['dog', 'bird', 'cat'], digest });
    expect(await readFile(file(), 'utf8')).toBe(
      `name: pets # mine
version: 4
mode: exclusive
labels:
  - { name: dog, synonyms: [ Hund ] }
  - bird
  - cat # the best
minimumScore: 0.7
noneOfThese:
  - a photo
  - a photo of something
  - an image
topK: 3
`,
    );
    expect(await setNow('pets')).toMatchObject({ labels: ['dog', 'bird', 'cat'], mode: 'exclusive' });
  });

  it('are removed with what was fitted to them', async () => {
    await client.saveLabelSet(PETS);
    await writeFile(file('pets.fits.json'), '{"fits": {}}');
    expect((await client.deleteLabelSet('pets')).labelSets.map(({ name }) => name)).toEqual(['tiny']);
    expect(await readdir(join(folder, 'labels'))).toEqual([]);
  });

  it('rejects names and labels that cannot be used, and writes nothing', async () => {
    await client.saveLabelSet(PETS);
    const before = await readdir(join(folder, 'labels'));
    const refusals: [request: Partial<LabelSetToSave>, status: number, text: RegExp][] = [
      [{ name: 'tiny' }, 409, /"tiny" comes from .*labels\.yaml: change it there/],
      [{}, 409, /There is a label set "pets" already/],
      [{ digest: 'other' }, 409, /has been changed meanwhile/],
      [{ name: 'gone', digest: 'x' }, 404, /no label set "gone"/],
      [{ name: 'more', labels: ['cat', 'Cat'] }, 400, /each label once/],
      [{ name: 'more', labels: [' '] }, 400, /some text as label 1/],
      [{ name: '../x' }, 400, /name: Expected 1 to 63/],
      [{ name: 'more', labels: [] }, 400, /labels/],
    ];
    for (const [request, status, text] of refusals) {
      const refused = client.saveLabelSet({ ...PETS, ...request });
      await expect(refused).rejects.toMatchObject({ status, message: expect.stringMatching(text) });
    }
    expect(await readdir(join(folder, 'labels'))).toEqual(before);
  });

  it('rejects to remove what was not written so', async () => {
    await expect(client.deleteLabelSet('tiny')).rejects.toMatchObject({
      code: 'label-set-taken',
      status: 409,
    });
    await expect(client.deleteLabelSet('none')).rejects.toMatchObject({ code: 'no-label-set', status: 404 });
  });

  it('takes many at once, one after the other', async () => {
    const names = ['a', 'b', 'c'];
    await Promise.all(names.map((name) => client.saveLabelSet({ ...PETS, name })));
    expect(await namesNow()).toEqual(['tiny', ...names]);
    const twice = await Promise.allSettled([1, 2].map(() => client.saveLabelSet({ ...PETS, name: 'd' })));
    expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a preview of labels', () => {
  it('agrees with the tags that pictures then get, and keeps nothing', async () => {
    const keys = Array.from({ length: 12 }, (_, i) => `${i}.png`);
    await uploadPictures(running.pipeline, keys);
    for (const mode of ['independent', 'exclusive'] as const) {
      const typed = { mode, labels: ['red', 'green thing', 'blue'], minimumScore: 0.3 };
      const preview = await client.previewLabelSet({ ...typed, images: 3 });
      expect(await namesNow()).not.toContain(mode);
      expect(preview).toMatchObject({ total: 12, minimumScore: 0.3 });
      await client.saveLabelSet({ ...typed, name: mode });
      await client.retag();
      while ((await client.labelSets()).retag?.state === 'running') await sleep(5);
      const tags = (await Promise.all(keys.map(tagsOf))).flat().filter(({ set }) => set === mode);
      for (const { label, count, images } of preview.labels) {
        const given = tags.filter((tag) => tag.label === label);
        expect([label, count]).toEqual([label, given.length]);
        expect(images).toHaveLength(3);
        const scores = images.map(({ score = -1 }) => score);
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
        const best = Math.max(0, ...given.map(({ score }) => score));
        // Embeddings in memory are rounded to 8 bits.
        if (given.length > 0) expect(scores[0]).toBeCloseTo(best, 1);
      }
    }
  });

  it('is of no picture where there is none', async () => {
    const preview = await client.previewLabelSet({ mode: 'independent', labels: ['cat'] });
    expect(preview).toEqual({
      labels: [{ label: 'cat', count: 0, images: [] }],
      total: 0,
      minimumScore: 0.75,
    });
  });

  it('rejects labels that cannot be used', async () => {
    const refused = client.previewLabelSet({ mode: 'exclusive', labels: ['cat', 'cat'] });
    await expect(refused).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/each label once/),
    });
  });
});
