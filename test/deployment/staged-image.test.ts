import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stagedImage } from '../../infra/packaging/staged-image.ts';
import { type TaggingImageOptions, taggingImage } from '../../infra/packaging/tagging-image.ts';

let folder: string;
let options: TaggingImageOptions & { readonly stateFolder: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-staged-'));
  const labelSet = join(folder, 'animals.yaml');
  await writeFile(labelSet, 'name: animals\nversion: 1\nmode: exclusive\nlabels: [cat, dog]\n');
  const stateFolder = join(folder, 'state');
  options = { model: 'embedded', labelSets: [labelSet], architecture: 'arm64', stateFolder };
});
afterAll(() => rm(folder, { recursive: true }));

describe('an image that is waited for', () => {
  it('is the one that is made without waiting, in the folder that is named', async () => {
    const image = stagedImage(options);
    expect(image).toEqual(await taggingImage(options));
    expect((await readdir(options.stateFolder)).sort()).toEqual(['backfill', 'classifiers', 'images']);
    expect(await readdir(image.folder)).toContain('Dockerfile');
  });

  it('is laid out once for the same options', () => {
    expect(stagedImage({ ...options })).toBe(stagedImage({ ...options }));
  });

  it('rejects faults of model and label sets as they are told without waiting', async () => {
    const faulty = { ...options, model: 'no-such-model', labelSets: ['none.yaml'] };
    const message = await taggingImage(faulty).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).toMatch(/no-such-model[\s\S]*none\.yaml/);
    expect(() => stagedImage(faulty)).toThrow(new Error(message));
  });
});
