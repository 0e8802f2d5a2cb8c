import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Model } from '../../functions/adapters/files/model-folder.ts';
import { onnxImageEncoder, onnxTextEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { loadTokenizer } from '../../functions/adapters/onnx/tokenizer.ts';
import { dot } from '../../functions/core/labels/embedding.ts';
import { openTagger } from '../../functions/tagger/tagger.ts';
import { compiled } from '../fixtures/compiled-models.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

/** A tiny SigLIP 2 as transformers 5 saves it, and what it makes of texts and pictures: `make.py` there. */
const FOLDER = join(import.meta.dirname, '../fixtures/siglip2');
const CONTEXT_LENGTH = 64;
const SIDE = 64;

interface Expected {
  readonly texts: ReadonlyArray<{
    readonly text: string;
    readonly ids: number[];
    readonly embedding: number[];
  }>;
  readonly pictures: readonly number[][];
  /** [pictures, texts] */
  readonly scores: readonly number[][];
}

/** The formula of `make.py`. */
function pattern(number: number): Uint8Array {
  const value = (i: number) => (i * (7 + 4 * number) + Math.floor(i / 192) * (3 + number)) % 256;
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => value(i));
}

async function expectedOfTransformers(): Promise<Expected> {
  return JSON.parse(await readFile(join(FOLDER, 'expected.json'), 'utf8')) as Expected;
}

// Rounding costs 24 channels and attention this sharp more than a tower of 768.
describe.each([
  ['fp32', 0.9999, 0.002],
  ['int8', 0.95, 0.15],
] as const)('a SigLIP 2 that transformers saved, compiled with %s', (precision, least, tolerance) => {
  let folder: string;
  let model: Model;
  let expected: Expected;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cliptag-siglip2-'));
    model = await compiled(FOLDER, { precision, out: join(folder, precision) });
    expected = await expectedOfTransformers();
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("gives transformers' embeddings of texts in many scripts", async () => {
    const embeddings = await onnxTextEncoder(model, { threads: 1 }).encode(
      expected.texts.map(({ text }) => text),
    );
    for (const [i, { text, embedding }] of expected.texts.entries())
      expect(dot(embeddings[i]!.values, Float32Array.from(embedding)), text).toBeGreaterThan(least);
  });

  test("gives transformers' embeddings of pictures", async () => {
    const encoder = await onnxImageEncoder(model, { threads: 1 });
    for (const [i, embedding] of expected.pictures.entries()) {
      const pixels = { size: SIDE, data: pattern(i), width: SIDE, height: SIDE, format: 'png' as const };
      const [image] = await encoder.encode([pixels]);
      expect(dot(image!.values, Float32Array.from(embedding)), `${i}`).toBeGreaterThan(least);
    }
  });

  test("gives tags transformers' probabilities, in any language", async () => {
    const labels = expected.texts
      .map(({ text }) => text)
      .filter((text) => text.length > 2 && text.length < 40);
    const names = labels.filter((text) => text === text.trim());
    expect(names.length).toBeGreaterThan(7);
    const labelSet = {
      ...{ name: 'words', version: 1, mode: 'independent' as const, topK: 100, minimumScore: 0 },
      labels: names.map((name, i) => ({ name: `label ${i}`, prompts: [name] })),
    };
    await using tagger = await openTagger({ model: model.folder, labelSets: [labelSet] });
    for (const [picture, scores] of expected.scores.entries()) {
      const raw = { width: SIDE, height: SIDE, channels: 3 as const };
      const { tags } = await tagger.tag(await sharp(pattern(picture), { raw }).png().toBuffer());
      for (const [i, name] of names.entries()) {
        const score = scores[expected.texts.findIndex(({ text }) => text === name)]!;
        const tag = tags.find(({ label }) => label === `label ${i}`);
        expect(Math.abs((tag?.score ?? 0) - score), `${picture} ${name}`).toBeLessThan(tolerance);
      }
    }
  });
});

describe('a compiled SigLIP 2', () => {
  test("has its tokenizer as tables, which give transformers' padded ids", async () => {
    const model = await compiled(FOLDER, { precision: 'fp32' });
    expect((await readdir(model.folder)).sort()).toEqual([
      ...['image-encoder.bin', 'image-encoder.onnx', 'manifest.json'],
      ...['text-encoder.bin', 'text-encoder.onnx', 'tokenizer.bin'],
    ]);
    const { text, scoring, logitScale, logitBias, image } = model.manifest;
    expect(text).toEqual({ contextLength: CONTEXT_LENGTH, endToken: 1, padToken: 0 });
    expect(image).toEqual({ size: SIDE, resize: 'squash' });
    expect({ scoring, logitBias }).toEqual({ scoring: 'sigmoid', logitBias: -2.5 });
    expect(logitScale).toBeCloseTo(12, 1);
    const tokenize = await loadTokenizer(model.folder);
    for (const { text, ids } of (await expectedOfTransformers()).texts) {
      const own = tokenize(text);
      expect([...own, ...new Array(CONTEXT_LENGTH - own.length).fill(0)], text).toEqual(ids);
    }
  });

  test('lends its tables to a checkpoint that has no tokenizer', async () => {
    const model = await compiled(FOLDER, { precision: 'fp32' });
    const bare = await temporaryFolder();
    for (const file of ['config.json', 'processor_config.json', 'model.safetensors'])
      await cp(join(FOLDER, file), join(bare, file));
    const again = await compiled(bare, { precision: 'fp32', tokenizer: join(model.folder, 'tokenizer.bin') });
    expect(again.digest).toBe(model.digest);
  });

  test('is not made with the tokenizer of a larger vocabulary', async () => {
    const folder = await temporaryFolder();
    await cp(FOLDER, folder, { recursive: true });
    const json = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
    const { vocab } = json.model;
    vocab['one more'] = Object.keys(vocab).length;
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(json));
    await expect(compiled(folder)).rejects.toThrow('Expected at most 1509 tokens but found 1510');
  });
});
