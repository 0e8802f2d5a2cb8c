import { describe, expect, it } from 'vitest';
import type { AcceptedFormat } from '../../../../functions/core/formats/image-format.ts';
import { endsEarly } from '../../../../functions/core/formats/truncation.ts';
import { tiffFile } from '../../../fixtures/tiffs.ts';

const bytesOf = (...parts: ReadonlyArray<string | readonly number[]>) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );
const big32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const little32 = (value: number) => big32(value).reverse();
const little16 = (value: number) => [value & 255, value >>> 8];

/** Whether each beginning of a file, and the whole of it, ends early. */
function beginnings(file: Buffer, format: AcceptedFormat, from: number): boolean[] {
  return Array.from({ length: file.length - from + 1 }, (_, i) =>
    endsEarly(file.subarray(0, from + i), format),
  );
}

/** Every beginning ends early, and the whole file does not. */
function expectEndAtItsEnd(file: Buffer, format: AcceptedFormat, from: number): void {
  const early = beginnings(file, format, from);
  expect(early.slice(0, -1)).toEqual(early.slice(0, -1).map(() => true));
  expect(early.at(-1)).toBe(false);
  // What follows is nobody's business.
  expect(endsEarly(Buffer.concat([file, Buffer.from([0, 1, 2])]), format)).toBe(false);
}

describe('a JPEG', () => {
  const segment = [0xff, 0xe0, 0, 4, 1, 2];
  const scan = [0xff, 0xda, 0, 3, 9, 0x11, 0xff, 0, 0x22, 0xff, 0xd0, 0x33, 0xff, 0xd7, 0x44];
  const end = [0xff, 0xd9];

  it.each([
    ['one scan', [segment, scan]],
    ['several scans', [segment, scan, segment, scan]],
    ['a fill byte before a marker', [segment, [0xff], segment, scan]],
  ])('ends at its end marker, after %s', (_, parts) => {
    expectEndAtItsEnd(bytesOf([0xff, 0xd8], ...parts, end), 'jpeg', 2);
  });

  it('does not end early where it starts twice: it is corrupt', () => {
    expect(endsEarly(bytesOf([0xff, 0xd8, 0xff, 0xd8], segment, scan), 'jpeg')).toBe(false);
  });

  it('does not end early where something else stands for a marker: it is corrupt', () => {
    expect(endsEarly(bytesOf([0xff, 0xd8], segment, [0x12, 0x34, 0x56, 0x78]), 'jpeg')).toBe(false);
  });
});

describe('a PNG', () => {
  const chunk = (type: string, length: number) =>
    bytesOf(big32(length), type, new Array<number>(length).fill(7), big32(0));

  it('ends at its last chunk', () => {
    const file = bytesOf(
      '\x89PNG\r\n\x1a\n',
      [...chunk('IHDR', 13)],
      [...chunk('IDAT', 5)],
      [...chunk('IEND', 0)],
    );
    expectEndAtItsEnd(file, 'png', 8);
  });
});

describe('a WebP', () => {
  it('ends where its header says', () => {
    expectEndAtItsEnd(bytesOf('RIFF', little32(12), 'WEBPVP8 ', [1, 2, 3, 4]), 'webp', 0);
  });
});

describe('an AVIF', () => {
  const box = (type: string, length: number) =>
    bytesOf(big32(length), type, new Array<number>(length - 8).fill(7));

  it('ends where its last box ends', () => {
    const file = bytesOf([...box('ftyp', 20)], [...box('meta', 24)], [...box('mdat', 40)]);
    expect(endsEarly(file, 'avif')).toBe(false);
    expect(endsEarly(file.subarray(0, -1), 'avif')).toBe(true);
    expect(endsEarly(file.subarray(0, 20 + 23), 'avif')).toBe(true);
  });

  it('does not end early where its last box reaches to the end', () => {
    expect(
      endsEarly(bytesOf([...box('ftyp', 20)], big32(0), 'mdat', new Array<number>(8).fill(7)), 'avif'),
    ).toBe(false);
  });

  it('may have a box with a length of 64 bits', () => {
    const long = (length: number) =>
      bytesOf([...box('ftyp', 20)], big32(1), 'mdat', big32(0), big32(length), new Array<number>(8).fill(7));
    expect(endsEarly(long(24), 'avif')).toBe(false);
    expect(endsEarly(long(25), 'avif')).toBe(true);
  });

  it('does not go on for ever with a length of less than a header', () => {
    expect(endsEarly(bytesOf(big32(3), 'ftyp', new Array<number>(40).fill(0)), 'avif')).toBe(false);
  });
});

