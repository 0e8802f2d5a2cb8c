import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pictureLayout } from '../../../../functions/core/formats/picture-layout.ts';
import { endsEarly } from '../../../../functions/core/formats/truncation.ts';
import { box } from '../../../fixtures/heif-file.ts';

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/jxl/${name}.jxl`, import.meta.url));
const SIGNATURE = Buffer.from('\0\0\0\x0cJXL \r\n\x87\n', 'latin1');

/** A codestream that is a size only, written as the bits of its fields, each with the lowest first. */
function codestream(...fields: readonly (readonly [bits: number, value: number])[]): Buffer {
  const bits = fields.flatMap(([count, value]) =>
    Array.from({ length: count }, (_, index) => (value >>> index) & 1),
  );
  const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, byte) =>
    bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit, index) => sum + (bit << index), 0),
  );
  return Buffer.from([0xff, 0x0a, ...bytes, 0, 0, 0, 0]);
}

const sizeOf = (bytes: Uint8Array) => {
  const { width, height } = pictureLayout(bytes, 'jxl') ?? {};
  return [width, height];
};

describe('the layout of a JPEG XL', () => {
  it.each(['cat', 'cat-container', 'cat-left-half'])('has the size of %s', (name) =>
    expect(sizeOf(fixture(name))).toEqual([192, 128]),
  );

  it.each([
    {
      what: 'of both sides',
      fields: [
        [1, 0],
        [2, 1],
        [13, 1_999],
        [3, 0],
        [2, 2],
        [18, 99_999],
      ],
      size: [100_000, 2_000],
    },
    {
      what: 'of eighths',
      fields: [
        [1, 1],
        [5, 9],
        [3, 0],
        [5, 19],
      ],
      size: [160, 80],
    },
    {
      what: 'of a square',
      fields: [
        [1, 0],
        [2, 3],
        [30, 999_999],
        [3, 1],
      ],
      size: [1_000_000, 1_000_000],
    },
    {
      what: 'of 16 by 9',
      fields: [
        [1, 0],
        [2, 0],
        [9, 89],
        [3, 5],
      ],
      size: [160, 90],
    },
  ] as const)('has a size that is written as one $what', ({ fields, size }) => {
    expect(sizeOf(codestream(...fields))).toEqual(size);
  });

  it('has the size that stands in the first of several parts, however short these are', () => {
    const bytes = codestream([1, 0], [2, 1], [13, 1_999], [3, 0], [2, 1], [13, 2_999]);
    const part = (index: number, start: number, end: number) =>
      box('jxlp', [Buffer.from([0, 0, 0, index]), bytes.subarray(start, end)]);
    expect(sizeOf(Buffer.concat([SIGNATURE, part(0, 0, 3), part(1, 3, 40)]))).toEqual([3_000, 2_000]);
  });

  it('is missing where the header ends early, and where there is none', () => {
    expect(pictureLayout(Buffer.from([0xff, 0x0a, 0xff]), 'jxl')).toBeUndefined();
    expect(pictureLayout(SIGNATURE, 'jxl')).toBeUndefined();
  });
});

describe('the end of a JPEG XL', () => {
  it('comes early in each beginning of a container', () => {
    const file = fixture('cat-container');
    expect(endsEarly(file.subarray(0, file.length - 1), 'jxl')).toBe(true);
    expect(endsEarly(file, 'jxl')).toBe(false);
  });

  it('is told by no structure in a codestream alone', () =>
    expect(endsEarly(fixture('cat').subarray(0, 100), 'jxl')).toBe(false));
});
