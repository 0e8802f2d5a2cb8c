import { describe, expect, it } from 'vitest';
import type { Layout } from '../../../../functions/core/pixels/layout.ts';
import {
  checkDrawing,
  checkLayout,
  DEFAULT_PIXEL_LIMITS,
  DRAWINGS_AT_ONCE,
  PICTURES_BUDGET_BYTES,
  picturesAtOnce,
  pixelLimits,
} from '../../../../functions/core/pixels/pixel-limits.ts';

const GIGABYTE = 10 ** 9;
const layout: Layout = { kind: 'png', width: 100, height: 100, heldBytes: 1e6 };
const check = (changes: Partial<Layout>) => () =>
  checkLayout({ ...layout, ...changes }, DEFAULT_PIXEL_LIMITS);

describe('a layout', () => {
  it.each<[string, Partial<Layout>]>([
    ['exactly as many pixels as the limit', { width: 16_384, height: 16_384 }],
    ['exactly as much memory as the limit', { heldBytes: 512 * 2 ** 20 }],
    ['as many pages as the limit', { parts: 16_384 }],
  ])('is accepted with %s', (_, changes) => expect(check(changes)).not.toThrow());

  it.each<[string, Partial<Layout>, string]>([
    [
      'one row above the limit',
      { width: 16_384, height: 16_385 },
      'Expected at most 268435456 pixels but received 16384 x 16385 (png)',
    ],
    [
      'tiles that are named too often',
      { kind: 'avif', decodedPixels: 2 ** 28 + 1 },
      'Expected at most 268435456 pixels but received 268435457 (avif)',
    ],
    [
      'one byte of memory above the limit',
      { heldBytes: 512 * 2 ** 20 + 1 },
      'Expected a picture that takes at most 536870912 bytes of memory to decode but received one of 100 x 100 (png) that takes 536870913',
    ],
    [
      'one frame above the limit',
      { kind: 'gif', parts: 16_385 },
      'Expected at most 16384 frames or pages but received more (gif)',
    ],
  ])('is rejected with %s', (_, changes, message) => {
    const fault = { status: 'failed', code: 'too-many-pixels', message };
    expect(check(changes)).toThrow(expect.objectContaining(fault));
  });
});

describe('a drawing', () => {
  it('is accepted whatever size it claims', () => {
    expect(() => checkDrawing({ width: 1e6, height: 1e6 }, 224)).not.toThrow();
  });

  it('is rejected when it is to be drawn too long', () => {
    expect(() => checkDrawing({ width: 5, height: 1000 }, 224)).toThrow(
      expect.objectContaining({ status: 'failed', code: 'too-many-pixels' }),
    );
  });
});

describe('the memory for decoding', () => {
  it('suffices for any picture, and with a drawing it stays far below what the function has', () => {
    const { maximumHeldBytes } = pixelLimits({ maximumHeldBytes: 2 ** 33 });
    expect(maximumHeldBytes).toBeLessThanOrEqual(PICTURES_BUDGET_BYTES);
    expect(PICTURES_BUDGET_BYTES).toBeLessThan(0.7 * GIGABYTE);
    expect(PICTURES_BUDGET_BYTES + DRAWINGS_AT_ONCE * maximumHeldBytes).toBeLessThan(1.3 * GIGABYTE);
  });

  it('leaves processors and threads for other work', () => {
    expect([1, 2, 3, 64].map(picturesAtOnce)).toEqual([1, 2, 3, 3]);
  });
});

it('takes limits that are not given from the defaults', () => {
  expect(pixelLimits()).toEqual(DEFAULT_PIXEL_LIMITS);
  expect(pixelLimits({ maximumHeldBytes: 1000 })).toEqual({
    ...DEFAULT_PIXEL_LIMITS,
    maximumHeldBytes: 1000,
  });
});
