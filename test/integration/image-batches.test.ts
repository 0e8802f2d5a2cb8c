import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { type ImageEncoder, normalised } from '../../functions/core/labels/embedding.ts';
import type { PixelDecoder, Pixels } from '../../functions/core/pixels/pixels.ts';
import { describeImage } from '../../functions/core/tagging/describe-image.ts';
import { inBatches } from '../../functions/core/tagging/micro-batch.ts';
import { SAMPLE_FOLDER, sampleNames } from '../../functions/local/samples.ts';

/** As onnxruntime-node does, it keeps the event loop to itself while it runs. */
function blockingEncoder(sizes: number[]): ImageEncoder {
  return {
    modelDigest: 'model',
    pixelSpec: { size: 56, resize: 'bicubic' },
    encode: async (images) => {
      sizes.push(images.length);
      const end = performance.now() + 20;
      while (performance.now() < end);
      return images.map(() => ({ modelDigest: 'model', values: normalised([1, 0]) }));
    },
  };
}

// No picture is slow: those that are ready wait for the others however long the machine takes.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

it('the images of a batch of messages are encoded several at a time, a broken one among them', async () => {
  const sizes: number[] = [];
  const reader = { decoder: sharpPixelDecoder(), encoder: inBatches(blockingEncoder(sizes), 8) };
  const names = await sampleNames();
  const pictures = await Promise.all(
    Array.from({ length: 10 }, (_, i) => readFile(join(SAMPLE_FOLDER, names[i % names.length]!))),
  );
  pictures[4] = Buffer.from('no picture');
  const results = await Promise.allSettled(pictures.map((bytes) => describeImage(bytes, reader, [])));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  console.info(`9 images were encoded in runs of ${sizes.join(', ')}`);
  expect(sizes.reduce((a, b) => a + b)).toBe(9);
  expect(Math.max(...sizes)).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
});

it('an image that is still being fetched is waited for', async () => {
  const sizes: number[] = [];
  const [name = ''] = await sampleNames();
  const bytes = await readFile(join(SAMPLE_FOLDER, name));
  // It comes when the other is ready.
  let arrive = (_: Buffer) => {};
  const late = new Promise<Buffer>((resolve) => {
    arrive = resolve;
  });
  let decoded: Promise<Pixels> | undefined;
  const decoder: PixelDecoder = {
    decode: (content, spec) => {
      decoded ??= sharpPixelDecoder().decode(content, spec);
      void decoded.then(() => arrive(bytes));
      return decoded;
    },
  };
  const reader = { decoder, encoder: inBatches(blockingEncoder(sizes), 8) };
  await Promise.all([Promise.resolve(bytes), late].map((arrival) => describeImage(arrival, reader, [])));
  expect(sizes).toEqual([2]);
});
