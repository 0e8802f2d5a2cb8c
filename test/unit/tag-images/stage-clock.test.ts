import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inBatches } from '../../../functions/core/tagging/micro-batch.ts';
import type { Tagger } from '../../../functions/core/tagging/tag-image.ts';
import { stageClock } from '../../../functions/tag-images/stage-clock.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const after = <Value>(milliseconds: number, value: Value) =>
  new Promise<Value>((resolve) => setTimeout(() => resolve(value), milliseconds));

const runs: number[] = [];
const tagger = {
  objects: { fetch: () => after(10, { bytes: new Uint8Array() }) },
  decoder: { decode: (bytes: Uint8Array) => after(20 + bytes.length, 'pixels') },
  encoder: inBatches(
    {
      modelDigest: 'model',
      encode: (images: readonly unknown[]) => {
        runs.push(images.length);
        return after(5, images);
      },
    } as never,
    8,
  ),
  table: { read: () => after(3, undefined), write: () => after(4, true) },
} as unknown as Tagger;

async function describeWith(clock: ReturnType<typeof stageClock>, bytes: Uint8Array) {
  const decoding = clock.tagger.decoder.decode(bytes, {} as never);
  await clock.tagger.encoder.encode(decoding);
}

it('gives each of two images in flight its own time, and leaves them in one run of the encoder', async () => {
  runs.length = 0;
  const [short, long] = [stageClock(tagger), stageClock(tagger)];
  const work = Promise.all([describeWith(short, new Uint8Array()), describeWith(long, new Uint8Array(10))]);
  await vi.advanceTimersByTimeAsync(1_000);
  await work;
  expect(runs).toEqual([2]);
  // The quick image waits ten milliseconds for the other's pixels, and the run takes five for both.
  expect(short.milliseconds).toMatchObject({ decode: 20, encode: 15 });
  expect(long.milliseconds).toMatchObject({ decode: 30, encode: 5 });
});

it('counts calls that overlap once, and those in turn each', async () => {
  const { tagger: timed, milliseconds } = stageClock(tagger);
  const write = () => timed.table.write({} as never);
  const work = Promise.all([write(), write(), write()]).then(write);
  await vi.advanceTimersByTimeAsync(1_000);
  await work;
  expect(milliseconds).toEqual({ fetch: 0, decode: 0, encode: 0, read: 0, write: 8 });
});

it('times a stage that fails, and not the one that is not reached for it', async () => {
  const decode = () => after(7, undefined).then(() => Promise.reject(new Error('cut short')));
  const clock = stageClock({ ...tagger, decoder: { decode } } as never);
  const work = expect(describeWith(clock, new Uint8Array())).rejects.toThrow('cut short');
  await vi.advanceTimersByTimeAsync(1_000);
  await work;
  expect(clock.milliseconds).toMatchObject({ decode: 7, encode: 0 });
});
