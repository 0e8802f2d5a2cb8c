/** Reach of the kernel in pixels, unstretched. */
const REACH = 2;
/** Catmull-Rom, which Pillow's BICUBIC is. */
export const BICUBIC_SHARPNESS = -0.5;

/** What one pixel of a resized row (or column) takes from the row before: `weights` for its pixels from `start` on. */
export interface Taps {
  readonly start: number;
  /** They add up to 1. */
  readonly weights: readonly number[];
}

/** A kernel of cubic convolution (Keys 1981). */
export interface CubicKernel {
  /** Keys's `a`: the slope at a distance of one pixel. The further below 0, the sharper. */
  readonly sharpness: number;
  /** How many times as wide it is, in pixels of the row before. */
  readonly stretch: number;
}

/** The part of a row (or column) that is resized; it may reach beyond the row's ends by parts of a pixel. */
export interface Span {
  readonly from: number;
  readonly length: number;
}

/**
 * The taps of each pixel of a resized row. Weights are cut at the row's ends and normalised again, as Pillow does
 * (src/libImaging/Resample.c).
 *
 * @param kernel Pillow's BICUBIC by default: when reducing, it widens so that it covers every pixel
 */
export function cubicTaps(
  length: number,
  newLength: number,
  span: Span = { from: 0, length },
  kernel: CubicKernel = {
    sharpness: BICUBIC_SHARPNESS,
    stretch: Math.max(span.length / newLength, 1),
  },
): Taps[] {
  const scale = span.length / newLength;
  const reach = REACH * kernel.stretch;
  const taps: Taps[] = [];
  for (let index = 0; index < newLength; index++) {
    const centre = span.from + (index + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(length, Math.trunc(centre + reach + 0.5));
    taps.push({ start, weights: weightsOf(start, end, centre, kernel) });
  }
  return taps;
}

/** Loops, and nothing made on the way: each picture that is decoded needs thousands of these. */
function weightsOf(
  start: number,
  end: number,
  centre: number,
  { sharpness, stretch }: CubicKernel,
): number[] {
  const weights: number[] = [];
  let total = 0;
  for (let pixel = start; pixel < end; pixel++) {
    const weight = weightAt((pixel + 0.5 - centre) / stretch, sharpness);
    weights.push(weight);
    total += weight;
  }
  for (let tap = 0; tap < weights.length; tap++) weights[tap] = (weights[tap] ?? 0) / total;
  return weights;
}

function weightAt(offset: number, sharpness: number): number {
  const x = Math.abs(offset);
  if (x >= REACH) return 0;
  return x < 1
    ? ((sharpness + 2) * x - (sharpness + 3)) * x * x + 1
    : (((x - 5) * x + 8) * x - 4) * sharpness;
}
