import { describe, expect, it } from 'vitest';
import {
  linear,
  transposed,
  withInputs,
  withoutInputs,
} from '../../../../functions/checkpoints/compile/weights/linear.ts';
import { quantisedRows } from '../../../../functions/checkpoints/compile/weights/quantise.ts';
import {
  numberField,
  PADDED_VARINT_BYTES,
  paddedVarint,
} from '../../../../functions/checkpoints/compile/write/protobuf.ts';

function varintOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte, i) => sum + (byte & 0x7f) * 0x80 ** i, 0);
}

describe('numbers of protobuf', () => {
  it.each([0, 1, 127, 128, 300, 2 ** 31 - 1])('hold %i in padded room', (value) => {
    const bytes = paddedVarint(value);
    expect(bytes).toHaveLength(PADDED_VARINT_BYTES);
    expect(varintOf(bytes)).toBe(value);
    expect(bytes.every((byte, i) => byte >= 0x80 === i < PADDED_VARINT_BYTES - 1)).toBe(true);
  });

  it('take more bytes only when they are larger', () => {
    // https://protobuf.dev/programming-guides/encoding: field 1 with 150 is 08 96 01.
    expect([...numberField(1, 150)]).toEqual([0x08, 0x96, 0x01]);
  });
});

describe('rounded rows', () => {
  it('are off by at most half a step of their own row', () => {
    const matrix = Float32Array.of(1, -0.5, 0.25, 100, -3, 7, 0, 0, 0);
    const { values, scales } = quantisedRows(matrix, 3);
    matrix.forEach((value, i) => {
      const step = scales[Math.floor(i / 3)]!;
      expect(Math.abs(values[i]! * step - value)).toBeLessThanOrEqual(step / 2 + 1e-6);
    });
    expect([values[0], values[3], values[6]]).toEqual([127, 127, 0]);
  });
});

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
