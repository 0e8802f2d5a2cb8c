import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { containerBombs } from './bomb-containers.ts';
import {
  animatedWebp,
  deflatedZeros,
  gif,
  type PngShape,
  png,
  pngChunk,
  randomNumbers,
  relabelledAvif,
  rescannedJpeg,
  resizedJpeg,
  type TiffShape,
  tiff,
  tiffFile,
} from './bomb-parts.ts';

/** A file that is small and takes much to decode, at least when nobody looks. */
export interface Bomb {
  readonly name: string;
  readonly make: () => Buffer | Promise<Buffer>;
}

const MAXIMUM_FILE_BYTES = 50 * 2 ** 20;
const SIDE = 16_384;

/** Every bomb of every format, and random siblings of them. */
export function allBombs(seed: number, randomOnes: number): Bomb[] {
  return [
    ...pngBombs(),
    ...tiffBombs(),
    ...jpegBombs(),
    ...gifBombs(),
    ...webpBombs(),
    ...avifBombs(),
    ...svgBombs(),
    ...containerBombs(),
    ...otherBombs(),
    ...randomBombs(seed, randomOnes),
  ];
}

function named(prefix: string, shape: object, make: Bomb['make']): Bomb {
  return { name: `${prefix} ${JSON.stringify(shape).replaceAll('"', '')}`, make };
}

export function pngBomb(shape: PngShape): Bomb {
  const { extra, ...told } = shape;
  return named('png', { ...told, ...(extra && { extra: extra.length }) }, () => png(shape));
}

export function tiffBomb(shape: TiffShape): Bomb {
  return named('tiff', shape, () => tiff(shape));
}

function pngBombs(): Bomb[] {
  const sizes = [
    ...[
      [SIDE, SIDE],
      [1_000_000, 268],
      [33_000_000, 8],
      [99_000_000, 2],
      [60_000, 4_400],
      [268, 1_000_000],
    ],
    ...[
      [8, 33_000_000],
      [120_000, 2_200],
      [500_000, 60],
      [4_000, 67_000],
      [268_435_456, 1],
    ],
  ] as const;
  const kinds = [
    [1, 0],
    [8, 0],
    [16, 0],
    [8, 2],
    [16, 2],
    [8, 3],
    [16, 4],
    [8, 6],
    [16, 6],
  ] as const;
  const streamed = sizes.flatMap(([width, height]) =>
    kinds
      // The file must stay below the limit of an upload.
      .filter(
        ([bits, type]) => (width * height * bits * (type === 6 ? 4 : 3)) / 8 / 1000 < MAXIMUM_FILE_BYTES,
      )
      .map(([bits, type]) => pngBomb({ width, height, bits, type })),
  );
  const interlaced = [
    [8000, 8000],
    [7600, 8600],
    [11_000, 11_000],
    [5_000_000, 10],
    [10, 5_000_000],
    [60_000, 1_100],
  ];
  const z = deflatedZeros(2 ** 30);
  const compressed = (type: string) => pngChunk(type, Buffer.concat([Buffer.from('x\0\0', 'latin1'), z]));
  const small = { width: 64, height: 64, bits: 8, type: 2 } as const;
  return [
    ...streamed,
    ...interlaced.flatMap(([width = 0, height = 0]) =>
      (
        [
          [16, 6],
          [8, 6],
          [8, 2],
          [8, 0],
          [1, 0],
        ] as const
      ).map(([bits, type]) => pngBomb({ width, height, bits, type, interlaced: true })),
    ),
    pngBomb({ ...small, extra: [compressed('iCCP')] }),
    pngBomb({ ...small, extra: [compressed('zTXt'), compressed('zTXt'), compressed('zTXt')] }),
    pngBomb({
      ...small,
      extra: Array.from({ length: 200_000 }, (_, i) => pngChunk('tEXt', Buffer.from(`k${i}\0v`))),
    }),
    pngBomb({ ...small, extra: [pngChunk('eXIf', Buffer.alloc(40 * 2 ** 20))] }),
    pngBomb({ ...small, pixelBytes: 2 ** 31 }),
    pngBomb({ ...small, width: 2 ** 31 - 1, height: 2 ** 31 - 1, pixelBytes: 1000 }),
  ];
}

