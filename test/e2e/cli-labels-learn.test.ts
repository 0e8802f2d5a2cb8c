import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, jsonLines, runCli } from './support/cli-process.ts';
import { cropFiles, crops } from './support/crops.ts';
import {
  bucketOf,
  makeFolder,
  type RunningPipeline,
  startPipelineProcess,
  waitForRecord,
} from './support.ts';

/** A pipeline, and several commands one after the other. */
const PATIENCE = { timeout: 300_000 };
/** Of the cat that is to be learned, by a name that no model knows, and of what is none. */
const CAT = 'chelsea.png';
const OTHERS = ['china.jpg', 'coffee.png', 'flower.jpg', 'rocket.jpg'];
const EACH = 6;
const LABELS =
  '# mine\nname: pets\nversion: 1\nmode: independent\nminimumScore: 0.5\nlabels:\n  - dog  # Rex\n\ntopK: 4\n';

let root: Awaited<ReturnType<typeof makeFolder>>;
let pipeline: RunningPipeline;
let here: string[];

const at = (...names: string[]) => join(root.folder, ...names);
const portOf = (url: string) => new URL(url).port;

interface Told {
  label: string;
  positive: number;
  negative: number;
  earlier: number;
  quality: { words: number; learned: number; folds: number; verdict: string };
  isTaken: boolean;
  version?: number;
  finds: { name: string; score: number; isTag: boolean; placeByWords: number }[];
}
const learn = (...args: string[]) => runCli(['labels', 'learn', ...args, ...here]);
const told = (result: CliResult) => jsonLines<Told>(result);
async function labelFile(name: string, text = LABELS): Promise<string> {
  await writeFile(at(name), text);
  return at(name);
}

beforeAll(async () => {
  root = await makeFolder();
  pipeline = await startPipelineProcess(at('data'));
  here = ['--dynamodb-port', portOf(pipeline.dynamodbUrl), '--http-port', portOf(pipeline.pageUrl)];
  const bucket = bucketOf(pipeline);
  for (const sample of [CAT, ...OTHERS]) {
    for (const [i, picture] of (await crops(sample, EACH)).entries()) {
      await bucket.put(`${sample.split('.')[0]}/${i}.jpg`, picture, picture.length);
    }
  }
  for (const sample of [CAT, ...OTHERS])
    await waitForRecord(pipeline, `${sample.split('.')[0]}/${EACH - 1}.jpg`);
  for (const sample of [CAT, ...OTHERS])
    for (let i = 0; i < EACH; i++) await waitForRecord(pipeline, `${sample.split('.')[0]}/${i}.jpg`);
  bucket.close();
}, 300_000);
afterAll(async () => {
  await pipeline?.interrupt();
  await root?.remove();
});

