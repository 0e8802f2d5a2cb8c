import { expect, it } from 'vitest';
import { dot } from '../../../../functions/core/labels/embedding.ts';
import { rowProducts } from '../../../../functions/core/scoring/row-products.ts';

it.each([0, 1, 3, 4, 5, 8, 11])('multiplies %i rows, to the last bit as one by one', (rows) => {
  const size = 37;
  const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7));
  const [matrix, vector] = [numbers(rows * size), numbers(size)];
  const expected = Array.from({ length: rows }, (_, row) => 3 * dot(vector, matrix, row * size));
  expect([...rowProducts(matrix, vector, 3)]).toEqual(expected);
});
