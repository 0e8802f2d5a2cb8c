import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    expect((await runCli(['labels', 'list'])).stdout).toMatch(/^NAME .*\n(.*\n)*general +\S+ +\w+ +\d+ /);
  });

  it('rejects faulty label sets with all their faults, one a line', async () => {
    await writeFile(join(folder, 'a.json'), '{"name":"A","version":1,"mode":"exclusive","labels":["x"]}');
    await writeFile(join(folder, 'b.json'), '{"name":"b","version":1,"mode":"both","labels":["x"]}');
    const { code, stdout, stderr } = await runCli(['labels', 'list', '--labels', folder]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/a\.json: name: .*\n.*b\.json: mode: .*\n$/);
  });
});
