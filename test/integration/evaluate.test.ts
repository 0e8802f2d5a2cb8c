import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { parseLabelSet } from '../../functions/core/label-set.ts';
import { type EvaluationOptions, evaluate } from '../../models/embedded/evaluation.ts';
import { openPhotoSet } from '../../models/embedded/photo-set.ts';
import { rightTagsByLabel } from '../../models/embedded/tag-evaluation.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { writeTinyModel } from '../fixtures/tiny-model.ts';

const label = (name: string, also: string[], pictures: number) => ({
  label: name,
  phrase: `a photo of a ${name}`,
  group: 'animal',
  also,
  train: pictures,
  test: 0,
});

const pets = parseLabelSet(
  {
    name: 'pets',
    version: 1,
    mode: 'exclusive',
    labels: [
      { name: 'kitty', parent: 'animal', prompts: ['a photo of a cat'] },
      { name: 'dog', parent: 'animal' },
    ],
  },
  'test',
);

/** Four pictures of each label, one of them in the split `train`. */
async function tinyPhotoSet(labels: ReadonlyArray<ReturnType<typeof label>>): Promise<string> {
  const folder = await temporaryFolder();
  const lines: string[] = [];
  const pictures: Buffer[] = [];
  for (let i = 0; i < 4 * labels.length; i++) {
    const background = { r: 255 - 9 * i, g: 20 * i, b: 77 };
    const bytes = await sharp({ create: { width: 9, height: 6, channels: 3, background } })
      .webp()
      .toBuffer();
    const offset = Buffer.concat(pictures).length;
    const name = labels[i % labels.length]?.label;
    const split = i < labels.length ? 'train' : 'test';
    lines.push(JSON.stringify(['photos-00.bin', offset, bytes.length, name, split, 'made up']));
    pictures.push(bytes);
  }
  await writeFile(join(folder, 'photos-00.bin'), Buffer.concat(pictures));
  await writeFile(join(folder, 'labels.json'), JSON.stringify(labels));
  await writeFile(join(folder, 'manifest.jsonl'), `${lines.join('\n')}\n`);
  return join(folder, 'manifest.jsonl');
}

async function optionsFor(manifestPath: string): Promise<EvaluationOptions> {
  const modelFolder = await temporaryFolder();
  await writeTinyModel(modelFolder);
  const limit = Number.POSITIVE_INFINITY;
  return { manifestPath, modelFolder, split: 'test', limit, heldOut: [], report: () => {} };
}

describe('evaluate', () => {
  test('measures the pictures of a split among the labels that have enough of them', async () => {
    const manifest = await tinyPhotoSet([
      label('cat', ['tom'], 30),
      label('dog', [], 30),
      label('rare', [], 29),
    ]);
    const options = await optionsFor(manifest);
    const evaluation = await evaluate(options);
    expect(evaluation).toMatchObject({ model: { name: 'tiny' }, split: 'test', labels: 2 });
    expect(evaluation.all).toMatchObject({ pictures: 6, top5: 1 });
    expect(evaluation).not.toHaveProperty('heldOut');
    expect((await evaluate({ ...options, split: 'train' })).all.pictures).toBe(2);
    expect((await evaluate({ ...options, limit: 3 })).all.pictures).toBe(3);
  });

  test('takes every label that is true of a picture for right', async () => {
    const manifest = await tinyPhotoSet([label('cat', ['dog'], 30), label('dog', ['cat'], 30)]);
    expect((await evaluate(await optionsFor(manifest))).all.top1).toBe(1);
  });

  test('measures labels that the model was not trained on among themselves', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const options = await optionsFor(await tinyPhotoSet(names.map((name) => label(name, [], 30))));
    const { all, heldOut } = await evaluate({ ...options, heldOut: ['c', 'unknown'] });
    expect(heldOut).toEqual({ labels: 1, pictures: 3, top1: 1, top5: 1 });
    expect(all.top1).toBeLessThan(1);
  });

  test('measures the tags of a label set by its minimum score', async () => {
    const options = await optionsFor(await tinyPhotoSet([label('cat', [], 30), label('dog', [], 30)]));
    const { tags } = await evaluate({ ...options, labelSet: pets });
    expect(tags?.labelSet).toBe('pets');
    // A parent of all labels has the whole score: every picture is rightly tagged "animal".
    for (const { picturesTagged, picturesRight } of tags?.quality ?? []) {
      expect([picturesTagged, picturesRight]).toEqual([1, 1]);
    }
  });

  test('tells how far it is', async () => {
    const progress: string[] = [];
    const options = await optionsFor(await tinyPhotoSet([label('cat', [], 30)]));
    await evaluate({ ...options, report: (done, total) => progress.push(`${done} of ${total}`) });
    expect(progress).toEqual(['3 of 3']);
  });
});

test('a tag is right by its name, by the phrase it asks with, and by its children', () => {
  const labels = [label('cat', ['wild cat'], 30), label('dog', [], 30), label('table', [], 30)];
  expect(Object.fromEntries(rightTagsByLabel(pets, labels))).toEqual({
    cat: new Set(['kitty', 'animal']),
    dog: new Set(['dog', 'animal']),
    table: new Set(),
  });
});

describe('openPhotoSet', () => {
  test('rejects a manifest line of another form, with its number', async () => {
    const manifest = await tinyPhotoSet([label('cat', [], 30)]);
    await writeFile(manifest, '["photos-00.bin", 0, 1, "cat", "test"]\n["photos-00.bin", 0, "cat"]\n');
    await expect(openPhotoSet(manifest)).rejects.toThrow('in line 2');
  });

  test('rejects a picture that lies beyond the end of its file', async () => {
    const photoSet = await openPhotoSet(await tinyPhotoSet([label('cat', [], 30)]));
    const picture = { file: 'photos-00.bin', offset: 1_000_000, length: 10, label: 'cat', split: 'test' };
    await expect(photoSet.read(picture)).rejects.toThrow('Expected 10 bytes at 1000000 of photos-00.bin');
    await photoSet.close();
  });
});
