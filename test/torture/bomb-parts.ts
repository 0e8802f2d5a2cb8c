import { constants, crc32, deflateRawSync } from 'node:zlib';

/** A number from 0 to 1, the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const BLOCK = 2 ** 20;
/** A mebibyte of zeros that ends on a byte, so that it can be repeated. */
const zeroBlock = deflateRawSync(Buffer.alloc(BLOCK), { level: 9, finishFlush: constants.Z_FULL_FLUSH });

/** A zlib stream of so many zeros, made in no time: a thousandth of them in length. */
export function deflatedZeros(length: number): Buffer {
  const blocks = Array.from({ length: Math.floor(length / BLOCK) }, () => zeroBlock);
  const rest = deflateRawSync(Buffer.alloc(length % BLOCK), { level: 9 });
  const adler = Buffer.alloc(4);
  // Adler-32 of zeros: the first sum stays 1, the second counts them.
  adler.writeUInt32BE((length % 65_521) * 65_536 + 1);
  return Buffer.concat([Buffer.from([0x78, 0xda]), ...blocks, rest, adler]);
}

export interface PngShape {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly type: 0 | 2 | 3 | 4 | 6;
  readonly interlaced?: boolean;
  /** Chunks between the header and the pixels. */
  readonly extra?: readonly Buffer[];
  /** Bytes of pixels; by default those that the shape needs. */
  readonly pixelBytes?: number;
}

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export function png({
  width,
  height,
  bits,
  type,
  interlaced = false,
  extra = [],
  pixelBytes,
}: PngShape): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([bits, type, 0, 0, interlaced ? 1 : 0], 8);
  const rowsBytes = (columns: number, rows: number) =>
    columns === 0 || rows === 0 ? 0 : rows * (Math.ceil((columns * CHANNELS[type] * bits) / 8) + 1);
  // Adam7: where each pass starts, and its steps.
  const passes = [
    ...[
      [0, 0, 8, 8],
      [4, 0, 8, 8],
      [0, 4, 4, 8],
      [2, 0, 4, 4],
      [0, 2, 2, 4],
      [1, 0, 2, 2],
      [0, 1, 1, 2],
    ],
  ] as const;
  const whole = interlaced
    ? passes.reduce(
        (sum, [x, y, across, down]) =>
          sum + rowsBytes(Math.ceil((width - x) / across), Math.ceil((height - y) / down)),
        0,
      )
    : rowsBytes(width, height);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...extra,
    ...(type === 3 ? [pngChunk('PLTE', Buffer.from([1, 2, 3]))] : []),
    pngChunk('IDAT', deflatedZeros(pixelBytes ?? whole)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

export function pngChunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const chunk = Buffer.alloc(typed.length + 8);
  chunk.writeUInt32BE(content.length, 0);
  typed.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(typed), typed.length + 4);
  return chunk;
}

export type TiffTag = readonly [tag: number, type: 1 | 3 | 4, values: readonly number[]];

export interface TiffShape {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly samples: number;
  /** 1 none, 8 deflate. */
  readonly compression: 1 | 8;
  readonly separate?: boolean;
  readonly rows?: number;
  readonly tile?: readonly [width: number, height: number];
  /** 1 unsigned, 2 signed, 3 floating, 6 complex. */
  readonly sampleFormat?: number;
  readonly photometric?: number;
  readonly more?: readonly TiffTag[];
  readonly big?: boolean;
}

/** A TIFF all of whose strips or tiles are the same zeros. */
export function tiff(shape: TiffShape): Buffer {
  const { width, height, bits, samples, compression, separate = false, tile, sampleFormat = 1 } = shape;
  const { photometric = samples >= 3 ? 2 : 1, more = [], big = false } = shape;
  const rows = Math.min(height, shape.rows ?? height);
  const planes = separate ? samples : 1;
  const perPlane = tile ? Math.ceil(width / tile[0]) * Math.ceil(height / tile[1]) : Math.ceil(height / rows);
  const [partWidth, partRows] = tile ?? [width, rows];
  const partBytes = Math.ceil((partWidth * bits * (samples / planes)) / 8) * partRows;
  const part = compression === 8 ? deflatedZeros(partBytes) : Buffer.alloc(partBytes);
  const parts = perPlane * planes;
  const tags: TiffTag[] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, Array(samples).fill(bits)],
    [259, 3, [compression]],
    [262, 3, [photometric]],
    [277, 3, [samples]],
    [284, 3, [separate ? 2 : 1]],
    [339, 3, Array(samples).fill(sampleFormat)],
    ...(samples === 2 || samples === 4 ? [[338, 3, [1]] as const] : []),
    ...(photometric === 3 ? [[320, 3, Array(3 * 2 ** bits).fill(9)] as const] : []),
    ...(tile
      ? ([
          [322, 4, [tile[0]]],
          [323, 4, [tile[1]]],
        ] as const)
      : ([[278, 4, [rows]]] as const)),
    ...more,
  ];
  return tiffFile(
    [
      [
        ...tags,
        [tile ? 324 : 273, 4, Array(parts).fill(0)],
        [tile ? 325 : 279, 4, Array(parts).fill(part.length)],
      ],
    ],
    part,
    { big },
  );
}

const TYPE_BYTES = { 1: 1, 3: 2, 4: 4 };

