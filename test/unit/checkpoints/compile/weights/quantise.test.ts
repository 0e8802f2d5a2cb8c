import { expect, it } from 'vitest';
import { quantisedRows } from '../../../../../functions/checkpoints/compile/weights/quantise.ts';

it('rounds each row by at most half a step of its own', () => {
  const matrix = Float32Array.of(1, -0.5, 0.25, 100, -3, 7, 0, 0, 0);
  const { values, scales } = quantisedRows(matrix, 3);
  matrix.forEach((value, i) => {
    const step = scales[Math.floor(i / 3)]!;
    expect(Math.abs(values[i]! * step - value)).toBeLessThanOrEqual(step / 2 + 1e-6);
  });
  expect([values[0], values[3], values[6]]).toEqual([127, 127, 0]);
});
