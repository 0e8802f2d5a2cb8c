import { describe, expect, it } from 'vitest';
import { av1FrameSize } from '../../../../functions/core/formats/heif/av1-sequence.ts';
import type { AcceptedFormat } from '../../../../functions/core/formats/image-format.ts';
import { pictureLayout } from '../../../../functions/core/formats/picture-layout.ts';
import { everyFormat, scene } from '../../../fixtures/pictures.ts';
import {
  animatedWebp,
  gif,
  png,
  relabelledAvif,
  resizedJpeg,
  tiff,
  tiffFile,
} from '../../../torture/bomb-parts.ts';

type Format = Exclude<AcceptedFormat, 'svg'>;
const MEBIBYTE = 2 ** 20;
const held = (format: Format, bytes: Uint8Array) => pictureLayout(bytes, format)?.heldBytes ?? 0;
const pictures = Object.entries(await everyFormat()).filter(([, { format }]) => format !== 'svg');

describe('the layout of a picture', () => {
  it.each(pictures)('has its size: %s', (_, { format, bytes }) => {
    expect(pictureLayout(bytes, format as Format)).toMatchObject({ width: 120, height: 80 });
  });

  it.each(pictures)('is unknown when nothing but its first bytes is there: %s', (_, { format, bytes }) => {
    expect(pictureLayout(bytes.slice(0, 12), format as Format)).toBeUndefined();
  });

  it.each(pictures)('never throws, wherever the file is cut or damaged: %s', (_, { format, bytes }) => {
    for (let at = 0; at < Math.min(bytes.length, 600); at++) {
      const damaged = bytes.slice();
      damaged[at] = 255 - (damaged[at] ?? 0);
      for (const file of [bytes.slice(0, at), damaged])
        expect(() => pictureLayout(file, format as Format)).not.toThrow();
    }
  });
});

describe('a PNG', () => {
  const shape = { width: 8_000, height: 8_000, bits: 16, type: 6, pixelBytes: 9 } as const;

  it('holds rows only, unless it is interlaced', () => {
    expect(held('png', png(shape))).toBeLessThan(100 * MEBIBYTE);
    expect(held('png', png({ ...shape, interlaced: true }))).toBeGreaterThan(8 * 8_000 * 8_000);
  });

  it('holds rows as long as they are', () => {
    expect(held('png', png({ ...shape, width: 33_000_000, height: 8 }))).toBeGreaterThan(8 * 8 * 33_000_000);
  });
});

describe('a JPEG', () => {
  it('is held whole when its coefficients come in several scans', async () => {
    const side = 8_000;
    const claiming = async (options: object) =>
      held('jpeg', resizedJpeg(await scene(64, 64).jpeg(options).toBuffer(), side, side));
    const [baseline, progressive] = [await claiming({}), await claiming({ progressive: true })];
    expect(baseline).toBeLessThan(50 * MEBIBYTE);
    // Half of the colour's coefficients in each direction.
    expect(progressive - baseline).toBe(side * side * 2 * 1.5);
    const full = await claiming({ progressive: true, chromaSubsampling: '4:4:4' });
    expect(full - baseline).toBe(side * side * 2 * 3);
  });

  it('counts as one of several scans when its first does not have all components', async () => {
    const jpeg = resizedJpeg(await scene(64, 64).jpeg().toBuffer(), 8_000, 8_000);
    const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
    jpeg[scan + 4] = 1;
    expect(pictureLayout(jpeg, 'jpeg')?.kind).toBe('jpeg of several scans');
    expect(held('jpeg', jpeg)).toBeGreaterThan(8_000 * 8_000 * 3);
  });
});

describe('a TIFF', () => {
  const shape = { width: 8_192, height: 8_192, bits: 8, samples: 3, compression: 8 } as const;
  const image = 8_192 * 8_192 * 3;

  it('is read by the row when its strips are long, unless each plane has its own or colours are subsampled', () => {
    expect(held('tiff', tiff(shape))).toBeLessThan(image / 3);
    expect(held('tiff', tiff({ ...shape, separate: true }))).toBeGreaterThan(2 * image);
    expect(held('tiff', tiff({ ...shape, photometric: 6 }))).toBeGreaterThan(2 * image);
  });

  it('holds two rows of tiles', () => {
    const tile = [1024, 1024] as const;
    expect(held('tiff', tiff({ ...shape, tile }))).toBeGreaterThan((2 * image) / 8);
    expect(held('tiff', tiff({ ...shape, width: 64, height: 64, tile: [8_192, 8_192] }))).toBeGreaterThan(
      image,
    );
  });

  it('takes the largest of what is told twice', () => {
    const twice = tiff({
      ...shape,
      width: 64,
      height: 64,
      more: [
        [256, 4, [5_000]],
        [257, 4, [7_000]],
      ],
    });
    expect(pictureLayout(twice, 'tiff')).toMatchObject({ width: 5_000, height: 7_000 });
  });

  it('is read in the 64 bits of BigTIFF as well', () => {
    const [classic, big] = [tiff(shape), tiff({ ...shape, big: true })];
    expect(pictureLayout(big, 'tiff')).toEqual(pictureLayout(classic, 'tiff'));
  });

  const page = [
    [256, 4, [8]],
    [257, 4, [8]],
    [273, 4, [0]],
    [279, 4, [64]],
  ] as const;

  it('has its pages counted, each once', () => {
    const file = (options: object) => tiffFile(Array(5).fill(page), Buffer.alloc(64), options);
    expect(pictureLayout(file({}), 'tiff')?.parts).toBe(5);
    expect(pictureLayout(file({ big: true }), 'tiff')?.parts).toBe(5);
    expect(pictureLayout(file({ circle: true }), 'tiff')?.parts).toBe(5);
  });

  it('has too many pages when these share more values than their file is long', () => {
    const strips = Array(10_000).fill(0);
    const file = tiffFile([...Array(100).fill([...page.slice(0, 2), [273, 4, strips]])], Buffer.alloc(64));
    // Every directory's list is that of the first.
    const list = file.readUInt32LE(8 + 2 + 2 * 12 + 8);
    for (let at = 8, n = 0; n < 100; n++, at += 2 + 3 * 12 + 4) file.writeUInt32LE(list, at + 2 + 2 * 12 + 8);
    const short = Buffer.concat([file.subarray(0, list + 40_000)]);
    expect(pictureLayout(short, 'tiff')?.parts).toBe(Infinity);
    expect(pictureLayout(tiffFile(Array(100).fill(page), Buffer.alloc(64)), 'tiff')?.parts).toBe(100);
  });
});

