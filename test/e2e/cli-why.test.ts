import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../functions/client/client.ts';
import { parseLabelSet, promptsDigest } from '../../functions/core/labels/label-set.ts';
import { type PageOnTinyPipeline, startPageOnTinyPipeline } from '../fixtures/page-on-tiny-pipeline.ts';
import { tinyModelFolder, uploadPictures } from '../fixtures/tiny-pipeline.ts';
import { jsonLines, runCli } from './support/cli-process.ts';

const SAMPLE = join(import.meta.dirname, '../../functions/local/samples/chelsea.png');
const SET =
  'name: pets\nversion: 1\nmode: exclusive\nminimumScore: 0.3\nlabels: [cat, { name: dog, synonyms: [hound] }]\n';

let folder: string;
let page: PageOnTinyPipeline;
let asking: string[];
let byTable: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-why-'));
  await copyFile(SAMPLE, join(folder, 'cat.png'));
  await writeFile(join(folder, 'pets.yaml'), SET);
  await writeFile(join(folder, 'note.txt'), 'no picture');
  page = await startPageOnTinyPipeline(join(folder, 'data'));
  await uploadPictures(page.pipeline, ['a.png', 'cat.png', 'esc\u001b[2J.png']);
  asking = ['--http-port', new URL(page.api).port];
  byTable = ['--dynamodb-port', String(page.pipeline.dynamodb.port)];
  byTable.push(
    '--model',
    tinyModelFolder(join(folder, 'data'), 10),
    '--labels',
    join(folder, 'data', 'labels.yaml'),
  );
});
afterAll(async () => {
  await page.close();
  await rm(folder, { recursive: true });
});

const why = (...args: string[]) => runCli(['why', ...args], { cwd: folder });
const answer = async (...args: string[]) => {
  const result = await why(...args, '--json');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const [explanation] = jsonLines<Explanation>(result);
  return explanation as Explanation;
};

