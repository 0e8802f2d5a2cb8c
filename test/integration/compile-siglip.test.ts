import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { onnxImageEncoder, onnxTextEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { loadTokenizer } from '../../functions/adapters/onnx/tokenizer.ts';
import type { CheckpointShape } from '../../functions/checkpoints/compile/read/checkpoint.ts';
import { openCheckpoint } from '../../functions/checkpoints/compile/read/checkpoint-folder.ts';
import { dot } from '../../functions/core/labels/embedding.ts';
import { writeCheckpoint } from '../fixtures/checkpoints.ts';
import { encodeImage, encodeText } from '../fixtures/checkpoints-forward.ts';
import { CHECKPOINT_SHAPES } from '../fixtures/checkpoints-shapes.ts';
import { compiled } from '../fixtures/compiled-models.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { tinyUnigram } from '../fixtures/tiny-unigram.ts';

const TEXTS = ['A photo of a cat.', 'cat', 'a dog', '', 'cat '.repeat(40)];

async function siglipFolder(): Promise<{ folder: string; shape: CheckpointShape }> {
  const folder = await temporaryFolder();
  const { json, vocabularySize } = tinyUnigram(['a', 'photo', 'of', 'cat', 'dog']);
  const base = CHECKPOINT_SHAPES['tiny-siglip'];
  const shape = { ...base, text: { ...base.text, vocabularySize } };
  await writeCheckpoint(folder, shape, { layout: 'huggingface' });
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(json));
  return { folder, shape };
}

describe.each([
  ['fp32', 0.9999],
  ['int8', 0.99],
] as const)('SigLIP compiled with %s', (precision, least) => {
  test('gives texts and pictures the embeddings of a plain forward pass', async () => {
    const { folder, shape } = await siglipFolder();
    const checkpoint = await openCheckpoint(folder);
    onTestFinished(checkpoint.close);
    const model = await compiled(folder, { precision });
    const { contextLength, padToken } = shape.text;
    const tokenize = await loadTokenizer(folder, { contextLength });
    const texts = await onnxTextEncoder(model, { threads: 1 }).encode(TEXTS);
    for (const [i, text] of TEXTS.entries()) {
      const ids = tokenize(text);
      const padded = [...ids, ...new Array<number>(contextLength - ids.length).fill(padToken)];
      expect(dot(texts[i]!.values, await encodeText(checkpoint, padded)), text).toBeGreaterThan(least);
    }
    const { size } = shape.preprocessing;
    const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => 128 + 100 * Math.sin(i / 50));
    const encoder = await onnxImageEncoder(model, { threads: 1 });
    const [image] = await encoder.encode([{ size, data, width: size, height: size, format: 'png' }]);
    const planes = Float32Array.from(data, (_, i) => {
      const [channel, position] = [Math.floor(i / (size * size)), i % (size * size)];
      return ((data[position * 3 + channel] ?? 0) / 255 - 0.5) / 0.5;
    });
    expect(dot(image!.values, await encodeImage(checkpoint, planes))).toBeGreaterThan(least);
    expect(model.manifest).toMatchObject({ scoring: 'sigmoid', logitBias: expect.closeTo(-10, 3) });
  });
});