describe('cliptag labels learn', PATIENCE, () => {
  it('learns a label from three pictures, which retag then finds on all others', async () => {
    const file = await labelFile('pets.yaml');
    await cropFiles(at('pip'), CAT, 3);
    const { code, stdout, stderr } = await learn('pip', '--positive', at('pip'), '--set', file);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Label "pip" of label set "pets" .*\nExamples: 3 with it, 0 without\.\n/);
    expect(stdout).toMatch(/better than the words alone/);
    expect(stdout).toMatch(
      /\nAdded to .*pets\.yaml: "pip"\.\nWritten: .*pets\.fits\.json, version 1, 1 label\.\nNext: /,
    );
    expect(await readFile(file, 'utf8')).toBe(LABELS.replace('# Rex\n', '# Rex\n  - pip\n'));
    await runCli(['retag', '--yes', '--labels', file, ...here.slice(0, 2)]);
    const found = await runCli([
      'query',
      '--label',
      'pets:pip',
      '--json',
      '--labels',
      file,
      ...here.slice(0, 2),
    ]);
    const keys = jsonLines<{ key: string }>(found).map(({ key }) => key);
    expect(keys.sort()).toEqual([
      'chelsea.png',
      ...Array.from({ length: EACH }, (_, i) => `chelsea/${i}.jpg`),
    ]);
  });

  it('says which pictures it finds first that are no examples', async () => {
    const file = await labelFile('finds.yaml');
    const [verdict] = told(await learn('pip', '--positive', at('pip'), '--set', file, '--dry-run', '--json'));
    const tags = verdict?.finds.filter(({ isTag }) => isTag).map(({ name }) => name) ?? [];
    expect(tags.sort()).toEqual([
      's3://photos/chelsea.png',
      ...[3, 4, 5].map((number) => `s3://photos/chelsea/${number}.jpg`),
    ]);
    expect(verdict?.finds.filter(({ isTag }) => !isTag)).toHaveLength(3);
    expect(await readFile(file, 'utf8')).toBe(LABELS);
  });

  it('adds to the examples of before, counts a picture once, and forgets them with --replace', async () => {
    const file = await labelFile('again.yaml');
    const again = async (...args: string[]) => {
      const result = await learn('pip', '--set', file, '--json', ...args);
      const [verdict] = told(result);
      const { positive, negative, earlier, version } = verdict ?? {};
      return { code: result.code, positive, negative, earlier, version };
    };
    expect(await again('--positive', 'chelsea/0.jpg', '--positive', 's3://photos/chelsea/1.jpg')).toEqual({
      ...{ code: 0, positive: 2, negative: 0, earlier: 0, version: 1 },
    });
    // The pictures of the folder are those of the first three keys.
    expect(await again('--positive', at('pip'), '--negative', 'prefix:coffee/')).toEqual({
      ...{ code: 0, positive: 3, negative: EACH, earlier: 0, version: 2 },
    });
    expect(await again('--positive', 's3://photos/chelsea/')).toEqual({
      ...{ code: 0, positive: EACH, negative: EACH, earlier: EACH, version: 3 },
    });
    const fits = JSON.parse(await readFile(at('again.fits.json'), 'utf8')).fits;
    const [{ labels }] = Object.values(fits) as [
      { labels: Record<string, { examples: { negative: string[] } }> },
    ];
    expect(labels.pip?.examples.negative).toContain('s3://photos/coffee/0.jpg');
    expect(await again('--positive', 'prefix:chelsea', '--replace')).toEqual({
      ...{ code: 0, positive: EACH + 1, negative: 0, earlier: 0, version: 4 },
    });
  });

  it('names pictures that are broken, and learns from the others', async () => {
    const folder = at('half');
    await cropFiles(folder, CAT, 3);
    await writeFile(join(folder, 'broken.jpg'), 'no picture');
    const { code, stderr } = await learn('pip', '--positive', folder, '--set', await labelFile('half.yaml'));
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^cliptag labels learn: .*half\/broken\.jpg is left out: Expected a JPEG, .* no image\n$/,
    );
  });

  it('shows examples and finds in a page of HTML', async () => {
    const page = at('report.html');
    const set = await labelFile('page.yaml');
    await learn(
      'pip',
      '--positive',
      'chelsea/0.jpg',
      '--positive',
      at('pip'),
      '--set',
      set,
      '--dry-run',
      '--html',
      page,
    );
    const html = await readFile(page, 'utf8');
    expect(html).toMatch(
      /<h2>pip<\/h2>[\s\S]*better than the words alone[\s\S]*title="s3:\/\/photos\/chelsea\/5\.jpg"/,
    );
    // Two of the folder's pictures, the stored one, and finds.
    expect(html.match(/<img src="data:image\/webp;base64,/g)?.length).toBeGreaterThanOrEqual(6);
  });

  it('goes back to the words with unlearn', async () => {
    const file = await labelFile('back.yaml');
    await learn('pip', '--positive', at('pip'), '--set', file);
    const { code, stdout } = await runCli(['labels', 'unlearn', 'pip', '--set', file]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^"pip" goes by its words again/),
    });
    expect(await readFile(at('back.fits.json'), 'utf8')).not.toContain('"pip"');
    expect(await runCli(['labels', 'learn', 'pip', '--remove', '--set', file])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/"pip" was not learned/),
    });
  });

  it('makes a label set that is not there, in YAML and JSON', async () => {
    for (const name of ['My cats.yaml', 'cats.json']) {
      const { code, stderr } = await learn('Pip', '--positive', at('pip'), '--set', at(name));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const [set] = jsonLines<object>(await runCli(['labels', 'list', '--labels', at(name), '--json']));
      expect(set).toMatchObject({
        name: name === 'cats.json' ? 'cats' : 'my-cats',
        mode: 'independent',
        labels: ['Pip'],
      });
    }
  });

  it('learns in an exclusive label set', async () => {
    const file = await labelFile(
      'one.yaml',
      'name: one\nversion: 1\nmode: exclusive\nlabels: [pagoda, coffee]\nnoneOfThese: [a photo]\n',
    );
    const { code, stderr } = await learn('pip', '--positive', at('pip'), '--set', file);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const tagged = await runCli(['tag', at('pip', '0.jpg'), '--labels', file, '--json']);
    const [{ tags }] = jsonLines<{ tags: { label: string }[] }>(tagged) as [{ tags: { label: string }[] }];
    expect(tags[0]?.label).toBe('pip');
  });

  it('rejects pictures that are given as both, and names them', async () => {
    const file = await labelFile('both.yaml');
    const result = await learn(
      'pip',
      '--positive',
      'prefix:chelsea/',
      '--negative',
      at('pip'),
      '--set',
      file,
    );
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/pip\/0\.jpg: .*same picture as s3:\/\/photos\/chelsea\/0\.jpg/);
    expect(await readFile(file, 'utf8')).toBe(LABELS);
  });

  it('rejects what is no better than the words alone, unless it is forced', async () => {
    const file = await labelFile('words.yaml', LABELS.replace('dog  # Rex', 'a cat'));
    const examples = ['a cat', '--positive', 's3://photos/chelsea/', '--set', file];
    const { code, stdout, stderr } = await learn(...examples);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nCross-validated: an example .*: no better than the words alone\.\n/);
    expect(stderr).toMatch(/^cliptag labels learn: what was learned is no better .* --force\n$/);
    await expect(readFile(at('words.fits.json'))).rejects.toThrow(/ENOENT/);
    expect((await learn(...examples, '--force')).code).toBe(0);
    expect(await readFile(at('words.fits.json'), 'utf8')).toContain('"a cat"');
  });

  it.each<[string, string[], RegExp]>([
    [
      'no examples',
      ['pip', '--set', 'x.yaml'],
      /expected at least one --positive, --negative or --from-corrections/,
    ],
    ['no name', ['--positive', '.', '--set', 'x.yaml'], /expected one NAME of a label but received nothing/],
    ['a whole set without its name', ['--all', '.'], /expected --set FILE\|SETNAME/],
    [
      'examples beside folders',
      ['--all', '.', '--positive', '.', '--set', 'x.yaml'],
      /expected no --positive/,
    ],
    [
      'a label that no label set knows',
      ['pipp', '--positive', '.'],
      /no label set .* knows "pipp".*expected --set/,
    ],
    [
      'a source that is nothing',
      ['pip', '--positive', 'nothing.jpg', '--set', 'x.yaml'],
      /no such file or folder: nothing\.jpg/,
    ],
    ['a wrong query', ['pip', '--positive', 'label:(', '--set', 'x.yaml'], /Column 7/],
  ])('rejects %s', async (_, args, fault) => {
    const { code, stdout, stderr } = await learn(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(fault);
  });
});