function tiffBombs(): Bomb[] {
  const whole = { width: SIDE, height: SIDE, compression: 8 } as const;
  const layouts: TiffShape[] = [
    { ...whole, bits: 16, samples: 4, separate: true },
    { ...whole, bits: 32, samples: 3, separate: true, sampleFormat: 3 },
    { ...whole, bits: 8, samples: 3, separate: true },
    { ...whole, bits: 16, samples: 4 },
    { ...whole, bits: 8, samples: 3 },
    { ...whole, bits: 32, samples: 3, sampleFormat: 3 },
    { ...whole, bits: 64, samples: 1, sampleFormat: 3 },
    { ...whole, bits: 64, samples: 1, sampleFormat: 6 },
    { ...whole, bits: 64, samples: 2, separate: true, sampleFormat: 3 },
    { ...whole, bits: 1, samples: 1 },
    { ...whole, bits: 8, samples: 1, photometric: 3 },
    { ...whole, bits: 8, samples: 4, photometric: 5 },
    { ...whole, bits: 8, samples: 3, photometric: 6 },
    { ...whole, bits: 8, samples: 3, photometric: 8 },
    { ...whole, bits: 16, samples: 1 },
    { ...whole, bits: 32, samples: 4, sampleFormat: 3 },
  ];
  // A quarter as high, which takes a quarter of the time and the same memory.
  const cut = layouts.map((shape) => ({ ...shape, height: SIDE / 4 }));
  const strips = cut.flatMap((shape) => [1, 16, 128, 129, 2_000].map((rows) => tiffBomb({ ...shape, rows })));
  const tiles = cut
    .filter(({ separate }) => !separate)
    .flatMap((shape) =>
      (
        [
          [256, 256],
          [2048, 2048],
          [SIDE, SIDE],
          [16, SIDE],
          [SIDE, 16],
          [8192, 1024],
        ] as const
      ).map((tile) => tiffBomb({ ...shape, tile })),
    );
  const wide = [
    [90_000_000, 2],
    [1_000_000, 268],
    [200_000, 1_300],
    [268, 1_000_000],
    [2, 90_000_000],
  ].flatMap(([width = 0, height = 0]) => [
    tiffBomb({ width, height, bits: 16, samples: 4, compression: 8, rows: Math.min(height, 1000) }),
    tiffBomb({ width, height, bits: 8, samples: 3, compression: 8, separate: true }),
    tiffBomb({ width, height, bits: 8, samples: 3, compression: 8, tile: [1024, 1024] }),
    tiffBomb({ width, height, bits: 1, samples: 1, compression: 1, rows: 1 + Math.floor(4e7 / width) }),
  ]);
  const small = { width: 64, height: 64, bits: 8, samples: 3, compression: 8 } as const;
  return [
    ...layouts.map(tiffBomb),
    ...strips,
    ...tiles,
    ...wide,
    ...(
      [
        [SIDE, SIDE],
        [8192, 8192],
        [4096, 4096],
        [65_536, 16],
        [16, 65_536],
      ] as const
    ).flatMap((tile) => [
      tiffBomb({ ...small, tile }),
      tiffBomb({ ...small, tile, samples: 4, bits: 16 }),
      tiffBomb({ ...small, tile, separate: true }),
    ]),
    tiffBomb({ ...small, big: true }),
    tiffBomb({ ...layouts[0], ...whole, bits: 16, samples: 4, separate: true, big: true }),
    // A strip's rows, widths and the like told twice.
    tiffBomb({ ...whole, bits: 16, samples: 4, separate: true, more: [[278, 4, [1]]] }),
    tiffBomb({
      ...small,
      more: [
        [256, 4, [100_000]],
        [257, 4, [1_000_000]],
      ],
    }),
    // 10 million strips of a row, and lists of them with values of one byte.
    {
      name: 'tiff of ten million strips',
      make: () => tiff({ ...small, width: 8, height: 5_000_000, rows: 1, compression: 1 }),
    },
    {
      name: 'tiff with lists of 40 million bytes',
      make: () =>
        tiffFile(
          [[...pageTags(64, 64), [273, 1, Array(2e7).fill(1)], [279, 1, Array(2e7).fill(1)]]],
          Buffer.alloc(9),
        ),
    },
    ...[1000, 16_384, 16_385, 200_000].map((pages) => ({
      name: `tiff of ${pages} pages`,
      make: () =>
        tiffFile(Array(pages).fill([...pageTags(8, 8), [273, 4, [0]], [279, 4, [192]]]), Buffer.alloc(192)),
    })),
    {
      name: 'tiff whose pages go in a circle',
      make: () =>
        tiffFile(Array(100).fill([...pageTags(8, 8), [273, 4, [0]], [279, 4, [192]]]), Buffer.alloc(192), {
          circle: true,
        }),
    },
    { name: 'tiff of 1,000 pages that share lists of 5 million values', make: sharedLists },
    ...[4_000, 8_000].map((side) => ({
      name: `tiff of progressive jpegs ${side}`,
      make: () =>
        plain(side, side)
          .tiff({ compression: 'jpeg', tile: true, tileWidth: 4096, tileHeight: 4096 })
          .toBuffer(),
    })),
    ...(['lzw', 'deflate', 'packbits', 'webp', 'zstd'] as const).map((compression) => ({
      name: `tiff of 12000 x 12000 by ${compression}`,
      make: () => plain(12_000, 12_000).tiff({ compression }).toBuffer(),
    })),
    {
      name: 'tiff of 12000 x 12000 by ccittfax4',
      make: () =>
        plain(12_000, 12_000).toColourspace('b-w').tiff({ compression: 'ccittfax4', bitdepth: 1 }).toBuffer(),
    },
    {
      name: 'tiff pyramid of 8000 x 8000',
      make: () => plain(8_000, 8_000).tiff({ pyramid: true, tile: true }).toBuffer(),
    },
  ];
}

