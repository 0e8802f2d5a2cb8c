import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taggingImage } from '../../infra/packaging/tagging-image.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-labels-'));
});
afterAll(() => rm(folder, { recursive: true }));

const labelSet = async (name: string, labels: string) => {
  const path = join(folder, `${name}.yaml`);
  await writeFile(path, `name: ${name}\nversion: 1\nmode: exclusive\nlabels: [${labels}]\n`);
  return path;
};
const architecture = 'arm64';

describe('what the image is built from', () => {
  it('lies in the same folder for the same model and label sets, and in another for others', async () => {
    const labelSets = [await labelSet('animals', 'cat, dog')];
    const first = await taggingImage({ model: 'embedded', labelSets, architecture });
    const again = await taggingImage({ model: 'models/embedded', labelSets, architecture });
    expect(again.folder).toBe(first.folder);
    await labelSet('animals', 'cat, dog, mouse');
    const other = await taggingImage({ model: 'embedded', labelSets, architecture });
    expect(other.folder).not.toBe(first.folder);
  });

  it('rejects a model that is not compiled and faulty label sets in one error', async () => {
    const labelSets = [
      await labelSet('fine', 'cat'),
      await labelSet('twice', 'cat, cat'),
      join(folder, 'none.yaml'),
    ];
    const made = taggingImage({ model: folder, labelSets, architecture });
    await expect(made).rejects.toThrow(
      /^The image of the tagging function cannot be made:[\s\S]*a checkpoint must be compiled first[\s\S]*none\.yaml[\s\S]*twice\.yaml/,
    );
  });

  it('rejects a model that is not there, and says how to get it', async () => {
    const labelSets = [await labelSet('fine', 'cat')];
    const made = taggingImage({ model: 'no-such-model', labelSets, architecture });
    await expect(made).rejects.toThrow(
      /there is none at no-such-model, nor in models, which has .*embedded[\s\S]*npx cliptag models pull no-such-model && npx cliptag models compile no-such-model/,
    );
  });
});
