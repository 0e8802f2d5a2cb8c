import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blockMultiplier } from '../../../../functions/core/scoring/block-products.ts';
import { rowProducts } from '../../../../functions/core/scoring/row-products.ts';
import { RUNS, stacked, vectorsOf } from '../vectors.ts';

it('multiplies a block, whatever its size, to the last bit as vector by vector', () => {
  const shapes = fc.record({ size: fc.integer({ min: 1, max: 40 }), rows: fc.nat(13), vectors: fc.nat(70) });
  const given = shapes.chain(({ size, rows, vectors }) =>
    fc.tuple(fc.constant(size), vectorsOf(size, rows), vectorsOf(size, vectors), fc.double({ noNaN: true })),
  );
  fc.assert(
    fc.property(given, ([size, rows, vectors, scale]) => {
      const found: number[][] = [];
      blockMultiplier(stacked(rows), size).products(vectors, scale, (products, vector) => {
        expect(vector).toBe(found.length);
        found.push([...products]);
      });
      expect(found).toEqual(vectors.map((vector) => [...rowProducts(stacked(rows), vector, scale)]));
    }),
    { numRuns: RUNS },
  );
});

it('sums in double precision over many dimensions, block after block', () => {
  const size = 1_000;
  const numbers = (count: number, step: number) =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * step));
  const rows = numbers(641 * size, 1.7);
  const vectors = Array.from({ length: 33 }, (_, i) => numbers(size, 0.3 + i));
  const multiplier = blockMultiplier(rows, size);
  for (const _again of [1, 2]) {
    multiplier.products(vectors, 100, (products, vector) => {
      expect(products).toEqual(rowProducts(rows, vectors[vector]!, 100));
    });
  }
});
