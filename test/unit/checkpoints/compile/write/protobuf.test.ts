import { describe, expect, it } from 'vitest';
import {
  numberField,
  paddedBytesField,
} from '../../../../../functions/checkpoints/compile/write/protobuf.ts';

function varintOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte, i) => sum + (byte & 0x7f) * 0x80 ** i, 0);
}

/** Pieces of together so many bytes: the same one again and again. */
function piecesOf(length: number): Uint8Array[] {
  const piece = new Uint8Array(Math.min(length, 1 << 27));
  const whole = new Array<Uint8Array>(piece.length ? Math.floor(length / piece.length) : 0).fill(piece);
  return [...whole, piece.subarray(0, length - whole.length * piece.length)];
}

describe('numbers of protobuf', () => {
  it.each([0, 1, 127, 128, 300, 2 ** 31 - 1])('hold length %i in padded room', (length) => {
    const [tag, bytes = new Uint8Array(), ...value] = paddedBytesField(7, piecesOf(length));
    expect([...(tag ?? [])]).toEqual([(7 << 3) | 2]);
    expect(bytes).toHaveLength(5);
    expect(varintOf(bytes)).toBe(length);
    expect(bytes.every((byte, i) => byte >= 0x80 === i < 4)).toBe(true);
    expect(value.reduce((sum, piece) => sum + piece.length, 0)).toBe(length);
  });

  it('take more bytes only when they are larger', () => {
    // https://protobuf.dev/programming-guides/encoding: field 1 with 150 is 08 96 01.
    expect([...Buffer.concat(numberField(1, 150))]).toEqual([0x08, 0x96, 0x01]);
  });
});
