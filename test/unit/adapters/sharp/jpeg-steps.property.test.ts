import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jpegSteps } from '../../../../functions/adapters/sharp/jpeg-steps.ts';
import { reductionOf } from '../../../../functions/adapters/sharp/resize.ts';
import { jpegStart } from '../../../../functions/core/formats/jpeg/jpeg-start.ts';
import { resizedSize } from '../../../../functions/core/pixels/pixels.ts';

/** The headers of a JPEG in three colours, whose brightness is sampled so often. */
function jpegHeaders(width: number, height: number, sampling: number): Uint8Array {
  const sizes = [height >> 8, height & 255, width >> 8, width & 255];
  const frame = [0xff, 0xc0, 0, 17, 8, ...sizes, 3, 1, sampling, 0, 2, 0x11, 0, 3, 0x11, 0];
  return Uint8Array.of(0xff, 0xd8, ...frame, 0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 0xff, 0xd9);
}

/** What sharp 0.35.5 has libvips reduce by with `fastShrinkOnLoad` (src/pipeline.cc, `jpegShrinkOnLoad`). */
function reducedBySharp(reduction: number): number {
  const by = [8, 4, 2].find((candidate) => reduction >= candidate) ?? 1;
  return by > 1 && Math.trunc(reduction) === by ? by / 2 : by;
}

it('has sharp reduce a JPEG of any size by what the second step counts on', () => {
  const side = fc.integer({ min: 130, max: 8_000 });
  let planned = 0;
  fc.assert(
    fc.property(
      ...[side, side, fc.integer({ min: 32, max: 512 }), fc.boolean()],
      fc.constantFrom(0x11, 0x12, 0x21, 0x22),
      (width, height, encoder, isSquashed, sampling) => {
        const size = { width, height };
        const resized = isSquashed ? { width: encoder, height: encoder } : resizedSize(size, encoder);
        const steps = jpegSteps(jpegHeaders(width, height, sampling), size, resized);
        if (!steps) return;
        planned++;
        const inAll = reductionOf(size, resized);
        const announced = { width, height: jpegStart(steps.bytes)?.height ?? 0 };
        expect(reducedBySharp(reductionOf(announced, steps.between))).toBe(
          inAll >= 12.8 ? 8 : inAll >= 10 ? 4 : 2,
        );
      },
    ),
    { numRuns: 20_000 },
  );
  expect(planned).toBeGreaterThan(2_000);
});
