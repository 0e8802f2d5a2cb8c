import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dot,
  embeddingFromBytes,
  embeddingToBytes,
  normalised,
} from '../../../../functions/core/labels/embedding.ts';
import { int8Matrix } from '../../../../functions/core/scoring/int8-matrix.ts';
import { RUNS } from '../vectors.ts';

const bytesOf = (values: ArrayLike<number>) =>
  embeddingToBytes({ modelDigest: 'm', values: Float32Array.from(values) });

/** Directions of any shape, one far greater value among small ones included, as some models have them. */
const directions = (size: number) =>
  fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: size, maxLength: size })
    .filter((values) => values.some((value) => Math.abs(value) > 0.01))
    .map(normalised);

describe('cosines', () => {
  it('are those of the embeddings, as exactly as rows of 8 bits can be', () => {
    const given = fc
      .integer({ min: 1, max: 70 })
      .chain((size) =>
        fc.tuple(
          fc.constant(size),
          directions(size),
          fc.array(directions(size), { minLength: 1, maxLength: 9 }),
        ),
      );
    fc.assert(
      fc.property(given, ([size, query, rows]) => {
        const matrix = int8Matrix(size);
        for (const [row, values] of rows.entries()) expect(matrix.set(row, bytesOf(values))).toBe(true);
        const cosines = matrix.cosines(query, rows.length);
        for (const [row, values] of rows.entries()) {
          const exact = embeddingFromBytes(bytesOf(values), 'm').values;
          // Every value is off by half a step at most, a step being the greatest value / 127, and the length by as much.
          const step = Math.max(...exact.map(Math.abs)) / 127;
          expect(Math.abs((cosines[row] ?? 9) - dot(query, exact))).toBeLessThan(
            step * Math.sqrt(size) + 1e-4,
          );
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('are never beyond 1, and those of a row with itself are 1', () => {
    fc.assert(
      fc.property(directions(64), (values) => {
        const matrix = int8Matrix(64);
        matrix.set(0, bytesOf(values));
        const [cosine = 9] = matrix.cosines(values, 1);
        expect(cosine).toBeLessThan(1 + 1e-5);
        expect(cosine).toBeGreaterThan(0.999);
      }),
      { numRuns: RUNS },
    );
  });

  it('do not overflow where every value is as great as it can be', () => {
    for (const size of [512, 4_096]) {
      const flat = normalised(new Float32Array(size).fill(1));
      const matrix = int8Matrix(size);
      matrix.set(0, bytesOf(flat));
      matrix.set(1, bytesOf(flat.map((value) => -value)));
      const [same, opposite] = matrix.cosines(flat, 2);
      expect(same).toBeCloseTo(1, 3);
      expect(opposite).toBeCloseTo(-1, 3);
    }
  });

  it('are the same bits on every processor', () => {
    const wave = (step: number) =>
      normalised(Float32Array.from({ length: 50 }, (_, i) => Math.fround((i * step) % 7) - 3));
    const matrix = int8Matrix(50);
    for (let row = 0; row < 5; row++) matrix.set(row, bytesOf(wave(row + 2)));
    expect([...new Uint32Array(matrix.cosines(wave(5), 5).buffer)].map((bits) => bits.toString(16))).toEqual([
      'be483fc7',
      '3f059df4',
      '3e90a3ef',
      '3f7fffde',
      '3f05d295',
    ]);
  });

  it('reach over blocks of rows, and are none where a row has none', () => {
    const matrix = int8Matrix(20);
    const unit = (i: number) => Float32Array.from({ length: 20 }, (_, j) => (j === i % 20 ? 1 : 0));
    for (let row = 2_500; row >= 0; row -= 3) matrix.set(row, bytesOf(unit(row)));
    const cosines = matrix.cosines(unit(7), 2_600);
    for (let row = 0; row < 2_600; row++) {
      const isSet = row <= 2_500 && row % 3 === 1;
      expect(matrix.has(row)).toBe(isSet);
      if (isSet) expect(cosines[row]).toBeCloseTo(row % 20 === 7 ? 1 : 0, 5);
      else expect(cosines[row]).toBeNaN();
    }
  });
});

describe('a row', () => {
  it('is the float16 values over the greatest one, rounded to 127 steps with ties to even', () => {
    const anyFloat16 = fc.array(fc.integer({ min: 0, max: 0x77ff }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(anyFloat16, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (bits, signs) => {
        const words = Uint16Array.from(bits, (value, i) => value | (signs[i] ? 0x8000 : 0));
        const values = [...words].map(float16Value);
        const greatest = Math.max(...values.map(Math.abs));
        const matrix = int8Matrix(words.length);
        const isSet = matrix.set(0, new Uint8Array(words.buffer));
        expect(isSet).toBe(greatest >= 2 ** -20);
        if (!isSet) return;
        const factor = Math.fround(127 / greatest);
        const rounded = values.map((value) => roundHalfToEven(Math.fround(Math.fround(value) * factor)));
        const row = new Int8Array(matrix.blocks(1).slice(4_096, 4_096 + words.length).buffer);
        expect([...row]).toEqual(rounded.map((value) => value + 0));
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    ['zeros', [0, 0, 0]],
    ['an infinite value', [0x3c00, 0x7c00, 0]],
    ['a value that is no number', [0x3c00, 0x7e00, 0]],
    ['a negative one that is no number', [0x3c00, 0xfe01, 0]],
  ])('rejects %s', (_what, words) => {
    const matrix = int8Matrix(3);
    matrix.set(0, bytesOf([1, 0, 0]));
    expect(matrix.set(0, new Uint8Array(Uint16Array.from(words).buffer))).toBe(false);
    expect(matrix.has(0)).toBe(false);
    expect(matrix.cosines(Float32Array.of(1, 0, 0), 1)[0]).toBeNaN();
  });

  it('keeps nothing of the vector that stood there before', () => {
    const matrix = int8Matrix(18);
    const last = Float32Array.from({ length: 18 }, (_, i) => (i === 17 ? 1 : 0));
    matrix.set(0, bytesOf(last));
    matrix.set(0, bytesOf(last.map((value) => 1 - value)));
    expect(matrix.cosines(last, 1)[0]).toBe(0);
  });
});

function float16Value(bits: number): number {
  const magnitude = (bits & 0x3ff) / 1024;
  const exponent = (bits >> 10) & 31;
  const value = exponent === 0 ? magnitude * 2 ** -14 : (1 + magnitude) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -value : value;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value) + 0;
  return floor % 2 === 0 ? floor : floor + 1;
}
