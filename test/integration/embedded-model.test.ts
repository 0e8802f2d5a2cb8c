import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Model, readModel, verifyModelFiles } from '../../functions/adapters/model-folder.ts';
import { onnxTextEncoder } from '../../functions/adapters/onnxruntime.ts';
import { loadTokenizer } from '../../functions/adapters/tokenizer.ts';
import { cosine } from '../../functions/core/embedding.ts';

const FOLDER = new URL('../../models/embedded', import.meta.url).pathname;

describe('the embedded model', () => {
  let model: Model;
  beforeAll(async () => {
    model = await readModel(FOLDER);
  });

  test('holds the files that its manifest describes, in at most 15 MB', async () => {
    await verifyModelFiles(model);
    const sizes = Object.values(model.manifest.files).map(({ bytes }) => bytes);
    expect(sizes.reduce((sum, bytes) => sum + bytes)).toBeLessThan(15_000_000);
  });

  test('has a tokenizer of its own that takes every text of the reference cases', async () => {
    const fixture = await readFile(new URL('../fixtures/tokens.json', import.meta.url), 'utf8');
    const { cases } = JSON.parse(fixture) as { cases: Array<{ text: string }> };
    const { contextLength, endToken } = model.manifest.text;
    const tokenize = await loadTokenizer(FOLDER);
    for (const { text } of cases) {
      const ids = tokenize(text);
      expect(ids.indexOf(endToken), text).toBe(ids.length - 1);
      expect(ids.length, text).toBeLessThanOrEqual(contextLength);
    }
  });

  test('hears that a puppy is nearer to a dog than to a skyscraper', async () => {
    const texts = ['puppy', 'dog', 'skyscraper'].map((word) => `a photo of a ${word}`);
    const [puppy, dog, skyscraper] = await onnxTextEncoder(model).encode(texts);
    expect(cosine(puppy!, dog!)).toBeGreaterThan(cosine(puppy!, skyscraper!) + 0.1);
  });
});
