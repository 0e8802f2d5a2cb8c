import type { Sharp } from 'sharp';
import type { AcceptedFormat } from '../../core/formats/image-format.ts';
import type { Size } from '../../core/pixels/pixels.ts';

/**
 * How much of a reduction libvips may do while it decodes.
 * - `fast`: as much as it can
 * - `careful`: half of that, so that the kernel has a factor of two or more to do
 * - `none`: nothing, which in sharp only an `extract` before the resize brings about
 */
export type ShrinkOnLoad = 'fast' | 'careful' | 'none';

/** JPEG codes blocks of 8 × 8 pixels and can be decoded at one of these fractions of its size. */
const JPEG_REDUCTIONS = [8, 4, 2];
const MAXIMUM_REDUCTION = 8;
/**
 * The kernel has to reduce by at least this much after the largest reduction: a picture of 12 megapixels comes to 224
 * with 1.7. Photographs are 0.3 of 255 off Pillow's bicubic resize when that is 2 or more, 0.8 at 1.7, 1.0 at 1.5, 1.2
 * to 1.7 at 1.35. It pays for large pictures only: 12 megapixels take 34 ms instead of 40, and entropy decoding alone
 * takes 33.
 */
const MINIMUM_KERNEL_REDUCTION = 1.6;

/** By how much a picture is reduced, in the direction in which that is less. */
export function reductionOf(size: Size, resized: Size): number {
  return Math.min(size.width / resized.width, size.height / resized.height);
}

/**
 * Whether libvips may decode at a fraction of the size, and resize the result in one step. It cuts off what does not fill a
 * pixel of the reduced picture, and the rest is stretched over its place: photographs are 1.1 to 3.0 of 255 off where the
 * reduction does not divide the sides, so it must.
 *
 * @param size size of the picture, or of the part of it that is resized
 * @param resized size after resizing
 */
export function shrinkOnLoad(format: AcceptedFormat, size: Size, resized: Size): ShrinkOnLoad {
  if (format !== 'jpeg') return 'careful';
  const reduction = reductionOf(size, resized);
  const divides = (by: number) => size.width % by === 0 && size.height % by === 0;
  if (reduction >= MINIMUM_KERNEL_REDUCTION * MAXIMUM_REDUCTION && divides(MAXIMUM_REDUCTION)) return 'fast';
  return divides(carefulReduction(reduction)) ? 'careful' : 'none';
}

/** What sharp 0.35.5 lets libvips reduce by without `fastShrinkOnLoad` (src/pipeline.cc, `jpegShrinkOnLoad`). */
function carefulReduction(reduction: number): number {
  return JPEG_REDUCTIONS.find((candidate) => reduction >= 2 * candidate) ?? 1;
}

/**
 * The cubic kernel is PIL's bicubic (0.2 of 255 off; `mitchell` 1.0, `lanczos3` 0.8). WebP is 0.5 off with
 * `careful`, 1.6 with `fast`.
 */
export function resize(pipeline: Sharp, { width, height }: Size, shrinking: ShrinkOnLoad): void {
  pipeline.resize(width, height, { fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: shrinking === 'fast' });
}
