import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../functions/cli/commands/evaluate/evaluation.ts';
import {
  type EvaluationOptions,
  evaluate,
  evenly,
} from '../../functions/cli/commands/evaluate/evaluation-run.ts';
import { openPictureSet } from '../../functions/cli/picture-sets/open-picture-set.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { writeTinyModel } from '../fixtures/tiny-model.ts';

function picture(i: number): Promise<Buffer> {
  const background = { r: 255 - 9 * i, g: 20 * i, b: 77 };
  return sharp({ create: { width: 9, height: 6, channels: 3, background } })
    .webp()
    .toBuffer();
}

const label = (name: string, also: string[], pictures: number) => ({
  label: name,
  phrase: `a photo of a ${name}`,
  group: 'animal',
  also,
  train: pictures,
  test: 0,
});

/** Four pictures of each label, one of them in the split `train`. */
async function tinyPhotoSet(labels: ReadonlyArray<ReturnType<typeof label>>): Promise<string> {
  const folder = await temporaryFolder();
  const lines: string[] = [];
  const pictures: Buffer[] = [];
  for (let i = 0; i < 4 * labels.length; i++) {
    const bytes = await picture(i);
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

/** A folder of pictures at these paths. */
async function folderOf(paths: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const [i, path] of paths.entries()) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), await picture(i));
  }
  return folder;
}

async function petLabels(): Promise<string> {
  const labels = [
    { name: 'kitty', parent: 'animal', prompts: ['a photo of a cat'] },
    { name: 'dog', parent: 'animal', synonyms: ['hound'] },
  ];
  const path = join(await temporaryFolder(), 'pets.json');
  await writeFile(path, JSON.stringify({ name: 'pets', version: 1, mode: 'exclusive', labels }));
  return path;
}

async function evaluationOf(source: string, options: Partial<EvaluationOptions> = {}): Promise<Evaluation> {
  const model = await temporaryFolder();
  await writeTinyModel(model);
  return evaluate({ source, model, warn: () => {}, ...options }, async ({ evaluation }) => evaluation);
}

describe('evaluate, on a packed photo set', () => {
  test('measures the pictures of a split among the labels that have enough of them', async () => {
    const manifest = await tinyPhotoSet([
      label('cat', ['tom'], 30),
      label('dog', [], 30),
      label('rare', [], 29),
    ]);
    const evaluation = await evaluationOf(manifest);
    expect(evaluation).toMatchObject({ model: 'tiny', pictures: 6, broken: [] });
    expect(evaluation.results).toHaveLength(1);
    expect(evaluation.results[0]).toMatchObject({
      ...{ candidates: 'own', mode: 'exclusive', labels: 2, pictures: 6, top5: 1 },
      unknown: [{ label: 'rare', pictures: 3 }],
    });
    expect((await evaluationOf(manifest, { split: 'train' })).pictures).toBe(2);
    expect((await evaluationOf(manifest, { limit: 3 })).pictures).toBe(3);
  });

  test('takes every label that is true of a picture for right', async () => {
    const manifest = await tinyPhotoSet([label('cat', ['dog'], 30), label('dog', ['cat'], 30)]);
    const [result] = (await evaluationOf(manifest)).results;
    expect(result).toMatchObject({ top1: 1, confusions: [] });
  });

  test('measures labels that the model was not trained on among themselves', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const manifest = await tinyPhotoSet(names.map((name) => label(name, [], 30)));
    const { results } = await evaluationOf(manifest, { heldOut: ['c', 'unknown'] });
    expect(results[0]).toMatchObject({ candidates: 'own', labels: 7, pictures: 21 });
    expect(results[0]?.top1).toBeLessThan(1);
    // Nobody trained on their pictures, so those of the split `train` are as good.
    expect(results[1]).toMatchObject({ candidates: 'held-out', labels: 1, pictures: 4, top1: 1, top5: 1 });
    await expect(evaluationOf(manifest, { heldOut: ['unknown'] })).rejects.toThrow('received unknown');
  });

  test('measures the tags of a label set, by its minimum score too', async () => {
    const manifest = await tinyPhotoSet([label('cat', [], 30), label('dog', [], 30), label('cow', [], 30)]);
    const [result] = (await evaluationOf(manifest, { labels: [await petLabels()] })).results;
    expect(result).toMatchObject({ candidates: 'label-set', labelSet: 'pets', labels: 2, pictures: 6 });
    expect(result?.unknown).toEqual([{ label: 'cow', pictures: 3 }]);
    expect(result?.perLabel.map(({ label: name }) => name).sort()).toEqual(['dog', 'kitty']);
    // A parent of all labels has the whole score: every picture is rightly tagged "animal".
    expect(result?.tags).toMatchObject({ minimumScore: 0.2, picturesTagged: 1, picturesRight: 1 });
    expect(result?.tags?.byMinimumScore.map(({ picturesRight }) => picturesRight)).not.toContain(0);
    const shown = result?.tags?.calibration.bins.reduce((sum, { count }) => sum + count, 0);
    expect(shown).toBe(6 * (result?.tags?.tagsPerPicture ?? 0));
  });

  test('counts a picture that lies beyond the end of its file as broken', async () => {
    const manifest = await tinyPhotoSet([label('cat', [], 30), label('dog', [], 30)]);
    await writeFile(
      manifest,
      '["photos-00.bin", 0, 60, "cat", "test"]\n["photos-00.bin", 1000000, 10, "cat", "test"]\n',
    );
    const { broken, results } = await evaluationOf(manifest);
    expect(broken.at(-1)).toEqual({
      path: 'photos-00.bin at 1000000',
      reason: 'Expected 10 bytes at 1000000 but found 0',
    });
    expect((results[0]?.pictures ?? 0) + broken.length).toBe(2);
  });

  test('rejects a split that it does not have', async () => {
    const manifest = await tinyPhotoSet([label('cat', [], 30), label('dog', [], 30)]);
    await expect(openPictureSet(manifest, { split: 'val' })).rejects.toThrow(
      /no pictures of split "val" .*\(splits: train, test\)/,
    );
  });

  test('rejects missing files and lines of another form, with their numbers', async () => {
    const manifest = await tinyPhotoSet([label('cat', [], 30)]);
    await writeFile(manifest, '["photos-01.bin", 0, 1, "cat", "test"]\n');
    await expect(openPictureSet(manifest)).rejects.toThrow(/photos-01\.bin cannot be used:.*ENOENT/s);
    await writeFile(manifest, '["photos-00.bin", 0, 1, "cat", "test"]\n["photos-00.bin", 0, "cat"]\n');
    await expect(openPictureSet(manifest)).rejects.toThrow(/line 2: Expected \[file, offset/);
  });
});