function pageTags(width: number, height: number) {
  return [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, [8, 8, 8]],
    [259, 3, [1]],
    [262, 3, [2]],
    [277, 3, [3]],
    [278, 4, [height]],
  ] as const;
}

/** Every directory's lists point to those of the first. */
function sharedLists(): Buffer {
  const pages = 1000;
  const strips = 5_000_000;
  const one = tiffFile(
    Array(pages).fill([
      ...pageTags(1, strips).filter(([tag]) => tag !== 278),
      [278, 4, [1]],
      [273, 4, [0]],
      [279, 4, [3]],
    ]),
    Buffer.alloc(4 * strips),
  );
  const listAt = one.length - 4 * strips;
  let at = 8;
  for (let page = 0; page < pages; page++) {
    const entries = one.readUInt16LE(at);
    for (let entry = 0; entry < entries; entry++) {
      const entryAt = at + 2 + 12 * entry;
      if (![273, 279].includes(one.readUInt16LE(entryAt))) continue;
      one.writeUInt32LE(strips, entryAt + 4);
      one.writeUInt32LE(listAt, entryAt + 8);
    }
    at += 2 + 12 * entries + 4;
  }
  return one;
}

function plain(width: number, height: number, channels: 3 | 4 = 3) {
  const background = { r: 17, g: 34, b: 51, alpha: 0.5 };
  return sharp({ create: { width, height, channels, background }, limitInputPixels: false });
}

function jpegBombs(): Bomb[] {
  const jpeg = (width: number, height: number, options: object) => () =>
    plain(width, height)
      .jpeg({ quality: 30, ...options })
      .toBuffer();
  const sizes = [
    [65_500, 4_000],
    [SIDE, SIDE],
    [9_000, 9_000],
    [4_000, 65_500],
    [65_500, 1_200],
  ] as const;
  const full = { chromaSubsampling: '4:4:4' };
  const claims = [
    [65_500, 65_500],
    [65_500, 4_000],
    [9_000, 9_000],
    [6_000, 6_000],
  ] as const;
  return [
    ...sizes.map(([w, h]) => ({ name: `jpeg ${w} x ${h}`, make: jpeg(w, h, full) })),
    ...sizes.map(([w, h]) => ({
      name: `progressive jpeg ${w} x ${h}`,
      make: jpeg(w, h, { progressive: true }),
    })),
    {
      name: 'progressive jpeg 8000 x 8000 without subsampling',
      make: jpeg(8_000, 8_000, { progressive: true, ...full }),
    },
    {
      name: 'progressive jpeg 8000 x 7000 cmyk',
      make: () => plain(8_000, 7_000).toColourspace('cmyk').jpeg({ progressive: true }).toBuffer(),
    },
    ...claims.flatMap(([w, h]) =>
      [false, true].map((progressive) => ({
        name: `${progressive ? 'progressive ' : ''}jpeg of 64 x 64 that claims ${w} x ${h}`,
        make: async () => resizedJpeg(await jpeg(64, 64, { progressive })(), w, h),
      })),
    ),
    ...[50, 2_000].map((times) => ({
      name: `progressive jpeg with ${times} more scans`,
      make: async () => rescannedJpeg(await jpeg(9_000, 8_000, { progressive: true })(), times),
    })),
    {
      name: 'jpeg with 600 profile segments of 64 kB',
      make: async () => {
        const small = await jpeg(64, 64, {})();
        const segment = Buffer.alloc(65_535 + 2);
        segment.write('\xff\xe2\xff\xffICC_PROFILE\0', 'latin1');
        return Buffer.concat([small.subarray(0, 2), ...Array(600).fill(segment), small.subarray(2)]);
      },
    },
    {
      name: 'jpeg of 40 MB of fill bytes',
      make: async () => Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(4e7, 255)]),
    },
  ];
}

