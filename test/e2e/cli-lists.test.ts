import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFit } from '../../functions/adapters/files/fit-file.ts';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';
import { promptsDigest } from '../../functions/core/labels/label-set.ts';
import { jsonLines, runCli } from './support/cli-process.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-cli-lists-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('cliptag models list', () => {
  it('names the embedded model and says that its files are what its manifest says', async () => {
    const result = await runCli(['models', 'list', '--json']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(jsonLines(result)).toContainEqual({
      name: 'embedded',
      model: expect.any(String),
      digest: expect.stringMatching(/^[0-9a-f]{16}$/),
      embeddingSize: expect.any(Number),
      sizeBytes: expect.any(Number),
      licence: expect.any(String),
      path: expect.stringMatching(/embedded$/),
      verified: true,
      faults: [],
    });
    expect((await runCli(['models', 'list'])).stdout).toMatch(/^NAME .*\nembedded .* MB .*verified/);
  });
});

describe('cliptag labels list', () => {
  it('names the label sets of the pipeline with their labels', async () => {
    const result = await runCli(['labels', 'list', '--json']);
    expect(jsonLines(result)).toContainEqual({
      name: 'general',
      version: expect.any(String),
      mode: expect.stringMatching(/^(exclusive|independent)$/),
      labels: expect.arrayContaining(['dog', 'cat']),
      path: expect.stringMatching(/general\.yaml$/),
    });
    expect((await runCli(['labels', 'list'])).stdout).toMatch(
      /^NAME .*\n(.*\n)*general +\S+ +\w+ +a photo of a \{label\} +\d+ /,
    );
  });

  it('names the templates that a label set names', async () => {
    const path = join(folder, 'art.yaml');
    await writeFile(path, 'name: art\nversion: 1\nmode: exclusive\nprompts: drawing\nlabels: [cat]\n');
    const list = (...args: string[]) => runCli(['labels', 'list', '--labels', path, ...args]);
    expect(jsonLines(await list('--json'))).toMatchObject([{ name: 'art', prompts: 'drawing' }]);
    expect((await list()).stdout).toMatch(/\nart +1 +exclusive +drawing +1 /);
    await rm(path);
  });

  it('says what was fitted to a label set with the model', async () => {
    const path = join(folder, 'fitted', 'pets.yaml');
    await mkdir(join(folder, 'fitted'));
    await writeFile(path, 'name: pets\nversion: 1\nmode: independent\nlabels: [cat, dog, cow, hen]\n');
    const list = (...args: string[]) => runCli(['labels', 'list', '--labels', path, ...args]);
    expect((await list()).stdout).toMatch(/independent +a photo of a \{label\} +4 +no +\S/);
    const [set] = await readLabelSets([path]);
    const [cat, dog, cow] = set!.labels.map((label) => ({
      ...{ promptsDigest: promptsDigest(set!, label), slope: 20, offset: -5 },
    }));
    const labels = {
      cat: { ...cat!, null: { mean: 0.1, deviation: 0.02, images: 900 } },
      dog: { ...dog!, direction: 'AAA8AA==' },
      cow: { ...cow!, promptsDigest: 'of other prompts' },
    };
    const fittedAt = '2026-11-30T12:00:00.000Z';
    await writeFit(path, 'another-model', { fittedAt, labels });
    expect((await list()).stdout).toMatch(/independent +a photo of a \{label\} +4 +with other models +\S/);
    const { digest } = await readModel(packagePath('models', 'embedded'), []);
    await writeFit(path, digest, { fittedAt, labels });
    expect((await list()).stdout).toMatch(
      /independent +a photo of a \{label\} +4 +1 learned, 1 calibrated, 1 stale +\S/,
    );
    expect(jsonLines(await list('--json', '--model', 'embedded'))).toEqual([
      expect.objectContaining({
        fit: { version: 1, fittedAt, learned: 1, calibrated: 1, stale: ['cow'] },
      }),
    ]);
  });

  it('rejects faulty label sets with all their faults, one a line', async () => {
    await writeFile(join(folder, 'a.json'), '{"name":"A","version":1,"mode":"exclusive","labels":["x"]}');
    await writeFile(join(folder, 'b.json'), '{"name":"b","version":1,"mode":"both","labels":["x"]}');
    const { code, stdout, stderr } = await runCli(['labels', 'list', '--labels', folder]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/a\.json: name: .*\n.*b\.json: mode: .*\n$/);
  });
});
