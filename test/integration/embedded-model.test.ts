import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import { type Model, readModel, verifyModelFiles } from '../../functions/adapters/files/model-folder.ts';
import { onnxImageEncoder, onnxTextEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { loadTokenizer } from '../../functions/adapters/onnx/tokenizer.ts';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { compileClassifier } from '../../functions/core/labels/classifier.ts';
import { cosine } from '../../functions/core/labels/embedding.ts';
import type { LabelSet } from '../../functions/core/labels/label-set.ts';
import { labelSetSchema } from '../../functions/core/labels/label-set-schema.ts';
import { type Tag, tagsFor } from '../../functions/core/labels/scores.ts';

const FOLDER = new URL('../../models/embedded', import.meta.url).pathname;
const SAMPLES = new URL('../../functions/local/samples/', import.meta.url);
const GENERAL_LABELS = new URL('../../models/labels/general.yaml', import.meta.url).pathname;

describe('the embedded model', () => {
  let model: Model;
  beforeAll(async () => {
    model = await readModel(FOLDER);
  });

  test('holds the files that its manifest describes, in at most 16 MB, the image encoder in 10', async () => {
    await verifyModelFiles(model);
    const sizes = Object.values(model.manifest.files).map(({ bytes }) => bytes);
    expect(sizes.reduce((sum, bytes) => sum + bytes)).toBeLessThan(16_000_000);
    expect(model.manifest.files.imageEncoder.bytes).toBeLessThan(10_000_000);
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

  async function taggerFor(labelSet: LabelSet): Promise<(bytes: Buffer) => Promise<readonly Tag[]>> {
    const classifier = await compileClassifier(labelSet, onnxTextEncoder(model));
    const encoder = await onnxImageEncoder(model);
    const decoder = sharpPixelDecoder();
    return async (bytes) => {
      const [embedding] = await encoder.encode([await decoder.decode(bytes, encoder.pixelSpec)]);
      return tagsFor(embedding!, classifier);
    };
  }

  test.each([
    ['chelsea.png', 'animal'],
    ['china.jpg', 'building'],
    ['coffee.png', 'food'],
  ])("sees with a user's own general words in %s: %s", async (name, word) => {
    const labels = ['animal', 'food', 'vehicle', 'plant', 'building', 'clothing', 'furniture'];
    const tagsOf = await taggerFor(
      labelSetSchema.parse({ name: 'mine', version: 1, mode: 'exclusive', labels }),
    );
    const [first] = await tagsOf(await readFile(new URL(name, SAMPLES)));
    expect(first?.label).toBe(word);
  });

  describe('with the general label set', () => {
    let tagsOf: (bytes: Buffer) => Promise<readonly Tag[]>;
    beforeAll(async () => {
      const [labelSet] = await readLabelSets([GENERAL_LABELS]);
      tagsOf = await taggerFor(labelSet!);
    });

    test.each([
      ['chelsea.png', 'cat'],
      ['coffee.png', 'coffee'],
      ['china.jpg', 'building'],
      ['astronaut.png', 'person'],
      ['camera.png', 'tripod'],
      ['flower.jpg', 'flower'],
    ])('sees in %s: %s', async (name, label) => {
      const bytes = await readFile(new URL(name, SAMPLES));
      expect((await tagsOf(bytes)).map((tag) => tag.label)).toContain(label);
    });

    test('sees nothing in a flat colour', async () => {
      for (const background of ['black', 'white', 'grey', 'red', 'darkgreen', 'royalblue', 'gold', 'tan']) {
        const create = { width: 320, height: 240, channels: 3 as const, background };
        expect(await tagsOf(await sharp({ create }).png().toBuffer()), background).toEqual([]);
      }
    });

    test('sees nothing in noise', async () => {
      for (const sigma of [10, 30, 60]) {
        for (const side of [72, 300]) {
          const noise = { type: 'gaussian', mean: 128, sigma } as const;
          const create = { width: side, height: side, channels: 3 as const, background: 'grey', noise };
          expect(await tagsOf(await sharp({ create }).png().toBuffer()), `${sigma}, ${side}`).toEqual([]);
        }
      }
    });
  });
});