describe('evaluate, on a folder of labelled pictures', () => {
  test('takes the folders directly in it for labels, and pictures at any depth below', async () => {
    const folder = await folderOf(['cat/a.webp', 'cat/deep/er/b.webp', 'big_dog/c.webp', '.hidden/d.webp']);
    const { pictures, results } = await evaluationOf(folder);
    expect(pictures).toBe(3);
    expect(results[0]?.perLabel.map(({ label: name }) => name)).toEqual(
      expect.arrayContaining(['cat', 'big dog']),
    );
  });

  test('says what lies beside the labels, and which label has no pictures', async () => {
    const folder = await folderOf(['cat/a.webp', 'dog/b.webp', 'lost.webp']);
    await mkdir(join(folder, 'bird'));
    const { pictures, remarks } = await evaluationOf(folder);
    expect(pictures).toBe(2);
    expect(remarks).toEqual([
      "pictures outside the labels' folders, left out: 1",
      'labels without pictures: bird',
    ]);
  });

  test('takes folders that differ in spelling alone for one label', async () => {
    const folder = await folderOf(['big-dog/a.webp', 'Big_Dog/b.webp', 'cat/c.webp']);
    expect((await evaluationOf(folder)).results[0]).toMatchObject({ labels: 2, pictures: 3, unknown: [] });
  });

  test('names broken pictures and measures the others', async () => {
    const folder = await folderOf(['cat/a.webp', 'dog/b.webp']);
    await writeFile(join(folder, 'cat', 'text.jpg'), 'no picture');
    const { broken, pictures } = await evaluationOf(folder);
    expect(pictures).toBe(2);
    expect(broken).toEqual([
      { path: join(folder, 'cat', 'text.jpg'), reason: expect.stringMatching(/^Expected a JPEG/) },
    ]);
  });

  test('leaves out what systems put beside pictures, and says so', async () => {
    const folder = await folderOf([
      'cat/a.webp',
      'dog/b.webp',
      '@eaDir/cat/c.webp',
      'cat/@eaDir/a.webp/d.webp',
      'cat/e.xyz',
    ]);
    const { pictures, remarks, results } = await evaluationOf(folder);
    expect([pictures, results[0]?.labels]).toEqual([2, 2]);
    expect(remarks).toEqual(['1 file left out: .xyz', "left out as the system's own: @eaDir (2)"]);
  });

  test.skipIf(process.platform !== 'linux')('reads folders and files whose names are no UTF-8', async () => {
    const folder = await folderOf(['cat/a.webp', 'dog/b.webp']);
    const strange = Buffer.from(`${folder}/\xe9t\xe9`, 'latin1');
    await mkdir(strange);
    await writeFile(Buffer.concat([strange, Buffer.from('/L\xf6we.webp', 'latin1')]), await picture(2));
    const { pictures, broken, remarks } = await evaluationOf(folder);
    expect([pictures, broken]).toEqual([3, []]);
    expect(remarks).toEqual([
      "labels that are no words, since their folders' names are no UTF-8: $'\\351t\\351'",
    ]);
  });

  test('finds its labels in a label set by name, synonym and prompt', async () => {
    const folder = await folderOf(['HOUND/a.webp', 'kitty/b.webp', 'animal/c.webp', 'cat/d.webp']);
    const [result] = (await evaluationOf(folder, { labels: [await petLabels()] })).results;
    // "cat" is no word of the label set, and a folder has no phrases.
    expect(result?.unknown).toEqual([{ label: 'cat', pictures: 1 }]);
    expect(result?.perLabel.filter(({ pictures }) => pictures > 0).map(({ label: name }) => name)).toEqual(
      expect.arrayContaining(['dog', 'kitty', 'animal']),
    );
    // Whatever is best, it is an animal.
    expect(result?.perLabel.find(({ label: name }) => name === 'animal')?.recall).toBe(1);
  });

  test('rejects a folder of one label only, and one of pictures without labels', async () => {
    await expect(evaluationOf(await folderOf(['cat/a.webp']))).rejects.toThrow(
      /two labels or more .* received cat/,
    );
    await expect(evaluationOf(await folderOf(['a.webp']))).rejects.toThrow(/a folder for each label/);
  });
});

