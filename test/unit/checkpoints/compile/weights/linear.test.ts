import { describe, expect, it } from 'vitest';
import {
  forShiftedInputs,
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

  it('makes up for what is missing from its inputs', () => {
    const { weight, bias } = forShiftedInputs(matrix, Float32Array.of(1, 0, -2));
    expect([...weight]).toEqual([...matrix.weight]);
    expect([...bias]).toEqual([1 - 6, 1 + 4 - 12]);
  });

  it('is the sum of two that share its inputs', () => {
    expect([...withInputs(matrix, [1]).weight]).toEqual([2, 5]);
    expect([...withoutInputs(matrix, [1]).weight]).toEqual([1, 0, 3, 4, 0, 6]);
  });
});
