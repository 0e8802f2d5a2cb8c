import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Model, readModel } from '../../functions/adapters/files/model-folder.ts';
import { onnxImageEncoder, onnxTextEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { cosine, dot, normalised } from '../../functions/core/labels/embedding.ts';
import type { Pixels } from '../../functions/core/pixels/pixels.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { TINY_EMBEDDING_SIZE, TINY_IMAGE_SIZE, tinyNumbers, writeTinyModel } from '../fixtures/tiny-model.ts';

const VALUES = TINY_IMAGE_SIZE * TINY_IMAGE_SIZE * 3;

async function tinyModel(changes: Record<string, unknown> = {}): Promise<Model> {
  const folder = await temporaryFolder();
  await writeTinyModel(folder, changes);
  return readModel(folder);
}

function picture(data: Uint8Array): Pixels {
  return { size: TINY_IMAGE_SIZE, data, width: 10, height: 10, format: 'png' };
}

const randomPicture = (seed: number): Pixels =>
  picture(Uint8Array.from(tinyNumbers(VALUES, seed), (value) => Math.floor((value + 1) * 127)));

describe('the image encoder', () => {
  test('gives the unit embedding that the graph describes', async () => {
    const encoder = await onnxImageEncoder(await tinyModel());
    const pixels = randomPicture(5);
    const [embedding] = await encoder.encode([pixels]);
    const matrix = tinyNumbers(VALUES * TINY_EMBEDDING_SIZE, 1);
    const product = Float32Array.from({ length: TINY_EMBEDDING_SIZE }, (_, column) =>
      pixels.data.reduce((sum, value, i) => sum + value * (matrix[i * TINY_EMBEDDING_SIZE + column] ?? 0), 0),
    );
    expect(dot(embedding!.values, normalised(product))).toBeCloseTo(1, 5);
    expect(dot(embedding!.values, embedding!.values)).toBeCloseTo(1, 6);
  });

  test('carries the digest and the pixel spec of its model', async () => {
    const model = await tinyModel();
    const encoder = await onnxImageEncoder(model, { threads: 1 });
    const [embedding] = await encoder.encode([randomPicture(5)]);
    expect(encoder.modelDigest).toBe(model.digest);
    expect(embedding!.modelDigest).toBe(model.digest);
    expect(encoder.pixelSpec).toEqual({ size: TINY_IMAGE_SIZE, resize: 'bicubic' });
  });

  test('gives each image of a batch the embedding that it has alone, in order', async () => {
    const encoder = await onnxImageEncoder(await tinyModel());
    const pictures = Array.from({ length: 9 }, (_, i) => randomPicture(i));
    const together = await encoder.encode(pictures);
    for (const [i, pixels] of pictures.entries()) {
      const [alone] = await encoder.encode([pixels]);
      expect(cosine(together[i]!, alone!)).toBeCloseTo(1, 6);
    }
  });

  test('gives nothing for nothing', async () => {
    const encoder = await onnxImageEncoder(await tinyModel());
    expect(await encoder.encode([])).toEqual([]);
  });

  test('rejects pixels of another size', async () => {
    const encoder = await onnxImageEncoder(await tinyModel());
    await expect(encoder.encode([picture(new Uint8Array(12))])).rejects.toThrow(
      'Expected 4 × 4 × 3 pixel values but received 12',
    );
  });

  test('rejects an embedding without a direction, naming the model', async () => {
    const encoder = await onnxImageEncoder(await tinyModel());
    await expect(encoder.encode([picture(new Uint8Array(VALUES))])).rejects.toMatchObject({
      code: 'model-fault',
      retryable: false,
      message: expect.stringContaining('Model "tiny" gave no embedding'),
    });
  });

  test('rejects an output of another size than the manifest says', async () => {
    const encoder = await onnxImageEncoder(await tinyModel({ embeddingSize: 9 }));
    await expect(encoder.encode([randomPicture(5)])).rejects.toThrow(
      'Expected float32 [1, 9] from model "tiny" but received float32 [1, 8]',
    );
  });

  test('rejects a file that is no ONNX model', async () => {
    const model = await tinyModel();
    await writeFile(join(model.folder, 'image-encoder.onnx'), 'not a model');
    await expect(onnxImageEncoder(model)).rejects.toMatchObject({
      code: 'no-model',
      message: expect.stringContaining(join(model.folder, 'image-encoder.onnx')),
    });
  });

  test('rejects a model with other inputs', async () => {
    const model = await tinyModel();
    const textEncoder = await readFile(join(model.folder, 'text-encoder.onnx'));
    await writeFile(join(model.folder, 'image-encoder.onnx'), textEncoder);
    await expect(onnxImageEncoder(model)).rejects.toThrow('Expected input "pixels" and output "embedding"');
  });
});

describe('the text encoder', () => {
  test('gives each of a thousand texts of all lengths the embedding that it has alone, in order', async () => {
    const encoder = onnxTextEncoder(await tinyModel());
    const texts = Array.from({ length: 1_100 }, (_, i) => `${'cat '.repeat((i * 7) % 13)}${i}`);
    const together = await encoder.encode(texts);
    expect(together).toHaveLength(texts.length);
    for (const i of [0, 1, 12, 13, 500, 1_099]) {
      const [alone] = await encoder.encode([texts[i]!]);
      expect(cosine(together[i]!, alone!), texts[i]).toBeCloseTo(1, 6);
    }
  });

  test('carries the digest and the logit scale of its model', async () => {
    const model = await tinyModel();
    const encoder = onnxTextEncoder(model);
    const [embedding] = await encoder.encode(['']);
    expect([encoder.modelDigest, encoder.logitScale]).toEqual([model.digest, 10]);
    expect(embedding!.modelDigest).toBe(model.digest);
    expect(dot(embedding!.values, embedding!.values)).toBeCloseTo(1, 6);
  });

  test('touches no file before the first text', async () => {
    const model = await tinyModel();
    const encoder = onnxTextEncoder({ ...model, folder: join(model.folder, 'missing') });
    expect(await encoder.encode([])).toEqual([]);
    await expect(encoder.encode(['cat'])).rejects.toMatchObject({ code: 'no-model' });
  });

  test('rejects a tokenizer with another end token than the manifest', async () => {
    const encoder = onnxTextEncoder(await tinyModel({ text: { contextLength: 16, endToken: 5 } }));
    await expect(encoder.encode(['cat'])).rejects.toThrow(/Expected end token 5 .* but found \d+/);
  });

  test.each(['text-encoder.onnx', 'tokenizer.json'])(
    'encodes once %s is there that was missing, and closes with neither',
    async (name) => {
      const model = await tinyModel();
      const [path, away] = [join(model.folder, name), join(model.folder, 'away')];
      await rename(path, away);
      const encoder = onnxTextEncoder(model);
      await expect(encoder.encode(['a'])).rejects.toThrow();
      await encoder.close();
      const failing = encoder.encode(['a']);
      await Promise.all([encoder.close(), expect(failing).rejects.toThrow()]);
      await rename(away, path);
      expect(await encoder.encode(['a'])).toHaveLength(1);
      await encoder.close();
    },
  );
});
