import { expect, it } from 'vitest';
import { secondKernel } from '../../../../functions/core/pixels/second-kernel.ts';

it('is the bicubic kernel where the first step does next to nothing', () => {
  const { sharpness, stretch } = secondKernel({ mean: 1, scale: 1 }, 40);
  expect(sharpness).toBe(-0.5);
  expect(stretch).toBeCloseTo(40, 4);
});

it('is the sharper the more pixels a mean is of', () => {
  const sharpnesses = [1, 2, 4, 8].map((mean) => secondKernel({ mean, scale: 9 }, 14).sharpness);
  expect(sharpnesses).toEqual([...sharpnesses].sort((one, other) => other - one));
  expect(new Set(sharpnesses).size).toBe(4);
});

it('is the narrower the more the first kernel has done', () => {
  const widths = [2, 3, 4, 5].map((scale) => scale * secondKernel({ mean: 2, scale }, 6).stretch);
  expect(widths).toEqual([...widths].sort((one, other) => other - one));
  expect(widths[0]).toBeLessThan(6);
});

/** Where the response of the two, one after the other, is compared with the bicubic kernel's: up to half of what is left. */
const FREQUENCIES = [0.05, 0.1, 0.15, 0.2, 0.25];

it.each([
  { mean: 2, scale: 3, whole: 5.46 },
  { mean: 4, scale: 5, whole: 10.5 },
  { mean: 8, scale: 9, whole: 13.5 },
])(
  'lets through what the bicubic kernel does: a mean of $mean, by $scale, then to $whole',
  ({ mean, scale, whole }) => {
    const { sharpness, stretch } = secondKernel({ mean, scale }, whole);
    for (const frequency of FREQUENCIES) {
      const a = frequency / whole;
      const first = responseOfMean(mean, a) * responseOfKernel(-0.5, scale * a);
      const both = first * responseOfKernel(sharpness, stretch * scale * a);
      const plain = first * responseOfKernel(-0.5, whole * a);
      const wanted = responseOfKernel(-0.5, whole * a);
      expect(Math.abs(both - wanted)).toBeLessThan(0.02);
      expect(Math.abs(both - wanted)).toBeLessThanOrEqual(Math.abs(plain - wanted) + 1e-4);
    }
  },
);

function responseOfMean(pixels: number, frequency: number): number {
  return Math.sin(Math.PI * pixels * frequency) / (pixels * Math.sin(Math.PI * frequency));
}

/** The Fourier transform of Keys's kernel, added up. */
function responseOfKernel(sharpness: number, frequency: number): number {
  const STEPS = 4000;
  let sum = 0;
  for (let step = 0; step < STEPS; step++) {
    const x = (2 * (step + 0.5)) / STEPS;
    const weight =
      x < 1
        ? (sharpness + 2) * x ** 3 - (sharpness + 3) * x ** 2 + 1
        : sharpness * (x ** 3 - 5 * x ** 2 + 8 * x - 4);
    sum += 2 * weight * Math.cos(2 * Math.PI * frequency * x) * (2 / STEPS);
  }
  return sum;
}
