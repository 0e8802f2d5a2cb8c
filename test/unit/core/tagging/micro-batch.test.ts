import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ImageEncoder } from '../../../../functions/core/labels/embedding.ts';
import type { Pixels } from '../../../../functions/core/pixels/pixels.ts';
import { inBatches } from '../../../../functions/core/tagging/micro-batch.ts';

const pixels = (number: number): Pixels => ({
  size: 1,
  data: Uint8Array.of(number),
  width: 1,
  height: 1,
  format: 'jpeg',
});
const numberOf = ({ data }: Pixels) => data[0] ?? -1;

/** An encoder whose runs end only when the test says so. */
function heldEncoder() {
  const runs: { readonly numbers: number[]; readonly end: (error?: Error) => void }[] = [];
  const encoder: ImageEncoder = {
    modelDigest: 'model-a',
    pixelSpec: { size: 1, resize: 'bicubic' },
    encode: (images) =>
      new Promise((resolve, reject) => {
        const embeddings = images.map((image) => ({
          modelDigest: 'model-a',
          values: Float32Array.of(numberOf(image)),
        }));
        runs.push({
          numbers: images.map(numberOf),
          end: (error) => (error ? reject(error) : resolve(embeddings)),
        });
      }),
  };
  return { encoder, runs };
}

