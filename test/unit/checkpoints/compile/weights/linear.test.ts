import { describe, expect, it } from 'vitest';
import {
  linear,
  transposed,
  withInputs,
  withoutInputs,
} from '../../../../../functions/checkpoints/compile/weights/linear.ts';

describe('a product', () => {
  const matrix = linear(Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(0, 1));

  it('is turned with its rows and columns', () => {
    expect([...transposed(matrix.weight, 2)]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('is the sum of two that share its inputs', () => {
    expect([...withInputs(matrix, [1]).weight]).toEqual([2, 5]);
    expect([...withoutInputs(matrix, [1]).weight]).toEqual([1, 0, 3, 4, 0, 6]);
  });
});
