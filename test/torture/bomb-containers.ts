import { brotliCompressSync } from 'node:zlib';
import sharp from 'sharp';
import type { Bomb } from './bomb-files.ts';
import {
  all,
  gridData,
  type HeifItem,
  heif,
  isoBox,
  ispe,
  overlayData,
  partsOfAvif,
  u16,
  u32,
} from './bomb-heif.ts';
import { resizedJpeg, type TiffTag, tiffFile } from './bomb-parts.ts';

const SIDE = 16_384;
const HUGE = [2 ** 32 - 1, 2 ** 32 - 1] as const;
const MEGABYTE = 2 ** 20;

/** HEIC, AVIF, JPEG XL and camera RAW: files that hold others, often, in each other, or none. */
export function containerBombs(): Bomb[] {
  return [...(['heic', 'avif'] as const).flatMap(heifBombs), ...jxlBombs(), ...rawBombs()];
}

/** Tiles are real AV1 for AVIF; there is no encoder for HEVC here, so theirs are nonsense behind an honest header. */
async function tileOf(
  brand: 'heic' | 'avif',
  side: number,
): Promise<{ item: HeifItem; properties: Buffer[] }> {
  if (brand === 'heic') {
    const configuration = isoBox(
      'hvcC',
      Buffer.from('0101600000009000000000005df000fcfdf8f800000f00', 'hex'),
    );
    const data = Buffer.concat([u32(40), Buffer.alloc(40, '\x26\x01\xaf')]);
    return {
      item: { type: 'hvc1', data, properties: [1, 2] },
      properties: [ispe(side, side), configuration],
    };
  }
  const background = { r: 1, g: 2, b: 3 };
  const picture = sharp({ create: { width: side, height: side, channels: 3, background } });
  const { data, configuration } = partsOfAvif(await picture.avif({ effort: 0 }).toBuffer());
  return { item: { type: 'av01', data, properties: [1, 2] }, properties: [ispe(side, side), configuration] };
}