/** Waits for everything that takes only turns of the event loop. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('inBatches', () => {
  afterEach(() => void vi.useRealTimers());

  it('encodes images that are ready together in one run', async () => {
    const { encoder, runs } = heldEncoder();
    const batched = inBatches(encoder, 8);
    const embeddings = Promise.all([1, 2, 3].map((number) => batched.encode(pixels(number))));
    await settle();
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1, 2, 3]]);
    runs[0]?.end();
    expect((await embeddings).map(({ values }) => values[0])).toEqual([1, 2, 3]);
  });

  it('starts at once with a single image, and gathers those that come meanwhile', async () => {
    const { encoder, runs } = heldEncoder();
    const batched = inBatches(encoder, 8);
    const first = batched.encode(pixels(1));
    await settle();
    const rest = [2, 3].map((number) => batched.encode(pixels(number)));
    await settle();
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1]]);
    runs[0]?.end();
    await first;
    await settle();
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1], [2, 3]]);
    runs[1]?.end();
    expect((await Promise.all(rest)).map(({ values }) => values[0])).toEqual([2, 3]);
  });

  it('runs no more than the maximum together, one run at a time', async () => {
    const { encoder, runs } = heldEncoder();
    const batched = inBatches(encoder, 2);
    const embeddings = Promise.all([1, 2, 3, 4, 5].map((number) => batched.encode(pixels(number))));
    for (let run = 0; run < 3; run++) {
      await settle();
      expect(runs).toHaveLength(run + 1);
      runs[run]?.end();
    }
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1, 2], [3, 4], [5]]);
    expect((await embeddings).map(({ values }) => values[0])).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    [8, 9, [5, 4]],
    [8, 10, [5, 5]],
    [8, 17, [6, 6, 5]],
    [2, 5, [2, 2, 1]],
    [8, 8, [8]],
  ])('of %i at most: %i images are runs of %j, so that none is left alone', async (most, images, sizes) => {
    const { encoder, runs } = heldEncoder();
    const batched = inBatches(encoder, most);
    const all = Promise.all(Array.from({ length: images }, (_, number) => batched.encode(pixels(number))));
    for (let run = 0; run < sizes.length; run++) {
      await settle();
      runs[run]?.end();
    }
    expect((await all).map(({ values }) => values[0])).toEqual(Array.from({ length: images }, (_, i) => i));
    expect(runs.map(({ numbers }) => numbers.length)).toEqual(sizes);
  });

  it('leaves an image that is alone waiting for another four times as long as several wait', async () => {
    vi.useFakeTimers();
    const { encoder, runs } = heldEncoder();
    const batched = inBatches(encoder, 8);
    void batched.encode(new Promise(() => {}));
    void batched.encode(pixels(1));
    await vi.advanceTimersByTimeAsync(190);
    expect(runs).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(20);
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1]]);
  });

  it('starts again after it was idle', async () => {
    const { encoder, runs } = heldEncoder();
    const batched = inBatches(encoder, 2);
    for (const number of [1, 2]) {
      const embedding = batched.encode(pixels(number));
      await settle();
      runs.at(-1)?.end();
      expect((await embedding).values[0]).toBe(number);
    }
  });

  it('rejects the images of a failed run only, and goes on with the next', async () => {
    const { encoder, runs } = heldEncoder();
    const batched = inBatches(encoder, 2);
    const outcomes = Promise.allSettled([1, 2, 3].map((number) => batched.encode(pixels(number))));
    await settle();
    runs[0]?.end(new Error('out of memory'));
    await settle();
    runs[1]?.end();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  it('waits for an image that is on its way, so that both go together', async () => {
    const { encoder, runs } = heldEncoder();
    const batched = inBatches(encoder, 8);
    let arrive: (late: Pixels) => void = () => {};
    const both = [batched.encode(new Promise((resolve) => (arrive = resolve))), batched.encode(pixels(2))];
    await settle();
    expect(runs).toHaveLength(0);
    arrive(pixels(1));
    await settle();
    expect(runs.map(({ numbers }) => numbers)).toEqual([[2, 1]]);
    runs[0]?.end();
    expect((await Promise.all(both)).map(({ values }) => values[0])).toEqual([1, 2]);
  });

  it('goes on waiting as long as images come, for as many as a run takes', async () => {
    vi.useFakeTimers();
    const { encoder, runs } = heldEncoder();
    const batched = inBatches(encoder, 8);
    const after = (milliseconds: number, number: number) =>
      new Promise<Pixels>((resolve) => setTimeout(() => resolve(pixels(number)), milliseconds));
    void batched.encode(new Promise(() => {}));
    for (const number of [1, 2, 3]) void batched.encode(after(40 * number, number));
    await vi.advanceTimersByTimeAsync(160);
    expect(runs).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(20);
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1, 2, 3]]);
  });

  it('starts without a wait when as many are ready as a run takes, whoever is on the way', async () => {
    const { encoder, runs } = heldEncoder();
    const batched = inBatches(encoder, 2);
    void batched.encode(new Promise(() => {}));
    for (const number of [1, 2]) void batched.encode(pixels(number));
    // No timer runs out in the turns of one loop.
    await settle();
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1, 2]]);
  });

  it('does not wait for one that never comes', async () => {
    const batched = inBatches(
      {
        ...heldEncoder().encoder,
        encode: async (images) =>
          images.map((image) => ({ modelDigest: 'model-a', values: Float32Array.of(numberOf(image)) })),
      },
      8,
    );
    void batched.encode(new Promise(() => {}));
    expect((await batched.encode(pixels(2))).values[0]).toBe(2);
  });

  it('rejects an image that could not be decoded, and goes on with those that waited for it', async () => {
    const { encoder, runs } = heldEncoder();
    const batched = inBatches(encoder, 8);
    const outcomes = Promise.allSettled([
      batched.encode(pixels(1)),
      batched.encode(new Promise((_, reject) => setImmediate(() => reject(new Error('truncated'))))),
    ]);
    await settle();
    await settle();
    runs[0]?.end();
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1]]);
  });

  it('rejects an image that the encoder gave no embedding', async () => {
    const { encoder } = heldEncoder();
    const batched = inBatches({ ...encoder, encode: async () => [] }, 2);
    await expect(batched.encode(pixels(1))).rejects.toThrow(/Expected 1 embeddings but received 0/);
  });

  it('passes on what the encoder is', () => {
    const { encoder } = heldEncoder();
    expect(inBatches(encoder, 2)).toMatchObject({ modelDigest: 'model-a', pixelSpec: encoder.pixelSpec });
  });
});
