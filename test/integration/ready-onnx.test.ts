import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onnxImageEncoder, onnxTextEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { dot, normalised } from '../../functions/core/labels/embedding.ts';
import { compiled } from '../fixtures/compiled-models.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { tinyNumbers } from '../fixtures/tiny-model.ts';
import { tinyOnnx } from '../fixtures/tiny-onnx.ts';
import { tinyTokenizer } from '../fixtures/tiny-tokenizer.ts';

const SIZE = 4;
const EMBEDDING = 8;
const MEAN = [0.5, 0.4, 0.3];
const STD = [0.2, 0.25, 0.5];
const MATRIX = tinyNumbers(SIZE * SIZE * 3 * EMBEDDING, 1);

/** A folder as transformers.js has it, with encoders of one matrix each. */
async function readyFolder(): Promise<string> {
  const folder = await temporaryFolder();
  const { json, endToken } = tinyTokenizer(['cat', 'dog']);
  await mkdir(join(folder, 'onnx'));
  const files = {
    'onnx/vision_model.onnx': imageEncoder(),
    'onnx/text_model.onnx': textEncoder(endToken + 1),
    'tokenizer.json': JSON.stringify(json),
    'config.json': JSON.stringify({
      model_type: 'clip',
      projection_dim: EMBEDDING,
      text_config: { max_position_embeddings: 16, vocab_size: endToken + 1, eos_token_id: endToken },
      vision_config: { image_size: SIZE, patch_size: 2 },
    }),
    'preprocessor_config.json': JSON.stringify({
      ...{ image_mean: MEAN, image_std: STD, size: SIZE, crop_size: SIZE, resample: 3 },
    }),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

function imageEncoder(): Uint8Array {
  return tinyOnnx({
    input: { name: 'pixel_values', type: 'float32', shape: ['N', 3, SIZE, SIZE] },
    output: { name: 'image_embeds', type: 'float32', shape: ['N', EMBEDDING] },
    nodes: [
      { operator: 'Flatten', inputs: ['pixel_values'], output: 'rows', attributes: { axis: 1 } },
      { operator: 'MatMul', inputs: ['rows', 'matrix'], output: 'image_embeds' },
    ],
    constants: [{ name: 'matrix', type: 'float32', shape: [SIZE * SIZE * 3, EMBEDDING], data: MATRIX }],
  });
}

function textEncoder(vocabularySize: number): Uint8Array {
  const table = tinyNumbers(vocabularySize * EMBEDDING, 2).fill(0, 0, EMBEDDING);
  return tinyOnnx({
    input: { name: 'input_ids', type: 'int64', shape: ['N', 'L'] },
    output: { name: 'text_embeds', type: 'float32', shape: ['N', EMBEDDING] },
    nodes: [
      { operator: 'Gather', inputs: ['table', 'input_ids'], output: 'tokens' },
      {
        operator: 'ReduceSum',
        inputs: ['tokens', 'axes'],
        output: 'text_embeds',
        attributes: { keepdims: 0 },
      },
    ],
    constants: [
      { name: 'table', type: 'float32', shape: [vocabularySize, EMBEDDING], data: table },
      { name: 'axes', type: 'int64', shape: [1], data: BigInt64Array.of(1n) },
    ],
  });
}

describe('ready ONNX files', () => {
  test('are fed with normalised planes of red, green and blue', async () => {
    const model = await compiled(await readyFolder());
    const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => (i * 37) % 256);
    const encoder = await onnxImageEncoder(model);
    const picture = { size: SIZE, data, width: SIZE, height: SIZE, format: 'png' };
    const [, embedding] = await encoder.encode([{ ...picture, data: data.toReversed() }, picture]);
    const area = SIZE * SIZE;
    const expected = Float32Array.from({ length: EMBEDDING }, (_, column) => {
      let sum = 0;
      for (let i = 0; i < area * 3; i++) {
        const [channel, place] = [Math.floor(i / area), i % area];
        const value = (data[place * 3 + channel]! / 255 - MEAN[channel]!) / STD[channel]!;
        sum += value * MATRIX[i * EMBEDDING + column]!;
      }
      return sum;
    });
    expect(dot(embedding!.values, normalised(expected))).toBeCloseTo(1, 5);
  });

  test('make a model with all that their configuration tells', async () => {
    const { manifest } = await compiled(await readyFolder(), { logitScale: 50 });
    expect(manifest).toMatchObject({
      inputs: 'transformers.js',
      image: { size: SIZE, resize: 'bicubic', normalisation: { mean: MEAN, std: STD } },
      text: { contextLength: 16 },
      embeddingSize: EMBEDDING,
      logitScale: 50,
    });
  });

  test('give texts unit embeddings', async () => {
    const [cat, dog] = await onnxTextEncoder(await compiled(await readyFolder())).encode(['cat', 'dog dog']);
    expect(dot(cat!.values, cat!.values)).toBeCloseTo(1, 6);
    expect(dot(cat!.values, dog!.values)).toBeLessThan(0.999);
  });

  test('rejects a folder without the text encoder', async () => {
    const folder = await readyFolder();
    await rm(join(folder, 'onnx/text_model.onnx'));
    await expect(compiled(folder)).rejects.toThrow(
      /Expected text_model\.onnx .* but found vision_model\.onnx/,
    );
  });

  test('rejects an encoder whose weights lie beside it', async () => {
    const folder = await readyFolder();
    await writeFile(join(folder, 'onnx/vision_model.onnx_data'), '');
    await expect(compiled(folder)).rejects.toThrow('with its weights inside');
  });

  test('rejects encoders that are something else', async () => {
    const folder = await readyFolder();
    await writeFile(join(folder, 'onnx/vision_model.onnx'), textEncoder(3));
    await expect(compiled(folder)).rejects.toThrow('Expected input pixel_values and output image_embeds');
  });
});