describe('cliptag labels learn, whole sets', PATIENCE, () => {
  it('learns every label of folders, and a table tells what came of each', async () => {
    const folders = at('folders');
    for (const sample of [CAT, ...OTHERS])
      await cropFiles(join(folders, `my_${sample.split('.')[0]}`), sample, 4);
    const { code, stdout } = await learn('--all', folders, '--set', at('all.yaml'), '--force');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nLABEL +EXAMPLES +WORDS +LEARNED .*\nmy chelsea +4 /);
    expect(await readFile(at('all.yaml'), 'utf8')).toMatch(/labels:\n {2}- my chelsea\n {2}- my china\n/);
    const labels = told(
      await learn('--all', folders, '--set', at('all.yaml'), '--dry-run', '--force', '--json'),
    );
    expect(labels.map(({ label, positive, negative }) => [label, positive, negative])).toContainEqual([
      'my china',
      4,
      16,
    ]);
    // As a shell makes it of FOLDER/* and FOLDER/*/*.
    const names = [CAT, ...OTHERS].map((sample) => join(folders, `my_${sample.split('.')[0]}`));
    const files = names.flatMap((name) => [0, 1].map((number) => join(name, `${number}.jpg`)));
    for (const [operands, each] of [
      [names, 4],
      [files, 2],
    ] as const) {
      const told_ = told(
        await learn('--all', ...operands, '--set', at('shell.yaml'), '--dry-run', '--force', '--json'),
      );
      expect(told_.map(({ positive }) => positive)).toEqual([CAT, ...OTHERS].map(() => each));
    }
  });

  it('is not calibrated by the pictures that it was learned from', async () => {
    const file = at('all.yaml');
    const arguments_ = ['--from', at('folders'), '--no-collection', '--dry-run', '--json'];
    const positives = async (labelSet: string) => {
      const result = await runCli(['labels', 'calibrate', labelSet, ...arguments_]);
      const [found] = jsonLines<{ labels: { positives: number }[] }>(result);
      return { ...result, positives: found?.labels.map((label) => label.positives) };
    };
    const learned = await positives(file);
    expect(learned.positives).toEqual([CAT, ...OTHERS].map(() => 0));
    expect(learned.stderr).toMatch(/labels were learned from 20 of the labelled pictures/);
    await writeFile(at('words.yaml'), await readFile(file, 'utf8'));
    expect((await positives(at('words.yaml'))).positives).toEqual([CAT, ...OTHERS].map(() => 4));
  });

  it('learns from what people have corrected', async () => {
    const file = await labelFile('corrected.yaml', LABELS.replace('# Rex', '# Rex\n  - pip'));
    const correct = (key: string, ...args: string[]) =>
      runCli(['correct', key, ...args, '--labels', file, ...here.slice(0, 2)]);
    const nothing = await learn('--from-corrections', '--set', file);
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringMatching(/too little to learn from/) });
    for (const number of [0, 1, 2]) await correct(`chelsea/${number}.jpg`, '--add', 'pets:pip');
    await correct('coffee/0.jpg', '--remove', 'pets:pip');
    const [verdict, ...others] = told(await learn('--from-corrections', '--set', file, '--json'));
    expect(verdict).toMatchObject({
      label: 'pip',
      positive: 3,
      negative: 1,
      quality: { verdict: 'better' },
      version: 1,
    });
    expect(others).toEqual([]);
    const again = await learn('pip', '--positive', 'corrections', '--replace', '--set', file, '--json');
    expect(told(again)).toMatchObject([{ positive: 3, negative: 0, version: 2 }]);
  });

  it('needs no pipeline to learn from files', async () => {
    const alone = ['--dynamodb-port', '1', '--http-port', '1'];
    const { code, stderr } = await runCli([
      ...['labels', 'learn', 'pip', '--positive', at('pip'), '--set', at('alone.yaml')],
      ...alone,
    ]);
    expect(stderr).toMatch(/no local pipeline answers/);
    expect(code).toBe(0);
    const asked = await runCli([
      'labels',
      'learn',
      'pip',
      '--positive',
      'label:cat',
      '--set',
      at('alone.yaml'),
      ...alone,
    ]);
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringMatching(/no local pipeline answers/) });
  });
});