function heifBombs(brand: 'heic' | 'avif'): Bomb[] {
  const bomb = (
    name: string,
    tileSide: number,
    items: (tile: HeifItem) => HeifItem[],
    size: readonly number[],
  ) => ({
    name: `${brand} ${name}`,
    make: async () => {
      const { item, properties } = await tileOf(brand, tileSide);
      const [width = 0, height = 0] = size;
      return heif({ brand, items: items(item), properties: [...properties, ispe(width, height)] });
    },
  });
  const whole = [SIDE, SIDE] as const;
  const derived = (type: string, data: Buffer, madeOf: readonly number[]): HeifItem => ({
    ...{ type, data, madeOf, properties: [3] },
  });
  const grid = (
    madeOf: readonly number[],
    size: readonly [number, number] = whole,
    [columns, rows] = [256, 255],
  ) => derived('grid', gridData(columns ?? 1, rows ?? 1, size), madeOf);
  const times = (count: number, index: number) => Array<number>(count).fill(index);
  const numbered = (count: number, from: number) => Array.from({ length: count }, (_, i) => i + from);
  return [
    bomb('grid that is one tile 65,280 times', 64, (tile) => [grid(times(65_280, 2)), tile], whole),
    bomb(
      'grid of 65,280 items',
      64,
      (tile) => [grid(numbered(65_280, 2)), ...Array<HeifItem>(65_280).fill(tile)],
      whole,
    ),
    bomb('grid that claims what no file can', 64, (tile) => [grid([2], HUGE, [1, 1]), tile], HUGE),
    bomb(
      'grid of 2 x 2 tiles of 4000',
      4_000,
      (tile) => [grid(times(4, 2), [8e3, 8e3], [2, 2]), tile],
      [8e3, 8e3],
    ),
    bomb('picture that claims what no file can', 64, (tile) => [{ ...tile, properties: [3, 2] }], HUGE),
    bomb('picture of 64 x 64 that claims 16,384', 64, (tile) => [{ ...tile, properties: [3, 2] }], whole),
    bomb(
      'picture of 2000 x 2000 that claims 16 x 16',
      2_000,
      (tile) => [{ ...tile, properties: [3, 2] }],
      [16, 16],
    ),
    bomb(
      'overlay of 65,000 layers',
      64,
      (tile) => [derived('iovl', overlayData(65_000, whole), times(65_000, 2)), tile],
      whole,
    ),
    bomb(
      'overlay that claims what no file can',
      64,
      (tile) => [derived('iovl', overlayData(1, HUGE), [2]), tile],
      HUGE,
    ),
    bomb('grid that is made of itself', 64, () => [grid(times(65_280, 1))], whole),
    bomb(
      'grids in grids, five deep',
      64,
      (tile) => [...numbered(5, 2).map((next) => grid(times(65_280, next))), tile],
      whole,
    ),
    bomb(
      'identities of identities, 10,000 deep',
      64,
      (tile) => [...numbered(10_000, 2).map((next) => derived('iden', Buffer.alloc(0), [next])), tile],
      whole,
    ),
    bomb(
      'picture of 65,535 extents of a megabyte',
      64,
      (tile) => [{ ...tile, data: Buffer.concat([tile.data, Buffer.alloc(MEGABYTE)]), extents: 65_535 }],
      [64, 64],
    ),
    bomb(
      'a million items',
      64,
      (tile) => [tile, ...Array<HeifItem>(1e6).fill({ type: 'Exif', data: u16(0) })],
      whole,
    ),
    {
      name: `${brand} with 65,000 sizes`,
      make: async () => {
        const { item, properties } = await tileOf(brand, 64);
        return heif({
          brand,
          items: [item],
          properties: [...properties, all(Array<Buffer>(65_000).fill(ispe(...HUGE)))],
        });
      },
    },
    {
      name: `${brand} of boxes in boxes`,
      make: () => {
        const depth = 1e6;
        const boxes = Array.from({ length: depth }, (_, i) =>
          Buffer.concat([u32(8 * (depth - i)), Buffer.from('meta')]),
        );
        return Buffer.concat([
          isoBox('ftyp', Buffer.from(`${brand}\0\0\0\0mif1${brand}`, 'latin1')),
          ...boxes,
        ]);
      },
    },
  ];
}

function jxlBombs(): Bomb[] {
  const container = [
    Buffer.from('0000000c4a584c200d0a870a', 'hex'),
    isoBox('ftyp', Buffer.from('jxl \0\0\0\0jxl ')),
  ];
  const file = (...boxes: readonly Buffer[]) => Buffer.concat([...container, ...boxes]);
  /** Bits of a size header: not small, 30 bits of height, the same of width (ISO/IEC 18181-1, annex D). */
  const claim = (bits: bigint) => {
    const size = 0n | (3n << 1n) | (bits << 3n) | (0n << 33n) | (3n << 36n) | (bits << 38n);
    const bytes = Buffer.alloc(16);
    bytes.writeBigUInt64LE(size & (2n ** 64n - 1n));
    bytes.writeBigUInt64LE(size >> 64n, 8);
    return Buffer.concat([Buffer.from([0xff, 0x0a]), bytes, Buffer.alloc(100_000, 0xa5)]);
  };
  const part = (index: number, content: Buffer) => isoBox('jxlp', u32(index), content);
  return [
    ...[2n ** 30n - 1n, 65_535n, 16_383n].map((bits) => ({
      name: `jxl that claims ${bits + 1n} a side`,
      make: () => claim(bits),
    })),
    { name: 'jxl in a container that claims much', make: () => file(isoBox('jxlc', claim(2n ** 30n - 1n))) },
    {
      name: 'jxl of a million parts',
      make: () => file(part(0, claim(64n)), all(Array<Buffer>(1e6).fill(part(1, Buffer.alloc(4))))),
    },
    {
      name: 'jxl with brotli of a gigabyte',
      make: () => {
        const box = isoBox('brob', Buffer.from('Exif'), brotliCompressSync(Buffer.alloc(2 ** 30)));
        return file(all(Array<Buffer>(50).fill(box)), isoBox('jxlc', claim(64n)));
      },
    },
    { name: 'jxl of 40 MB without end', make: () => Buffer.concat([claim(4_000n), Buffer.alloc(4e7, 0x5a)]) },
  ];
}

