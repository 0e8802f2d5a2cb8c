import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cachedClassifier } from '../../functions/adapters/files/classifier-cache.ts';
import { compileClassifier } from '../../functions/core/labels/classifier.ts';
import { embeddingToBytes, normalised, type PromptEncoder } from '../../functions/core/labels/embedding.ts';
import {
  type LabelSet,
  labelSetDigest,
  parseLabelSet,
  promptsDigest,
} from '../../functions/core/labels/label-set.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { tinyNumbers } from '../fixtures/tiny-model.ts';

/** Counts how often it is used; every text has an embedding of its own. */
function countingEncoder(
  modelDigest = 'model-a',
  logitScale = 10,
): PromptEncoder & { readonly calls: () => number } {
  let calls = 0;
  return {
    modelDigest,
    logitScale,
    calls: () => calls,
    encode: async (texts) => {
      calls++;
      return texts.map((text) => {
        const seed = [...text].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);
        return { modelDigest, values: normalised(tinyNumbers(6, seed)) };
      });
    },
  };
}

function labelSet(changes: Record<string, unknown> = {}): LabelSet {
  const value = { name: 'pets', version: 1, mode: 'exclusive', labels: ['cat', 'dog'], ...changes };
  return parseLabelSet(value, 'test');
}

/** With a direction that was learned for the dog. */
function withFit(words: LabelSet, values: readonly number[], version: number): LabelSet {
  const bytes = embeddingToBytes({ modelDigest: 'model-a', values: Float32Array.from(values) });
  const dog = {
    promptsDigest: promptsDigest(words, words.labels[1]!),
    ...{ slope: 20, offset: -5, direction: Buffer.from(bytes).toString('base64') },
  };
  return { ...words, fits: { 'model-a': { version, fittedAt: '', labels: { dog } } } };
}

const modes = [
  ['exclusive', labelSet({ noneOfThese: ['a photo', 'nothing'] })],
  ['exclusive without "none of these"', labelSet()],
  ['independent', labelSet({ mode: 'independent' })],
] as const;