function gifBombs(): Bomb[] {
  const screens = [
    [65_535, 65_535],
    [10_000, 10_000],
    [640, 480],
    [0, 0],
  ] as const;
  const frames = [
    [1, 1],
    [65_535, 65_535],
    [10_000, 10_000],
    [65_535, 1],
  ] as const;
  return [
    ...screens.flatMap((screen) =>
      frames.map((frame) => ({
        name: `gif ${screen} with a frame of ${frame}`,
        make: () => gif(screen, [frame]),
      })),
    ),
    ...[16_000, 100_000, 3_000_000].map((count) => ({
      name: `gif of ${count} frames`,
      make: () => gif([100, 100], Array(count).fill([1, 1])),
    })),
    {
      name: 'gif 100 x 100 with a later frame of 30000 x 30000',
      make: () =>
        gif(
          [100, 100],
          [
            [100, 100],
            [30_000, 30_000],
          ],
        ),
    },
    { name: 'gif 9000 x 9000', make: () => plain(9_000, 9_000).gif({ effort: 1, colours: 2 }).toBuffer() },
    {
      name: 'gif of 45 MB of empty blocks',
      make: () =>
        Buffer.concat([gif([9, 9], []).subarray(0, -1), Buffer.alloc(4.5e7, '!\xfe\x01a\0', 'latin1')]),
    },
  ];
}

function webpBombs(): Bomb[] {
  const webp = (side: number, options: object, channels: 3 | 4 = 4) =>
    plain(side, side, channels)
      .webp({ effort: 0, ...options })
      .toBuffer();
  const canvases = [
    [16_000, 16_000],
    [65_000, 65_000],
    [7_000, 7_000],
    [2 ** 24, 15],
    [4_900, 4_900],
  ] as const;
  return [
    ...[4_000, 7_900, 8_100, 16_383].flatMap((side) => [
      { name: `webp lossless ${side}`, make: () => webp(side, { lossless: true }) },
      { name: `webp lossy ${side}`, make: () => webp(Math.min(side, 8_200), {}, 3) },
      { name: `webp lossy with alpha ${side}`, make: () => webp(Math.min(side, 8_200), {}) },
    ]),
    ...canvases.flatMap((canvas) =>
      [1, 20].map((count) => ({
        name: `webp animated, canvas ${canvas}, ${count} frames of 16 x 16`,
        make: async () => animatedWebp(await webp(16, { lossless: true }), canvas, [16, 16], count),
      })),
    ),
    ...[4_000, 4_900, 6_000].map((side) => ({
      name: `webp animated, 10 frames of ${side} x ${side}`,
      make: async () => animatedWebp(await webp(side, { lossless: true }), [side, side], [side, side], 10),
    })),
    ...[16_000, 100_000, 600_000].map((count) => ({
      name: `webp animated, ${count} frames`,
      make: async () => animatedWebp(await webp(16, { lossless: true }), [64, 64], [16, 16], count),
    })),
  ];
}

function avifBombs(): Bomb[] {
  const avif = (side: number, options: object = {}, channels: 3 | 4 = 3) =>
    plain(side, side, channels)
      .avif({ effort: 0, quality: 10, ...options })
      .toBuffer();
  return [
    ...[4_000, 5_400, 6_000].map((side) => ({ name: `avif ${side}`, make: () => avif(side, {}, 4) })),
    ...[3_600, 5_000].flatMap((side) =>
      ([10, 12] as const).map((bitdepth) => ({
        name: `avif ${side} of ${bitdepth} bit without subsampling`,
        make: () => avif(side, { bitdepth, chromaSubsampling: '4:4:4' }, 4),
      })),
    ),
    ...[64, 2_000].flatMap((side) =>
      (
        [
          [5_000, 5_000],
          [65_000, 65_000],
        ] as const
      ).map(([w, h]) => ({
        name: `avif ${side} that claims ${w} x ${h}`,
        make: async () => relabelledAvif(await avif(side), w, h),
      })),
    ),
    ...[6_000, 12_000].map((side) => ({
      name: `avif ${side} that claims 64 x 64`,
      make: async () => relabelledAvif(await avif(side), 64, 64),
    })),
  ];
}

