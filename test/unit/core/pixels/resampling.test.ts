import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resizeBicubic } from '../../../../functions/core/pixels/bicubic.ts';
import { cubicTaps, type Taps } from '../../../../functions/core/pixels/cubic-taps.ts';
import type { RgbPicture } from '../../../../functions/core/pixels/pixels.ts';
import { resample, type Sampling } from '../../../../functions/core/pixels/resampling.ts';

/** @param range of its values, around the middle */
function noise(width: number, height: number, { seed = 1, range = 256 } = {}): RgbPicture {
  let state = seed;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 128 + Math.floor(((state >>> 24) / 256 - 0.5) * range);
  });
  return { data, width, height };
}

const bicubic = (length: number, count: number): Sampling => ({
  count,
  span: { from: 0, length },
  sharpness: -0.5,
  stretch: Math.max(1, length / count),
});

function mostApart(one: RgbPicture, other: RgbPicture): number {
  expect([one.width, one.height]).toEqual([other.width, other.height]);
  return Math.max(...one.data.map((value, index) => Math.abs(value - (other.data[index] ?? 0))));
}

/** The same in plain numbers. */
function inNumbers({ data, width, height }: RgbPicture, across: Sampling, down: Sampling): RgbPicture {
  const columns = cubicTaps(width, across.count, across.span, across);
  const rows = cubicTaps(height, down.count, down.span, down);
  const sum = ({ start, weights }: Taps, value: (at: number) => number) =>
    weights.reduce((total, weight, tap) => total + weight * value(start + tap), 0);
  const resized = new Uint8ClampedArray(across.count * down.count * 3);
  resized.forEach((_, at) => {
    const [row, column, channel] = [
      Math.floor(at / (3 * across.count)),
      Math.floor(at / 3) % across.count,
      at % 3,
    ];
    resized[at] = sum(rows[row] as Taps, (y) =>
      sum(columns[column] as Taps, (x) => data[(y * width + x) * 3 + channel] ?? Number.NaN),
    );
  });
  return { data: new Uint8Array(resized.buffer), width: across.count, height: down.count };
}

describe('resample', () => {
  it.each([
    [64, 48, 20, 15],
    [30, 41, 29, 40],
    [17, 5, 40, 11],
    [9, 9, 9, 9],
  ])('of %d × %d to %d × %d is the bicubic resize, which rounds once more', (width, height, across, down) => {
    // Nothing overshoots, which the bicubic resize cuts between the two directions.
    const picture = noise(width, height, { range: 100 });
    const resized = resample(picture, bicubic(width, across), bicubic(height, down));
    const expected = resizeBicubic(picture, { width: across, height: down });
    expect(mostApart(resized, expected)).toBeLessThanOrEqual(1);
  });

  it('leaves a picture of the wanted size as it is', () => {
    const picture = noise(21, 13);
    expect(resample(picture, bicubic(21, 21), bicubic(13, 13))).toEqual(picture);
  });

  it('keeps an even colour even, whatever lay in the memory before', () => {
    const white = { data: new Uint8Array(60 * 60 * 3).fill(255), width: 60, height: 60 };
    resample(white, bicubic(60, 30), bicubic(60, 30));
    const grey = { data: new Uint8Array(23 * 19 * 3).fill(77), width: 23, height: 19 };
    const { data } = resample(grey, bicubic(23, 8), bicubic(19, 7));
    expect(new Set(data)).toEqual(new Set([77]));
  });

  const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  /** Reduced by 1.3 or more, from a part that differs from the whole by less than a pixel at each end. */
  const side = fc.integer({ min: 8, max: 60 }).chain((length) =>
    fc.record({
      length: fc.constant(length),
      sampling: fc
        .record({
          count: fc.integer({ min: 1, max: Math.floor(length / 1.5) }),
          from: between(-0.8, 0.8),
          end: between(length - 0.8, length + 0.8),
          sharpness: between(-0.8, -0.4),
          width: between(0.85, 1.1),
        })
        .map(({ count, from, end, sharpness, width }) => {
          const span = { from, length: end - from };
          return { count, span, sharpness, stretch: (width * span.length) / count };
        }),
    }),
  );

  it('does what plain numbers do, with kernels of any width and parts that reach beyond the edge', () => {
    fc.assert(
      fc.property(side, side, fc.integer(), (across, down, seed) => {
        const picture = noise(across.length, down.length, { seed });
        const resized = resample(picture, across.sampling, down.sampling);
        expect(mostApart(resized, inNumbers(picture, across.sampling, down.sampling))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 100 },
    );
  });
});