describe('cliptag why, of a file', () => {
  it('says in a sentence why it carries a label, and shows the numbers', async () => {
    const { code, stdout } = await why('cat.png', 'cat', '--labels', 'pets.yaml');
    expect(code).toBe(0);
    const [sentence = '', rows = ''] = stdout.trimEnd().split('\n\n');
    expect(sentence).toMatch(
      /^cat\.png is tagged cat \(\d\.\d\d\): no other label of "pets" fits better, and\s0\.30\sis\senough\.$/,
    );
    expect(rows.split('\n').map((row) => row.slice(0, 11).trim())).toEqual([
      'label set',
      'said by',
      'score',
      'rank',
      'cosine',
      'prompts',
      'shares',
      '',
    ]);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('says what a label lacks that is not shown, by a synonym, and which of its prompts is nearest', async () => {
    const { path, sets, labels } = (await answer(
      'cat.png',
      'HOUND',
      '--labels',
      'pets.yaml',
    )) as Explanation & {
      path: string;
    };
    expect({ path, sets }).toMatchObject({ path: 'cat.png', sets: [{ set: 'pets', state: 'current' }] });
    const [dog] = labels;
    expect(dog).toMatchObject({ label: 'dog', isShown: false, reason: 'below-threshold' });
    expect(dog?.sentence).toMatch(
      /its score 0\.\d+ is below 0\.3.*; it would need a cosine of 0\.\d+ and has/,
    );
    expect(dog?.prompts?.map(({ text }) => text).sort()).toEqual(['a photo of a dog', 'a photo of a hound']);
    expect(dog?.model?.threshold.cosine).toBeGreaterThan(dog?.model?.cosine ?? 1);
  });

  it('gives the very scores of tag', async () => {
    const [tagged] = jsonLines<{ tags: object[] }>(await runCli(['tag', join(folder, 'cat.png'), '--json']));
    const { labels } = await answer('cat.png');
    const carried = labels.filter(({ isShown }) => isShown);
    expect(carried.map(({ set, label, score }) => ({ set, label, score }))).toEqual(tagged?.tags);
    expect(labels.length).toBeGreaterThan(carried.length);
  });

  it('says why a file that is no picture has no tags', async () => {
    const { code, stdout } = await why('note.txt');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^note\.txt has no tags, for it is failed: /);
  });

  it('says that it is unknown, as tag does, where none of the labels fits', async () => {
    const labelSet = parseLabelSet(
      { name: 'odd', version: 1, mode: 'exclusive', labels: ['boat', 'car'] },
      'odd',
    );
    const modelDigest = (await answer('cat.png')).modelDigest ?? '';
    const labels = labelSet.labels.map((label) => {
      const digest = promptsDigest(labelSet, label);
      return [label.name, { promptsDigest: digest, slope: 20, offset: 0 }];
    });
    const fit = { version: 1, fittedAt: '2026-11-30T10:00:00.000Z', unknownLogit: 15 };
    const fits = { [modelDigest]: { ...fit, labels: Object.fromEntries(labels) } };
    await writeFile(join(folder, 'odd.json'), JSON.stringify(labelSet));
    await writeFile(join(folder, 'odd.fits.json'), JSON.stringify({ fits }));
    const tagged = ['tag', join(folder, 'cat.png'), '--labels', join(folder, 'odd.json')];
    expect((await runCli(tagged)).stdout).toMatch(/cat\.png: unknown: no label fits\n$/);
    const [line] = jsonLines<object>(await runCli([...tagged, '--json']));
    expect(line).toMatchObject({ tags: [], unknown: ['odd'] });
    const overview = (await why('cat.png', '--labels', 'odd.json')).stdout;
    expect(overview).toMatch(/^cat\.png: unknown: no label fits\.\n\nodd: exclusive; .*; fitted 2026-11-30/);
    const { stdout } = await why('cat.png', 'boat', '--labels', 'odd.json');
    expect(stdout).toMatch(/^boat is not shown for cat\.png: unknown: no label fits; its\sscore/);
    expect(stdout).toMatch(/^ +(0\.99|1\.00) +unknown$/m);
  });

  it('rejects a misspelt label with the nearest word, and a label set that is not there', async () => {
    const misspelt = await why('cat.png', 'dgo', '--labels', 'pets.yaml');
    expect(misspelt).toMatchObject({ code: 2, stdout: '' });
    expect(misspelt.stderr).toContain('no label set (pets) knows "dgo"; did you mean "dog"?');
    const elsewhere = await why('cat.png', 'pet:dog', '--labels', 'pets.yaml');
    expect(elsewhere.stderr).toContain('no label set is called "pet" (there is pets); did you mean "pets"?');
  });
});

describe('cliptag why, of a stored image', () => {
  it('has the pipeline tell what the record and its model say, as the table route does', async () => {
    const asked = await answer('a.png', 'cat', ...asking);
    expect(asked).toMatchObject({ bucket: 'photos', key: 'a.png', status: 'tagged' });
    expect(await answer('a.png', 'cat', ...byTable)).toEqual(asked);
    expect(await answer('s3://photos/a.png', 'tiny:cat', ...asking)).toEqual(asked);
  });

  it('means the stored image where a flag says so, though a file of that name is here', async () => {
    expect(await answer('cat.png', ...asking)).toMatchObject({ bucket: 'photos', key: 'cat.png' });
    expect(await answer('cat.png', '--labels', 'pets.yaml')).not.toHaveProperty('bucket');
  });

  it('says what a person has corrected, and what the model would say', async () => {
    const port = byTable.slice(0, 2);
    await runCli(['correct', 'a.png', '--remove', 'tiny:cat', ...port]);
    const { stdout } = await why('a.png', 'cat', ...asking);
    expect(stdout).toMatch(
      /^cat is not shown for a\.png: somebody said on \d{4}-\d\d-\d\d that it is not there;\nthe model gives it 0\.18 and would not show it\.\n\n/,
    );
    expect(stdout).toMatch(/^said by +a person, \d{4}-\d\d-\d\d: it is not there$/m);
    await runCli(['correct', 'a.png', '--clear', 'tiny:cat', ...port]);
  });

  it('tells of a record by label sets that it was not tagged with what a retag would do', async () => {
    const others = byTable.map((text) => (text.endsWith('labels.yaml') ? join(folder, 'pets.yaml') : text));
    const { sets, labels } = await answer('a.png', ...others);
    expect(sets).toMatchObject([
      { set: 'pets', state: 'outdated' },
      { set: 'tiny', state: 'not-at-hand' },
    ]);
    expect(labels.find(({ set }) => set === 'tiny')).toMatchObject({ isShown: true, reason: 'not-at-hand' });
    expect(labels.filter(({ set }) => set === 'pets').map(({ reason }) => reason)).toContain('outdated');
  });

  it('prints control characters of a key written out', async () => {
    const { stdout } = await why('esc\u001b[2J.png', ...asking);
    expect(stdout).toMatch(/^esc\\u001b\[2J\.png is tagged/);
  });

  it('rejects an image of which there is no record', async () => {
    for (const place of [asking, byTable]) {
      expect(await why('none.png', ...place)).toEqual({
        ...{ code: 1, stdout: '' },
        stderr: 'cliptag why: there is no record of s3://photos/none.png\n',
      });
    }
  });

  it('rejects a name that is neither a file nor has a pipeline', async () => {
    const { code, stderr } = await why('cta.png', '--http-port', '1');
    expect(code).toBe(2);
    expect(stderr).toContain('there is no file "cta.png" here, and no local pipeline');
  });

  it.each([
    [[], 'expected one KEY, s3://BUCKET/KEY or FILE, and perhaps a LABEL'],
    [['a', 'b', 'c'], 'expected one KEY'],
    [['s3://photos'], 'expected s3://BUCKET/KEY but received "s3://photos"'],
    [['a', ' '], 'expected a LABEL of some text'],
    [['a', '--http-port', '3000', '--stack', 'X'], '--http-port asks the local pipeline'],
    [['a', '--region', 'x'], '--region needs --stack or --table'],
  ])('rejects %j', async (args, message) => {
    const { code, stderr } = await why(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
