import { BICUBIC_SHARPNESS, type CubicKernel } from './cubic-taps.ts';

/** A first step of reducing a row: means of some of its pixels, and a bicubic kernel over these. Lengths in its pixels. */
export interface FirstStep {
  /** Pixels of the row that are a pixel of the mean. */
  readonly mean: number;
  /** Pixels of the row that are a pixel of what the kernel makes. */
  readonly scale: number;
}

/**
 * How much of the blur is taken back, 0 to 1. Photographs and text come nearest to the reference with all of it (0.78 of 255
 * for a photograph at an eighth, 0.85 with this, 1.36 with none), edges that are repeated within a few pixels with nothing,
 * which a decoder's reduction shows as edges that are not there (3.9, 3.1 and 1.5).
 */
const SHARPENING = 0.75;
/**
 * A cubic kernel's second moment is 4/15 a + 2/15 and its fourth 24/35 a + 3/70, by integrating it: the bicubic kernel has 0
 * and -0.3.
 */
const SECOND_MOMENT_SLOPE = 4 / 15;
const FOURTH_MOMENT_SLOPE = 24 / 35;
const FOURTH_CUMULANT = -0.3;

/**
 * The kernel of a second step, with which both together do what the bicubic kernel does in one. Cumulants of filters that
 * follow one another add up: the second (how far a filter blurs) of all is that of the mean and the new kernel and is to be
 * 0; the fourth is to be the bicubic kernel's at the whole reduction. So the kernel is the sharper the more the mean blurs,
 * and the narrower the wider the first kernel is.
 *
 * @param scale pixels of the row that are a pixel in the end, more than the first step's
 * @returns its stretch in pixels of the first step's result
 */
export function secondKernel({ mean, scale: first }: FirstStep, scale: number): CubicKernel {
  const blur = (mean ** 2 - 1) / 12;
  const meanFourth = -(mean ** 4 - 1) / 120;
  const fourth = FOURTH_CUMULANT * (scale ** 4 - first ** 4) - meanFourth + 3 * blur ** 2;
  // With a from the second moment, the fourth is a quadratic equation of the squared stretch.
  const linear = (FOURTH_MOMENT_SLOPE / SECOND_MOMENT_SLOPE) * blur;
  const squared = (-linear + Math.sqrt(linear ** 2 + 4 * FOURTH_CUMULANT * fourth)) / (-2 * FOURTH_CUMULANT);
  const sharper = blur / (SECOND_MOMENT_SLOPE * squared);
  return {
    sharpness: BICUBIC_SHARPNESS - SHARPENING * sharper,
    stretch: (scale + SHARPENING * (Math.sqrt(squared) - scale)) / first,
  };
}
