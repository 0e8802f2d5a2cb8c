import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFit } from '../../functions/adapters/files/fit-file.ts';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import { labelSetDigest, promptsDigest } from '../../functions/core/labels/label-set.ts';
import { composeRetagger } from '../../functions/retag/composition.ts';
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

  it('carries what was fitted to a label set with its model, and with no other', async () => {
    const path = await labelSet('fitted', 'cat, dog');
    const made = () => taggingImage({ model: 'embedded', labelSets: [path], architecture });
    const words = await made();
    const [set] = await readLabelSets([path]);
    const cat = {
      promptsDigest: promptsDigest(set!, set!.labels[0]!),
      slope: 30,
      offset: -6,
      threshold: 0.4,
    };
    const fit = { fittedAt: '2026-11-30T12:00:00.000Z', labels: { cat } };

    await writeFit(path, 'another-model', fit);
    expect(await made()).toMatchObject({ folder: words.folder, backfill: words.backfill });

    await writeFit(path, words.modelDigest, fit);
    const fitted = await made();
    expect(fitted.folder).not.toBe(words.folder);
    const own = JSON.parse(await readFile(join(fitted.folder, 'labels', 'fitted.json'), 'utf8'));
    expect(own.fits).toEqual({ [words.modelDigest]: { ...fit, version: 1 } });
    const [local] = await readLabelSets([path]);
    const digest = labelSetDigest(local!, words.modelDigest);
    expect(fitted.backfill.tagger.labelSets).toEqual([{ digest }]);

    const { classifiers } = await composeRetagger({
      ...{ TABLE_NAME: 'none', TABLE_SHARDS: 1, VECTOR_INDEX: false },
      MODEL_FOLDER: join(fitted.folder, 'model'),
      LABEL_SETS: [join(fitted.folder, 'labels')],
      CLASSIFIER_FOLDER: join(fitted.folder, 'classifiers'),
    });
    expect(classifiers).toMatchObject([{ labelSetDigest: digest, fit: { version: 1 } }]);
    expect([...(classifiers[0]?.fit?.isFitted ?? [])]).toEqual([1, 0]);
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