describe('a GIF', () => {
  const screen = (flags: number) => bytesOf('GIF89a', [1, 0, 1, 0, flags, 0, 0]);
  const extension = [0x21, 0xf9, 4, 0, 0, 0, 0, 0];
  const image = (flags: number, table: number) =>
    bytesOf(
      [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, flags],
      new Array<number>(table).fill(9),
      [2, 2, 0x44, 1, 1, 0x55, 0],
    );

  it.each([
    ['without colour tables', screen(0), 0, image(0, 0)],
    ['with a table of 4 colours for all', screen(0x81), 12, image(0, 0)],
    ['with a table of 8 colours of its own', screen(0), 0, image(0x82, 24)],
  ])('%s ends at its trailer', (_, head, table, picture) => {
    const file = bytesOf([...head], new Array<number>(table).fill(9), extension, [...picture], [0x3b]);
    expectEndAtItsEnd(file, 'gif', 13);
  });

  it('does not end early at a byte that starts no block', () => {
    expect(endsEarly(bytesOf([...screen(0)], extension, [0x99, 1, 2]), 'gif')).toBe(false);
  });
});

interface Tag {
  readonly tag: number;
  /** 1 BYTE, 3 SHORT, 4 LONG. */
  readonly type: number;
  readonly values: readonly number[];
}

/** A little-endian TIFF with these tags, the values that need a place of their own behind the directory, then `data`. */
function tiff(tags: readonly Tag[], data = 0): Buffer {
  const behind: number[] = [];
  const start = 8 + 2 + 12 * tags.length + 4;
  const entries = tags.flatMap(({ tag, type, values }) => {
    const value = type === 4 ? little32 : type === 3 ? little16 : (one: number) => [one];
    const bytes = values.flatMap(value);
    const place = bytes.length > 4 ? little32(start + behind.length) : [...bytes, 0, 0, 0, 0].slice(0, 4);
    if (bytes.length > 4) behind.push(...bytes);
    return [...little16(tag), ...little16(type), ...little32(values.length), ...place];
  });
  return bytesOf(
    ...['II*\0', little32(8), little16(tags.length), entries, [0, 0, 0, 0], behind],
    new Array<number>(data).fill(7),
  );
}
const STRIPS = (offsets: number[], lengths: number[]) => [
  { tag: 273, type: 4, values: offsets },
  { tag: 279, type: 4, values: lengths },
];
const TILES = (offsets: number[], lengths: number[]) => [
  { tag: 324, type: 4, values: offsets },
  { tag: 325, type: 3, values: lengths },
];

describe('a TIFF', () => {
  it('ends where its last strip ends, in whatever order they lie', () => {
    const tags = STRIPS([60, 54], [10, 6]);
    expect(endsEarly(tiff(tags, 16), 'tiff')).toBe(false);
    expect(endsEarly(tiff(tags, 15), 'tiff')).toBe(true);
  });

  it('ends where its last tile ends', () => {
    const tags = TILES([60, 54], [10, 6]);
    const whole = tiff(tags, 100);
    expect(endsEarly(whole, 'tiff')).toBe(false);
    expect(endsEarly(whole.subarray(0, 70), 'tiff')).toBe(false);
    expect(endsEarly(whole.subarray(0, 69), 'tiff')).toBe(true);
  });

  it('ends early within its directory, or before a tag’s values', () => {
    const file = tiff([{ tag: 258, type: 3, values: [8, 8, 8] }]);
    expect(endsEarly(file, 'tiff')).toBe(false);
    for (let length = 0; length < file.length; length++)
      // The four bytes behind the directory point to the next one, which nobody reads.
      expect([length, endsEarly(file.subarray(0, length), 'tiff')]).toEqual([length, true]);
  });

  it.each([{ isBig: true }, { isBig: true, bigEndian: true }])(
    'ends where its last strip ends, in BigTIFF: %o',
    (layout) => {
      const file = tiffFile({
        tags: { 256: [3, [1]] },
        parts: [Buffer.alloc(20), Buffer.alloc(30)],
        ...layout,
      });
      expect(endsEarly(file, 'tiff')).toBe(false);
      for (let length = 0; length < file.length - 8; length++)
        expect(endsEarly(file.subarray(0, length), 'tiff')).toBe(true);
    },
  );

  it('does not end early where it has neither strips nor tiles', () => {
    expect(endsEarly(tiff([{ tag: 256, type: 3, values: [1] }]), 'tiff')).toBe(false);
  });
});

describe('an SVG', () => {
  it('ends with its root element', () => {
    expect(endsEarly(bytesOf('<svg><g/></svg>\n'), 'svg')).toBe(false);
    expect(endsEarly(bytesOf('<svg><g/></svg  >'), 'svg')).toBe(false);
    expect(endsEarly(bytesOf('<svg><g/></sv'), 'svg')).toBe(true);
    expect(endsEarly(bytesOf('<svg><g/></svgx>'), 'svg')).toBe(true);
  });
});
