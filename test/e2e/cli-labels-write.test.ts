import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, runCli } from './support/cli-process.ts';

interface Checked {
  readonly path: string;
  readonly level: string;
  readonly code?: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

const cat = fileURLToPath(new URL('../../functions/local/samples/chelsea.png', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-cli-labels-'));
});
afterAll(() => rm(folder, { recursive: true }));

const labels = (...args: string[]) => runCli(['labels', ...args], { cwd: folder });
const at = (name: string) => join(folder, name);

describe('cliptag labels new', () => {
  it('writes a label set that is checked without a warning, and tags', async () => {
    expect(await labels('new', 'pets')).toEqual({
      code: 0,
      stdout: 'pets.yaml is written. Try it: cliptag tag PICTURES --labels pets.yaml\n',
      stderr: '',
    });
    expect(await labels('check', 'pets.yaml', '--strict')).toMatchObject({
      code: 0,
      stdout: '1 label set with 3 labels can be used: 0 faults, 0 warnings.\n',
    });
    const { stdout } = await runCli(['tag', cat, '--labels', 'pets.yaml'], { cwd: folder });
    expect(stdout).toMatch(/: cat \d\.\d\d\n$/);
  });

  it.each([[[]], [['--exclusive']]])('writes labels that tag as they do without a file %j', async (flags) => {
    const named = ['--label', 'cat', '--label', 'a drawing', ...flags];
    const file = `named${flags.length}.yaml`;
    await labels('new', 'named', ...named, '--output', file);
    const scores = async (...args: string[]) =>
      jsonLines<{ tags: { label: string; score: number }[] }>(
        await runCli(['tag', cat, '--json', ...args], { cwd: folder }),
      ).map(({ tags }) => tags.map(({ label, score }) => ({ label, score })));
    expect(await scores('--labels', file)).toEqual(await scores(...named));
  });

  it('leads editors to the schema, from wherever the file lies', async () => {
    await mkdir(at('a b/deep'), { recursive: true });
    for (const path of ['schema.yml', 'a b/deep/schema.yaml', 'schema.json']) {
      await labels('new', 'schema', '--output', path);
      const text = await readFile(at(path), 'utf8');
      const [, schema = ''] = /\$schema(?:=|": ")([^\s"]+)/.exec(text) ?? [];
      expect(existsSync(resolve(dirname(at(path)), schema)), schema).toBe(true);
      expect((await labels('check', path)).code).toBe(0);
    }
  });

  it('rejects a file that is there, and leaves it as it is', async () => {
    await writeFile(at('mine.yaml'), 'mine');
    expect(await labels('new', 'mine')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'cliptag labels new: mine.yaml is there already, and stays as it is: name another file with --output\n',
    });
    expect(await readFile(at('mine.yaml'), 'utf8')).toBe('mine');
  });

  it('rejects a folder that is not there', async () => {
    const { code, stderr } = await labels('new', 'mine', '--output', 'nowhere/mine.yaml');
    expect([code, stderr]).toEqual([1, 'cliptag labels new: cannot write nowhere/mine.yaml (ENOENT)\n']);
  });
});

describe('cliptag labels check', () => {
  it('tells all faults of all files with their places, and what can be used besides', async () => {
    await writeFile(
      at('a.yaml'),
      'name: A\nversion: 1\nmode: exclusive\nlables: []\nlabels:\n  - cat\n  - Cat\n  - { name: dog, treshold: 1 }\n',
    );
    await writeFile(at('b.yaml'), 'name: b\nversion: 1\nmode: [\n');
    await writeFile(at('c.json'), '{"name":"c","version":1.10,"mode":"independent","labels":["cat"]}');
    const result = await labels('check', 'a.yaml', 'b.yaml', 'c.json', '--json');
    expect(result).toMatchObject({ code: 1, stderr: '' });
    const lines = jsonLines<Checked>(result);
    expect(lines.map(({ path, level, line, column }) => [path, level, line, column])).toEqual([
      ['a.yaml', 'fault', 1, 7],
      ['a.yaml', 'fault', 8, 18],
      ['a.yaml', 'fault', 4, 1],
      ['a.yaml', 'fault', 7, 5],
      ['b.yaml', 'fault', 4, 1],
      ['c.json', 'remark', undefined, undefined],
    ]);
    expect(lines.map(({ message }) => message).join('\n')).toMatch(
      /did you mean "threshold"\?\n.*did you mean "labels"\?/,
    );
    const { stdout } = await labels('check', 'a.yaml', 'b.yaml', 'c.json');
    expect(stdout).toMatch(
      /^a\.yaml: name: .*\(line 1, column 7\)\n[\s\S]*\nc\.json: remark: version 1\.10 .*\n1 label set with 1 label can be used: 5 faults, 0 warnings\.\n$/,
    );
  });

  it('warns of what the model makes of labels, where they stand', async () => {
    await writeFile(
      at('odd.yaml'),
      'name: odd\nversion: 1\nmode: exclusive\nlabels:\n  - geyser\n  - picture\n  - not a cat\n  - hot spring\n  - собака\n' +
        `  - { name: long, prompts: ["${'on and '.repeat(20)}"] }\n  - { name: airplane, synonyms: [plane] }\n  - hand plane\n`,
    );
    const result = await labels('check', 'odd.yaml', '--json');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(
      jsonLines<Checked>(result).map(({ level, code, line, column }) => [level, code, line, column]),
    ).toEqual([
      ['warning', 'no-none-of-these', 3, 7],
      ['warning', 'says-nothing', 6, 5],
      ['warning', 'negation', 7, 5],
      ['warning', 'near-labels', 8, 5],
      ['warning', 'word-in-pieces', 9, 5],
      ['warning', 'cut-prompt', 10, 29],
      ['warning', 'synonym-elsewhere', 11, 34],
    ]);
    expect((await labels('check', 'odd.yaml', '--strict')).code).toBe(1);
    expect((await labels('check', 'odd.yaml')).stdout).toMatch(
      /\nodd\.yaml:8:5: warning: "hot spring" and "geyser" are nearly one label .* \[near-labels\]\n/,
    );
  });

  it('has little to say of the label sets that come with Cliptag, and no fault', async () => {
    const result = await runCli(['labels', 'check', 'models/labels', '--json']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const lines = jsonLines<Checked>(result);
    expect(lines.length).toBeLessThan(20);
    expect(new Set(lines.map(({ code }) => code))).toEqual(new Set(['near-labels', 'synonym-elsewhere']));
  });

  it('rejects what is not there, and another model', async () => {
    expect(await labels('check', 'nowhere.yaml')).toMatchObject({
      code: 2,
      stderr: 'cliptag labels check: no such file or folder: nowhere.yaml\n',
    });
    expect((await labels('check', 'pets.yaml', '--model', 'nowhere')).code).toBe(2);
  });
});

describe('cliptag labels diff', () => {
  const diff = (...args: string[]) => labels('diff', 'before.yaml', 'after.yaml', ...args);

  beforeAll(async () => {
    const set = (name: string, words: string, minimum: number) =>
      `name: ${name}\nversion: 1\nmode: independent\nlabels: [${words}]\nminimumScore: ${minimum}\n`;
    await writeFile(at('before.yaml'), set('before', 'cat, coffee', 0.3));
    await writeFile(at('after.yaml'), set('after', 'cat, pagoda', 0.7));
    const samples = dirname(cat);
    const names = ['chelsea.png', 'china.jpg', 'coffee.png', 'LICENSES.md'].map((name) =>
      join(samples, name),
    );
    const embedded = await runCli(['embed', ...names, '--json']);
    await writeFile(at('embedded.jsonl'), embedded.stdout);
  });

  it('compares label sets on the embeddings in a file, whatever the sets are called', async () => {
    const result = await diff('--on', 'embedded.jsonl', '--json');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(jsonLines(result)).toEqual([
      {
        ...{ images: 3, changed: 2, same: 1, foreign: {} },
        labels: [
          { set: 'after', label: 'coffee', added: 0, removed: 1, rescored: 0 },
          { set: 'after', label: 'pagoda', added: 1, removed: 0, rescored: 0 },
        ],
        examples: expect.arrayContaining([expect.objectContaining({ key: join(dirname(cat), 'china.jpg') })]),
      },
    ]);
    expect((await diff('--on', 'embedded.jsonl')).stdout).toMatch(
      /\n {2}\/.*china\.jpg {2}\+after:pagoda \d\.\d\d\n/,
    );
    expect((await labels('diff', 'after.yaml', 'after.yaml', '--on', 'embedded.jsonl')).stdout).toBe(
      'Images: 3. 0 have other tags by after.yaml than by after.yaml, 3 the same ones\nTags: 0 added, 0 removed, 0 with another score.\n',
    );
  });

  it('rejects lines that are no embeddings, and counts those of other models', async () => {
    const [line = ''] = (await readFile(at('embedded.jsonl'), 'utf8')).split('\n');
    const image = JSON.parse(line);
    const lines = (...values: unknown[]) =>
      writeFile(at('odd.jsonl'), values.map((value) => JSON.stringify(value)).join('\n'));
    await lines(image, { ...image, embedding: [1, 2] }, 'x', {
      ...image,
      embedding: image.embedding.map(() => 0),
    });
    const { code, stderr } = await diff('--on', 'odd.jsonl');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /odd\.jsonl has no embeddings:\n {2}line 2: Expected an embedding of 256 numbers but received 2\n {2}line 3: Expected what embed .*\n {2}line 4: .* received zeros or numbers without bounds\n$/,
    );
    await lines(
      image,
      { ...image, modelDigest: 'other' },
      { bucket: 'b', key: 'k', status: 'tagged' },
      { bucket: 'b', key: 'l', status: 'deleted' },
    );
    const result = await diff('--on', 'odd.jsonl', '--json');
    expect(result.code).toBe(1);
    expect(jsonLines(result)).toMatchObject([{ images: 3, foreign: { '': 1, other: 1 } }]);
    expect(result.stderr).toMatch(
      /1 images have an embedding of model other, .*\n.*1 images have no embedding, .* show with --embedding\n$/,
    );
  });

  it('rejects other places beside a file', async () => {
    expect((await diff('--on', 'nowhere.jsonl')).stderr).toBe(
      'cliptag labels diff: --on: cannot read nowhere.jsonl (ENOENT)\n',
    );
    expect((await labels('diff', 'a', '--on', 'x', '--prefix', 'p')).stderr).toBe(
      'cliptag labels diff: expected label sets A and B but received "a"; --on has its own images: expected no --prefix\n',
    );
  });
});