describe('evaluate, on a manifest of JSON lines', () => {
  test('takes paths relative to the manifest, and further labels for right answers as well', async () => {
    const folder = await folderOf(['pictures/a.webp', 'pictures/b.webp', 'pictures/c.webp']);
    const lines = [
      { path: 'pictures/a.webp', labels: ['cat', 'dog'] },
      { path: './pictures/b.webp', labels: ['dog', 'cat'], comment: 'any' },
      { path: join(folder, 'pictures/c.webp'), labels: ['dog', 'cat'] },
      { path: 'pictures/missing.webp', labels: ['cat'] },
    ];
    const manifest = join(folder, 'manifest.jsonl');
    await writeFile(manifest, `\ufeff${lines.map((line) => JSON.stringify(line)).join('\r\n\r\n')}`);
    const { pictures, broken, results } = await evaluationOf(manifest);
    expect(pictures).toBe(3);
    expect(broken).toEqual([{ path: 'pictures/missing.webp', reason: expect.stringContaining('ENOENT') }]);
    expect(results[0]).toMatchObject({ labels: 2, pictures: 3, top1: 1 });
    expect(Object.fromEntries((results[0]?.perLabel ?? []).map((row) => [row.label, row.pictures]))).toEqual({
      cat: 1,
      dog: 2,
    });
  });

  test.skipIf(process.platform !== 'linux')('finds paths by their bytes, and waits for no pipe', async () => {
    const folder = await folderOf(['a.webp', 'b.webp']);
    await writeFile(Buffer.from(`${folder}/L\xf6we.webp`, 'latin1'), await picture(2));
    spawnSync('mkfifo', [join(folder, 'pipe.webp')]);
    const pathBytes = Buffer.from('L\xf6we.webp', 'latin1').toString('base64');
    const lines = [
      { path: 'a.webp', labels: ['cat'] },
      { path: 'L\ufffdwe.webp', pathBytes, labels: ['dog'] },
      { path: 'pipe.webp', labels: ['dog'] },
      { path: '.', labels: ['dog'] },
    ];
    await writeFile(join(folder, 'manifest.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
    const { pictures, broken } = await evaluationOf(join(folder, 'manifest.jsonl'));
    expect(pictures).toBe(2);
    expect(broken).toEqual([
      { path: 'pipe.webp', reason: 'Expected a file but received something else' },
      { path: '.', reason: 'Expected a file but received a folder' },
    ]);
  });

  test('rejects all lines of another form together', async () => {
    const manifest = join(await temporaryFolder(), 'x.jsonl');
    await writeFile(
      manifest,
      '{"path": "a.jpg", "labels": []}\n{"path": "b.jpg", "labels": ["x"]}\nnonsense',
    );
    await expect(openPictureSet(manifest)).rejects.toThrow(/line 1: Expected {"path".*line 3: .*nonsense/s);
    await expect(openPictureSet(manifest, { split: 'test' })).rejects.toThrow(
      '--split is for a packed photo set',
    );
  });

  test('rejects a file that is no manifest with a few lines', async () => {
    const path = join(await temporaryFolder(), 'photo.csv');
    await writeFile(path, 'path,label\n'.repeat(1000));
    await expect(openPictureSet(path)).rejects.toThrow(/and 990 more such lines$/);
    await expect(openPictureSet('/dev/null')).rejects.toThrow('neither a file nor a folder: /dev/null');
  });
});

test('takes the number of items that is asked for, at equal distances', () => {
  const items = Array.from({ length: 10 }, (_, i) => i);
  expect(evenly(items, 5)).toEqual([0, 2, 4, 6, 8]);
  expect(evenly(items, 1)).toEqual([0]);
  for (const count of [3, 7, 9]) expect(evenly(items, count)).toHaveLength(count);
  expect(evenly(items, 100)).toEqual(items);
  expect(evenly([], 5)).toEqual([]);
});