describe('cachedClassifier', () => {
  test.each(modes)(
    'gives the classifier that it compiled, to the last bit, without a text (%s)',
    async (_, labels) => {
      const folder = join(await temporaryFolder(), 'new', 'folder');
      const compiled = await cachedClassifier(labels, countingEncoder(), folder);
      const encoder = countingEncoder();
      expect(await cachedClassifier(labels, encoder, folder)).toEqual(compiled);
      expect(encoder.calls()).toBe(0);
    },
  );

  test('stores one file for each label set and model, and nothing else', async () => {
    const folder = await temporaryFolder();
    for (const encoder of [countingEncoder('model-a'), countingEncoder('model-b')]) {
      await cachedClassifier(labelSet(), encoder, folder);
      await cachedClassifier(labelSet({ topK: 3 }), encoder, folder);
      await cachedClassifier(labelSet(), encoder, folder);
    }
    expect((await readdir(folder)).filter((name) => name.endsWith('.classifier'))).toHaveLength(4);
    expect(await readdir(folder)).toHaveLength(4);
  });

  test.each([
    ['damaged in a row', (bytes: Buffer) => bytes.fill(bytes.at(-1)! ^ 1, bytes.length - 1)],
    [
      'damaged in its header',
      (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('model-a', 'model-x'), 'latin1'),
    ],
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 4)],
    ['empty', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('hello\nworld\n')],
  ])('compiles again when the file is %s, and mends it', async (_, damage) => {
    const folder = await temporaryFolder();
    const compiled = await cachedClassifier(labelSet(), countingEncoder(), folder);
    const [name] = await readdir(folder);
    const path = join(folder, name!);
    await writeFile(path, damage(await readFile(path)));
    const [second, third] = [countingEncoder(), countingEncoder()];
    expect(await cachedClassifier(labelSet(), second, folder)).toEqual(compiled);
    expect(await cachedClassifier(labelSet(), third, folder)).toEqual(compiled);
    expect([second.calls(), third.calls()]).toEqual([1, 0]);
  });

  test('compiles again when the file is that of another model, or of another logit scale', async () => {
    const folder = await temporaryFolder();
    await cachedClassifier(labelSet(), countingEncoder('model-a'), folder);
    const [name] = await readdir(folder);
    await rename(join(folder, name!), join(folder, name!.replace('model-a', 'model-b')));
    const other = countingEncoder('model-b');
    expect((await cachedClassifier(labelSet(), other, folder)).modelDigest).toBe('model-b');
    const rescaled = countingEncoder('model-b', 20);
    expect((await cachedClassifier(labelSet(), rescaled, folder)).logitScale).toBe(20);
    expect([other.calls(), rescaled.calls()]).toEqual([1, 1]);
  });

  test('compiles at every start and warns once each where nothing can be stored', async () => {
    const file = join(await temporaryFolder(), 'a-file');
    await writeFile(file, '');
    const encoder = countingEncoder();
    const warnings: string[] = [];
    for (let start = 1; start <= 2; start++) {
      const classifier = await cachedClassifier(labelSet(), encoder, file, (message) =>
        warnings.push(message),
      );
      expect(classifier.labelRows).toHaveLength(2 * 6);
      expect(warnings).toHaveLength(start);
    }
    expect(encoder.calls()).toBe(2);
    expect(warnings[0]).toContain('label set "pets" is compiled at every start');
  });

  test('serves every fit with the same file, and takes rows of learned labels from the fit', async () => {
    const folder = await temporaryFolder();
    const words = await cachedClassifier(labelSet(), countingEncoder(), folder);
    const [file] = await readdir(folder);
    const bytes = await readFile(join(folder, file!));
    for (const [values, version] of [
      [[0, 0, 0, 0, 0, 1], 1],
      [[0, 0.6, 0, 0.8, 0, 0], 2],
    ] as const) {
      const fitted = withFit(labelSet(), values, version);
      const encoder = countingEncoder();
      const cached = await cachedClassifier(fitted, encoder, folder);
      expect(encoder.calls()).toBe(0);
      expect(cached).toEqual(await compileClassifier(fitted, countingEncoder()));
      expect(cached.labelSetDigest).toBe(labelSetDigest(fitted, 'model-a'));
      expect(cached.labelRows.slice(0, 6)).toEqual(words.labelRows.slice(0, 6));
      for (const [i, value] of values.entries()) expect(cached.labelRows[6 + i]).toBeCloseTo(value, 3);
    }
    expect(await readdir(folder)).toEqual([file]);
    expect(await readFile(join(folder, file!))).toEqual(bytes);
  });

  test('stores the rows of the words where the first classifier is a fitted one', async () => {
    const folder = await temporaryFolder();
    await cachedClassifier(withFit(labelSet(), [0, 0, 0, 0, 0, 1], 1), countingEncoder(), folder);
    const encoder = countingEncoder();
    const words = await cachedClassifier(labelSet(), encoder, folder);
    expect(encoder.calls()).toBe(0);
    expect(words).toEqual(await compileClassifier(labelSet(), countingEncoder()));
  });

  test('says at every start what of a fit no longer holds', async () => {
    const folder = await temporaryFolder();
    const { fits } = withFit(labelSet(), [0, 0, 0, 0, 0, 1], 1);
    const other = { ...labelSet({ labels: ['cat', { name: 'dog', synonyms: ['hound'] }] }), fits };
    for (let start = 1; start <= 2; start++) {
      const warnings: string[] = [];
      const found = await cachedClassifier(other, countingEncoder(), folder, (text) => warnings.push(text));
      expect(warnings).toEqual([expect.stringMatching(/label set "pets" .*"dog" is left out/)]);
      expect(found).not.toHaveProperty('fit');
    }
  });

  test('serves several starts at once', async () => {
    const folder = await temporaryFolder();
    const starts = Array.from({ length: 8 }, () => cachedClassifier(labelSet(), countingEncoder(), folder));
    const classifiers = await Promise.all(starts);
    for (const classifier of classifiers) expect(classifier).toEqual(classifiers[0]);
    expect(await readdir(folder)).toHaveLength(1);
  });
});
