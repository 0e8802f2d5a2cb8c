import { expect, it } from 'vitest';
import { blockMultiplier } from '../../../../functions/core/scoring/block-products.ts';
import { rowProducts } from '../../../../functions/core/scoring/row-products.ts';

const SIZE = 6;
const numbers = (count: number, phase: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + phase));
const vectorsOf = (count: number) => Array.from({ length: count }, (_, i) => numbers(SIZE, i));

// A panel holds 4 rows or vectors, a block 32 vectors.
it.each([
  [1, 1],
  [3, 4],
  [4, 5],
  [5, 31],
  [8, 32],
  [9, 33],
  [13, 70],
  // Panels of more than a page of WebAssembly's memory.
  [3_000, 7],
])('multiplies %i rows with %i vectors, to the last bit as one by one', (rows, count) => {
  const matrix = numbers(rows * SIZE, 0.5);
  const multiplier = blockMultiplier(matrix, SIZE);
  // Fewer vectors after many meet what the block before has left.
  for (const vectors of [vectorsOf(count), vectorsOf(count).slice(-1), []]) {
    const got: [number, number[]][] = [];
    multiplier.products(vectors, 3, (products, vector) => got.push([vector, [...products]]));
    expect(got).toEqual(vectors.map((vector, i) => [i, [...rowProducts(matrix, vector, 3)]]));
  }
});