/** A file of directories; strips and tiles lie at the file's end, where `data` is. */
export function tiffFile(
  directories: ReadonlyArray<readonly TiffTag[]>,
  data: Buffer,
  { big = false, circle = false } = {},
): Buffer {
  const entryBytes = big ? 20 : 12;
  const inlineBytes = big ? 8 : 4;
  const directoryBytes = (tags: readonly TiffTag[]) => (big ? 8 : 2) + tags.length * entryBytes + inlineBytes;
  const headerBytes = big ? 16 : 8;
  const valuesAt = directories.reduce((at, tags) => at + directoryBytes(tags), headerBytes);
  const longValues = directories.flatMap((tags) =>
    tags.filter(([, type, values]) => values.length * TYPE_BYTES[type] > inlineBytes),
  );
  const dataAt = longValues.reduce((at, [, type, values]) => at + values.length * TYPE_BYTES[type], valuesAt);
  const file = Buffer.alloc(dataAt);
  const writeOffset = (value: number, at: number) =>
    big ? file.writeBigUInt64LE(BigInt(value), at) : file.writeUInt32LE(value, at);
  const writeValues = ([tag, type, values]: TiffTag, at: number) => {
    const isOffset = tag === 273 || tag === 324;
    values.forEach((given, index) => {
      const value = isOffset ? dataAt : given;
      if (type === 1) file.writeUInt8(value & 255, at + index);
      else if (type === 3) file.writeUInt16LE(value, at + index * 2);
      else file.writeUInt32LE(value, at + index * 4);
    });
  };
  file.write('II', 'latin1');
  file.writeUInt16LE(big ? 43 : 42, 2);
  if (big) file.writeUInt16LE(8, 4);
  writeOffset(headerBytes, big ? 8 : 4);
  let at = headerBytes;
  let longAt = valuesAt;
  directories.forEach((tags, index) => {
    const sorted = [...tags].sort(([a], [b]) => a - b);
    if (big) file.writeBigUInt64LE(BigInt(tags.length), at);
    else file.writeUInt16LE(tags.length, at);
    let entryAt = at + (big ? 8 : 2);
    for (const entry of sorted) {
      const [tag, type, values] = entry;
      file.writeUInt16LE(tag, entryAt);
      file.writeUInt16LE(type, entryAt + 2);
      writeOffset(values.length, entryAt + 4);
      const length = values.length * TYPE_BYTES[type];
      if (length <= inlineBytes) writeValues(entry, entryAt + 4 + inlineBytes);
      else {
        writeOffset(longAt, entryAt + 4 + inlineBytes);
        writeValues(entry, longAt);
        longAt += length;
      }
      entryAt += entryBytes;
    }
    at = entryAt + inlineBytes;
    const isLast = index === directories.length - 1;
    writeOffset(isLast ? (circle ? headerBytes : 0) : at, entryAt);
  });
  return Buffer.concat([file, data]);
}

/** A GIF of frames that all are one black pixel; sizes are what they claim. */
export function gif(
  screen: readonly [number, number],
  frames: ReadonlyArray<readonly [number, number]>,
): Buffer {
  const header = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  header.writeUInt16LE(screen[0], 6);
  header.writeUInt16LE(screen[1], 8);
  const images = frames.map(([width, height]) => {
    const image = Buffer.from([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0x44, 1, 0]);
    image.writeUInt16LE(width, 5);
    image.writeUInt16LE(height, 7);
    return image;
  });
  return Buffer.concat([header, ...images, Buffer.from([0x3b])]);
}

function riffChunk(type: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(8 + content.length + (content.length & 1));
  chunk.write(type, 'latin1');
  chunk.writeUInt32LE(content.length, 4);
  content.copy(chunk, 8);
  return chunk;
}

function riff(chunks: readonly Buffer[]): Buffer {
  const content = Buffer.concat(chunks);
  const header = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  header.writeUInt32LE(content.length + 4, 4);
  return Buffer.concat([header, content]);
}

/** An animation around the image chunk of a still WebP. */
export function animatedWebp(
  still: Buffer,
  canvas: readonly [number, number],
  frame: readonly [number, number],
  frames: number,
): Buffer {
  const sizes = (into: Buffer, at: number, [width, height]: readonly [number, number]) => {
    into.writeUIntLE(width - 1, at, 3);
    into.writeUIntLE(height - 1, at + 3, 3);
  };
  const head = Buffer.alloc(10);
  head[0] = 0x12;
  sizes(head, 4, canvas);
  const framing = Buffer.alloc(16);
  sizes(framing, 6, frame);
  const image = riffChunk('ANMF', Buffer.concat([framing, still.subarray(12)]));
  return riff([riffChunk('VP8X', head), riffChunk('ANIM', Buffer.alloc(6)), ...Array(frames).fill(image)]);
}

/** A JPEG whose frame header says another size. */
export function resizedJpeg(jpeg: Buffer, width: number, height: number): Buffer {
  const resized = Buffer.from(jpeg);
  for (let at = 2; at + 9 < resized.length; at += 2 + resized.readUInt16BE(at + 2)) {
    const marker = resized[at + 1] ?? 0;
    if (marker < 0xc0 || marker > 0xc2) continue;
    resized.writeUInt16BE(height, at + 5);
    resized.writeUInt16BE(width, at + 7);
    return resized;
  }
  throw new Error('Expected a frame header but found none');
}

/** A progressive JPEG whose last scan comes so many times more. */
export function rescannedJpeg(jpeg: Buffer, times: number): Buffer {
  const last = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
  const scan = jpeg.subarray(last, jpeg.length - 2);
  return Buffer.concat([jpeg.subarray(0, jpeg.length - 2), ...Array(times).fill(scan), jpeg.subarray(-2)]);
}

/** A file whose `ispe` boxes all say another size. */
export function relabelledAvif(avif: Buffer, width: number, height: number): Buffer {
  const relabelled = Buffer.from(avif);
  for (let at = relabelled.indexOf('ispe'); at > 0; at = relabelled.indexOf('ispe', at + 4)) {
    relabelled.writeUInt32BE(width, at + 8);
    relabelled.writeUInt32BE(height, at + 12);
  }
  return relabelled;
}
