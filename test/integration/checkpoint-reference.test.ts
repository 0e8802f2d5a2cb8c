import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../functions/adapters/onnx/tokenizer.ts';
import type { Checkpoint } from '../../functions/checkpoints/compile/read/checkpoint.ts';
import { tensorShapes } from '../../functions/checkpoints/compile/read/checkpoint-tensors.ts';
import { LAYOUTS, opened, shapeOf } from '../fixtures/checkpoints-folder.ts';
import { encodeImage, encodeText } from '../fixtures/checkpoints-forward.ts';

const REFERENCE = join(import.meta.dirname, '../../../shared/reference');
const hasReference = existsSync(join(REFERENCE, 'tiny-clip'));
if (!hasReference)
  console.warn('skipped for the reference model: no folder ../shared/reference beside the repository');

describe.runIf(hasReference)('the reference model', () => {
  const folders = {
    open_clip: join(REFERENCE, 'tiny-clip/open_clip'),
    huggingface: join(REFERENCE, 'tiny-clip/hf'),
  };

  it('has the same shapes and the same numbers in both layouts', async () => {
    const [a, b] = [await opened(folders.open_clip), await opened(folders.huggingface)];
    expect(shapeOf(a)).toEqual(shapeOf(b));
    expect(a.image).toMatchObject({
      width: 128,
      layers: 3,
      heads: 2,
      mlpWidth: 512,
      tokens: 17,
      activation: 'quick_gelu',
    });
    expect(a.logitScale / b.logitScale).toBeCloseTo(1, 2);
    for (const name of tensorShapes(a).keys()) {
      const [half, whole] = [await a.read(name), await b.read(name)];
      expect(half.length, name).toBe(whole.length);
      // float16 has 11 significant bits; below 2^-14 its steps are 2^-24.
      const wrong = half.findIndex(
        (x, i) => Math.abs(x - whole[i]!) > Math.max(Math.abs(whole[i]!) * 2 ** -11, 2 ** -24),
      );
      expect(wrong, name).toBe(-1);
    }
  });

  it.each(LAYOUTS)('gives the expected embeddings of texts, read from layout %s', async (layout) => {
    const checkpoint = await opened(folders[layout]);
    const expected = JSON.parse(await readFile(join(REFERENCE, 'tiny-clip/expected.json'), 'utf8'));
    const texts = Object.entries<number[]>(expected.texts).slice(0, 7);
    const tokenize = await loadTokenizer(folders.huggingface);
    for (const [text, embedding] of texts) {
      const own = await encodeText(checkpoint, tokenize(text));
      expect(cosine(own, embedding), text).toBeGreaterThan(0.9999);
    }
    expect(checkpoint.logitScale).toBeCloseTo(expected.logit_scale, layout === 'open_clip' ? 1 : 4);
  });

  it.each(LAYOUTS)('gives the expected embeddings of photographs, read from layout %s', async (layout) => {
    const checkpoint = await opened(folders[layout]);
    const expected = JSON.parse(await readFile(join(REFERENCE, 'tiny-clip/expected.json'), 'utf8'));
    const photos = Object.entries<{ embedding: number[] }>(expected.images).slice(0, 5);
    for (const [name, { embedding }] of photos) {
      const own = await encodeImage(
        checkpoint,
        await pixelValues(join(REFERENCE, 'photos', name), checkpoint),
      );
      // Decoded and resized by other software than the reference's.
      expect(cosine(own, embedding), name).toBeGreaterThan(0.99);
    }
  });

  async function pixelValues(
    path: string,
    { preprocessing: { size, mean, std } }: Checkpoint,
  ): Promise<Float32Array> {
    const upright = sharp(path).rotate().flatten({ background: 'white' }).toColourspace('srgb');
    const bytes = await upright.resize(size, size, { fit: 'cover', kernel: 'cubic' }).raw().toBuffer();
    const area = size * size;
    return Float32Array.from({ length: 3 * area }, (_, i) => {
      const channel = Math.floor(i / area);
      return (bytes[(i % area) * 3 + channel]! / 255 - mean[channel]!) / std[channel]!;
    });
  }
});

function cosine(a: Float32Array, b: ArrayLike<number>): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}
