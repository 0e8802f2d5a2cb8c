import { describe, expect, it } from 'vitest';
import type { AcceptedFormat } from '../../../../functions/core/pixels/image-format.ts';
import {
  checkPixels,
  DECODING_BUDGET_BYTES,
  DEFAULT_PIXEL_LIMITS,
  DRAWINGS_AT_ONCE,
  picturesAtOnce,
  pixelLimits,
} from '../../../../functions/core/pixels/pixel-limits.ts';

const SIDE = 224;

function check(
  format: AcceptedFormat,
  width: number,
  height: number,
  { progressive = false, bits = 8 } = {},
) {
  const header = { format, width, height, isProgressive: progressive, bitsPerSample: bits, channels: 3 };
  return () => checkPixels(header, SIDE, DEFAULT_PIXEL_LIMITS);
}

describe('checkPixels', () => {
  it.each([
    { what: 'a 200-megapixel JPEG of a phone', accepted: check('jpeg', 16_320, 12_240) },
    { what: 'a streamed PNG of exactly the limit', accepted: check('png', 16_384, 16_384) },
    { what: 'a 50-megapixel progressive JPEG', accepted: check('jpeg', 8192, 6144, { progressive: true }) },
    { what: 'a 24-megapixel AVIF', accepted: check('avif', 6000, 4000) },
    { what: 'an SVG that claims a million pixels a side', accepted: check('svg', 1e6, 1e6) },
  ])('accepts $what', ({ accepted }) => expect(accepted).not.toThrow());

  it.each([
    { what: 'a JPEG of 20,000 x 20,000', refused: check('jpeg', 20_000, 20_000) },
    { what: 'a PNG one row above the limit', refused: check('png', 16_384, 16_385) },
    { what: 'a 100-megapixel progressive JPEG', refused: check('jpeg', 1e4, 1e4, { progressive: true }) },
    { what: 'a 144-megapixel interlaced PNG', refused: check('png', 12_000, 12_000, { progressive: true }) },
    {
      what: 'a 100-megapixel interlaced PNG of 16 bits',
      refused: check('png', 1e4, 1e4, { progressive: true, bits: 16 }),
    },
    { what: 'a 36-megapixel AVIF', refused: check('avif', 6000, 6000) },
    { what: 'a 100-megapixel WebP', refused: check('webp', 1e4, 1e4) },
    { what: 'a 121-megapixel GIF', refused: check('gif', 11_000, 11_000) },
    { what: 'an SVG to be drawn in 224 x 44,800', refused: check('svg', 5, 1000) },
  ])('rejects $what', ({ refused }) => {
    expect(refused).toThrow(expect.objectContaining({ status: 'failed', code: 'too-many-pixels' }));
  });

  it('says what was expected and what arrived', () => {
    expect(check('avif', 6000, 6000)).toThrow(
      'Expected at most 29826161 pixels for avif but received 6000 x 6000',
    );
  });
});

describe('the memory for decoding', () => {
  it.each([1, 2, 3, 4, 64])('suffices for the costliest pictures at once on %i processors', (processors) => {
    const pictures = picturesAtOnce(processors);
    const { maximumHeldBytes } = pixelLimits({ maximumHeldBytes: 2 ** 33 });
    expect(pictures).toBeGreaterThan(0);
    expect((pictures + DRAWINGS_AT_ONCE) * maximumHeldBytes).toBeLessThanOrEqual(DECODING_BUDGET_BYTES);
  });

  it('leaves processors and threads for other work', () => {
    expect([1, 2, 3, 64].map(picturesAtOnce)).toEqual([1, 2, 2, 2]);
  });
});

it('takes limits that are not given from the defaults', () => {
  expect(pixelLimits()).toEqual(DEFAULT_PIXEL_LIMITS);
  expect(pixelLimits({ maximumHeldBytes: 1000 })).toEqual({
    ...DEFAULT_PIXEL_LIMITS,
    maximumHeldBytes: 1000,
  });
});