function svgBombs(): Bomb[] {
  const svg = (content: string, attributes = 'width="100" height="100"') =>
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${content}</svg>`);
  const flood = '<filter id="f"><feGaussianBlur stdDeviation="50"/><feFlood/></filter>';
  return [
    {
      name: 'svg of a million pixels a side',
      make: () => svg('<rect width="9" height="9"/>', 'width="1e6" height="1e6"'),
    },
    { name: 'svg of 40 MB of elements', make: () => svg('<g/>'.repeat(1e7)) },
    { name: 'svg of 40 MB of text', make: () => svg(`<text>${'a'.repeat(4e7)}</text>`) },
    { name: 'svg of elements in elements', make: () => svg('<g>'.repeat(5e5) + '</g>'.repeat(5e5)) },
    {
      name: 'svg of filters',
      make: () => svg(`${flood}${'<rect width="99" height="99" filter="url(#f)"/>'.repeat(9_999)}`),
    },
    {
      name: 'svg behind 40 MB of comments',
      make: () => Buffer.concat([Buffer.from('<!---->'.repeat(5e6)), svg('')]),
    },
    {
      name: 'svg with 40 MB of brackets in its type',
      make: () => Buffer.from(`<!DOCTYPE svg [${'['.repeat(4e7)}`),
    },
    {
      name: 'svg of 40 MB in UTF-16',
      make: () => Buffer.from(`\ufeff${svg('<g/>'.repeat(5e6)).toString()}`, 'utf16le'),
    },
    {
      name: 'svg of 10 GB, gzipped',
      make: () => {
        const space = gzipSync(Buffer.alloc(1e8, ' '));
        return Buffer.concat([gzipSync(svg('')), ...Array.from({ length: 100 }, () => space)]);
      },
    },
    {
      name: 'svg that holds a png of 16384 x 16384',
      make: () => {
        const inner = png({ width: SIDE, height: SIDE, bits: 8, type: 6 }).toString('base64');
        return svg(`<image width="100" height="100" href="data:image/png;base64,${inner}"/>`);
      },
    },
  ];
}

/** Formats that are not decoded, and nothing at all. */
function otherBombs(): Bomb[] {
  const starts = {
    bmp: 'BM\xff\xff\xff\x7f\0\0\0\0\x36\0\0\0\x28\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7f\x01\0\x20\0',
    ico: '\0\0\x01\0\xff\xff',
    heic: '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
    psd: '8BPS\0\x01\0\0\0\0\0\0\0\x04\x7f\xff\xff\xff\x7f\xff\xff\xff',
    jxl: '\xff\x0a\xff\xff\xff\xff',
    jp2: '\0\0\0\x0cjP  \r\n\x87\n',
    exr: 'v/1\x01\x02\0\0\0',
    'svg, gzipped': '\x1f\x8b\x08\0',
    'boxes without end': '\0\0\0\x18ftypavif\0\0\0\0mif1avif',
  };
  return Object.entries(starts).map(([name, start]) => ({
    name: `${name} of 40 MB`,
    make: () => Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(4e7, '\0\0\0\x08free', 'latin1')]),
  }));
}

/** Shapes that nobody thought of, of the formats whose shape decides how they are read. */
function randomBombs(seed: number, count: number): Bomb[] {
  const random = randomNumbers(seed);
  const one = <Value>(...values: readonly Value[]): Value =>
    values[Math.floor(random() * values.length)] as Value;
  const side = () => Math.max(1, Math.round(2 ** (random() * 28)));
  const fitting = (): readonly [number, number] => {
    const width = side();
    return [width, Math.max(1, Math.floor(Math.min(side(), 2 ** 28 / width)))];
  };
  return Array.from({ length: count }, () => {
    const [width, height] = fitting();
    if (random() < 0.4) {
      const [bits, type] = one(
        [1, 0],
        [8, 0],
        [16, 0],
        [8, 2],
        [16, 2],
        [8, 3],
        [16, 4],
        [8, 6],
        [16, 6],
      ) as [8, 6];
      return pngBomb({ width, height, bits, type, interlaced: random() < 0.4 });
    }
    const bits = one(1, 8, 16, 32);
    const isTiled = random() < 0.4;
    return tiffBomb({
      ...{ width, height, bits, samples: one(1, 2, 3, 4), compression: 8 },
      sampleFormat: bits === 32 ? 3 : 1,
      separate: random() < 0.4,
      // No more strips than the file has room for.
      rows: Math.max(Math.ceil(height / 1e6), Math.round(2 ** (random() * 18))),
      ...(isTiled && { tile: tileFor(width, height, random) }),
    });
  });
}

function tileFor(width: number, height: number, random: () => number): readonly [number, number] {
  const least = (length: number) => 16 * Math.ceil(Math.max(1, length / 1000, 2 ** (random() * 13) / 16));
  return [least(width / 16), least(height / 16)];
}
