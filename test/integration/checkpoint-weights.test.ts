import { describe, expect, it } from 'vitest';
import { opened, written } from '../fixtures/checkpoints-folder.ts';
import { encodeImage } from '../fixtures/checkpoints-forward.ts';
import { outlierChannels } from '../fixtures/checkpoints-outliers.ts';
import { CHECKPOINT_SHAPES } from '../fixtures/checkpoints-shapes.ts';
import { normal } from '../fixtures/checkpoints-weights.ts';

const TINY = CHECKPOINT_SHAPES.tiny;

describe('the random weights', () => {
  it.each([false, true])(
    'give different pictures clearly different embeddings (outliers: %s)',
    async (outliers) => {
      const checkpoint = await opened(await written({ layout: 'open_clip', outliers }));
      const size = TINY.image.imageSize;
      const pictures = [1, 2, 3, 4].map((seed) => picture(size, seed));
      const embeddings = await Promise.all(pictures.map((pixels) => encodeImage(checkpoint, pixels)));
      const cosines = embeddings.flatMap((a, i) => embeddings.slice(i + 1).map((b) => cosine(a, b)));
      expect(Math.max(...cosines)).toBeLessThan(0.98);
    },
  );

  it('have a few channels with numbers tens of times larger than the others, where asked', async () => {
    const { massive } = outlierChannels(TINY.image);
    const ratio = async (outliers: boolean) => {
      const checkpoint = await opened(await written({ layout: 'open_clip', outliers }));
      let found = 0;
      await encodeImage(checkpoint, picture(TINY.image.imageSize, 1), (layer, stream) => {
        if (layer < TINY.image.layers - 1) return;
        const sizes = [...stream].map(Math.abs).toSorted((a, b) => a - b);
        const inMassive = massive.map((channel) => Math.abs(stream[channel]!));
        found = Math.min(...inMassive) / sizes[Math.floor(sizes.length / 2)]!;
      });
      return found;
    };
    expect(await ratio(true)).toBeGreaterThan(10);
    expect(await ratio(false)).toBeLessThan(5);
  });

  /** Smooth, as photographs are: colours that change across the picture, with a little noise. */
  function picture(size: number, seed: number): Float32Array {
    const [a = 0, b = 0, c = 0] = normal(3, seed, 0, 1);
    const noise = normal(3 * size * size, seed + 100, 0, 0.3);
    return noise.map((x, i) => {
      const [channel, y, column] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
      return x + [a, b, c][channel]! + Math.sin((a * y + b * column + 3 * c * channel) / 4);
    });
  }
});

function cosine(a: Float32Array, b: ArrayLike<number>): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}