function rawBombs(): Bomb[] {
  const nikon = [...Buffer.from('NIKON CORPORATION\0')];
  const sensor: readonly TiffTag[] = [
    [254, 4, [0]],
    [256, 4, [6_000]],
    [257, 4, [4_000]],
    [262, 3, [32_803]],
    [271, 1, nikon],
  ];
  /** The preview lies where the file ends, where strips would. */
  const nef = (jpeg: Buffer, more: readonly TiffTag[] = []) =>
    tiffFile([[...sensor, [259, 3, [7]], [273, 4, [0]], [279, 4, [jpeg.length]], ...more]], jpeg);
  const jpeg = (side: number, options: object = {}) =>
    sharp({ create: { width: side, height: side, channels: 3, background: 'red' }, limitInputPixels: false })
      .jpeg({ quality: 30, ...options })
      .toBuffer();
  const raf = (content: Buffer, length: number) => {
    const head = Buffer.alloc(160);
    head.write('FUJIFILMCCD-RAW 0201', 'latin1');
    head.writeUInt32BE(160, 84);
    head.writeUInt32BE(length, 88);
    return Buffer.concat([head, content]);
  };
  return [
    {
      name: 'nef with a progressive preview of 9000 x 9000',
      make: async () => nef(await jpeg(9_000, { progressive: true })),
    },
    { name: 'nef with a preview of 16,384 x 16,384', make: async () => nef(await jpeg(SIDE)) },
    {
      name: 'nef with a preview that claims 65,500 a side',
      make: async () => nef(resizedJpeg(await jpeg(64), 65_500, 65_500)),
    },
    {
      name: 'nef with 40 MB of starts of previews',
      make: () => nef(Buffer.alloc(4e7, Buffer.from('ffd8ffc0', 'hex'))),
    },
    {
      name: 'nef with ten million directories',
      make: () => nef(Buffer.alloc(64), [[330, 4, Array(1e7).fill(8)]]),
    },
    {
      name: 'nef of 100,000 pages',
      make: async () => {
        const small = await jpeg(64);
        const page: TiffTag[] = [...sensor, [259, 3, [6]], [273, 4, [0]], [279, 4, [small.length]]];
        return tiffFile(Array<TiffTag[]>(100_000).fill(page), small);
      },
    },
    { name: 'raf with a preview of 4 GB', make: async () => raf(await jpeg(64), 2 ** 32 - 1) },
    {
      name: 'raf with a progressive preview',
      make: async () => {
        const preview = await jpeg(9_000, { progressive: true });
        return raf(preview, preview.length);
      },
    },
    {
      name: 'raf of 40 MB of starts of previews',
      make: () => raf(Buffer.alloc(4e7, Buffer.from('ffd8ff', 'hex')), 4e7),
    },
    {
      name: 'cr3 of a million boxes',
      make: () =>
        Buffer.concat([
          isoBox('ftyp', Buffer.from('crx \0\0\0\x01crx isom', 'latin1')),
          isoBox('moov', all(Array<Buffer>(1e6).fill(isoBox('uuid', Buffer.alloc(16))))),
        ]),
    },
    ...['FOVb', 'II\x1a\0\0\0HEAPCCDR', 'IIU\0', 'IIRO'].map((start) => ({
      name: `raw ${start.replace(/[^A-Z]/g, '')} of 40 MB of ones`,
      make: () => Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(4e7, 1)]),
    })),
  ];
}