describe('an animation', () => {
  it.each([
    [
      'GIF whose frame is larger than its screen',
      'gif',
      () =>
        gif(
          [9, 9],
          [
            [9, 9],
            [30_000, 20_000],
          ],
        ),
    ],
    ['GIF whose screen is larger than its frame', 'gif', () => gif([30_000, 20_000], [[9, 9]])],
    [
      'WebP whose canvas is larger',
      'webp',
      async () => animatedWebp(await still(), [30_000, 20_000], [16, 16], 1),
    ],
    [
      'WebP whose frame is larger',
      'webp',
      async () => animatedWebp(await still(), [16, 16], [30_000, 20_000], 1),
    ],
  ] as const)('is as large as the largest of its parts: a %s', async (_, format, make) => {
    expect(pictureLayout(await make(), format)).toMatchObject({ width: 30_000, height: 20_000 });
  });

  it('has its frames counted', async () => {
    expect(pictureLayout(gif([9, 9], Array(70).fill([1, 1])), 'gif')?.parts).toBe(70);
    expect(pictureLayout(await animatedWebpOf(70), 'webp')?.parts).toBe(70);
  });

  const still = () => scene(16, 16).webp({ lossless: true }).toBuffer();
  const animatedWebpOf = async (frames: number) => animatedWebp(await still(), [16, 16], [16, 16], frames);
});

describe('an AVIF', () => {
  it('is as large as its stream, whatever its boxes say', async () => {
    const avif = await scene(640, 480).avif({ effort: 0 }).toBuffer();
    expect(pictureLayout(relabelledAvif(avif, 64, 64), 'avif')).toMatchObject({ width: 640, height: 480 });
    expect(pictureLayout(relabelledAvif(avif, 9_000, 64), 'avif')).toMatchObject({
      width: 9_000,
      height: 480,
    });
  });

  it('holds more with more than 8 bit', async () => {
    const bytesOf = async (bitdepth: 8 | 10) =>
      held('avif', await scene(640, 480).avif({ effort: 0, bitdepth }).toBuffer());
    expect((await bytesOf(10)) - (await bytesOf(8))).toBe(640 * 480 * 8);
  });
});

describe('a sequence header of AV1', () => {
  const bits = (text: string) => {
    const all = text.replaceAll(' ', '').padEnd(Math.ceil(text.replaceAll(' ', '').length / 8) * 8, '0');
    return (all.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  };
  const obu = (payload: readonly number[]) => Uint8Array.from([0b0_0001_0_1_0, payload.length, ...payload]);
  // 640 x 480 in 10 and 9 bit.
  const size = '1001 1000 1001111111 111011111';

  it.each([
    ['a still picture’s', `000 1 1 00000 ${size}`],
    ['a film’s', `000 0 0 0 0 00000 ${'0'.repeat(12)} 00000 ${size}`],
    [
      'one with timing, two operating points and display delays',
      `000 0 0 1 ${'0'.repeat(64)} 1 0001111 1 00011 ${'0'.repeat(42)} 1 00001 ` +
        `${'0'.repeat(12)} 01000 0 1 ${'0'.repeat(9)} 1 0000 ${'0'.repeat(12)} 00111 0 0 ${size}`,
    ],
  ])('has the size of %s', (_, header) => {
    expect(av1FrameSize(obu(bits(header)))).toEqual({ width: 640, height: 480 });
  });

  it('counts with the largest of several, behind other units', () => {
    const small = obu(bits(`000 1 1 00000 1001 1000 ${'0'.repeat(19)}`));
    const large = obu(bits(`000 1 1 00000 ${size}`));
    const padding = Uint8Array.from([0b0_1111_0_1_0, 2, 0, 0]);
    const stream = Uint8Array.from([...padding, ...large, ...small]);
    expect(av1FrameSize(stream)).toEqual({ width: 640, height: 480 });
  });

  it('is missing in what is no stream', () => {
    expect(av1FrameSize(new Uint8Array(40))).toBeUndefined();
    expect(av1FrameSize(new Uint8Array())).toBeUndefined();
  });
});
