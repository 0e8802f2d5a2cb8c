import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { thumbnail } from '../../functions/adapters/sharp/thumbnail.ts';
import { scene } from '../fixtures/pictures.ts';
import { expectFault, meanDifference } from '../fixtures/pixel-checks.ts';
import { plainTags, type TiffLayout, tiffFile } from '../fixtures/tiffs.ts';

const [WIDTH, HEIGHT] = [60, 44];
const SPEC = { size: 32, resize: 'bicubic' } as const;
const decoder = sharpPixelDecoder();
const rgb = await scene(WIDTH, HEIGHT).raw().toBuffer();
const expected = await pixelsOf(await scene(WIDTH, HEIGHT).png().toBuffer());

async function pixelsOf(bytes: Uint8Array): Promise<Uint8Array> {
  return (await decoder.decode(bytes, SPEC)).data;
}

/** The scene's pixels, each made samples. */
function samplesOf(convert: (red: number, green: number, blue: number) => readonly number[]): Buffer {
  const pixels = Array.from({ length: WIDTH * HEIGHT }, (_, index) => {
    const [red = 0, green = 0, blue = 0] = rgb.subarray(3 * index);
    return convert(red, green, blue).map((sample) => Math.max(0, Math.min(255, Math.round(sample))));
  });
  return Buffer.from(pixels.flat());
}

/** ITU-R BT.601 in full range, as JPEG has it. */
const ycbcr = (red: number, green: number, blue: number) => {
  const y = 0.299 * red + 0.587 * green + 0.114 * blue;
  return [y, 128 + (blue - y) / 1.772, 128 + (red - y) / 1.402] as const;
};

function file(photometric: number, data: Buffer, tags: TiffLayout['tags'] = {}): Buffer {
  const samples = data.length / (WIDTH * HEIGHT);
  return tiffFile({ tags: { ...plainTags(WIDTH, HEIGHT, photometric, samples), ...tags }, parts: [data] });
}

describe('a TIFF of unusual samples gives its picture', () => {
  it.each<[string, () => Buffer, number?]>([
    [
      'RGB and a fourth band of zeros',
      () =>
        file(
          2,
          samplesOf((r, g, b) => [r, g, b, 0]),
          { 338: [3, [0]] },
        ),
    ],
    [
      'RGB and a fourth band of no name',
      () =>
        file(
          2,
          samplesOf((r, g, b) => [r, g, b, 0]),
        ),
    ],
    [
      'RGB and five bands',
      () =>
        file(
          2,
          samplesOf((r, g, b) => [r, g, b, 0, 255, 9, 0, 7]),
          { 338: [3, [0, 0, 0, 0, 0]] },
        ),
    ],
    [
      'RGB, a band and alpha',
      () =>
        file(
          2,
          samplesOf((r, g, b) => [r, g, b, 0, 255]),
          { 338: [3, [0, 2]] },
        ),
    ],
    [
      'YCbCr',
      () =>
        file(
          6,
          samplesOf((r, g, b) => ycbcr(r, g, b)),
          { 530: [3, [1, 1]] },
        ),
    ],
    [
      'YCbCr of video',
      () => {
        const video = samplesOf((r, g, b) => {
          const [y, cb, cr] = ycbcr(r, g, b);
          return [16 + (y * 219) / 255, 128 + ((cb - 128) * 112) / 127, 128 + ((cr - 128) * 112) / 127];
        });
        const reference = [16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1];
        return file(6, video, { 530: [3, [1, 1]], 532: [5, reference] });
      },
    ],
    [
      'YCbCr and a band',
      () =>
        file(
          6,
          samplesOf((r, g, b) => [...ycbcr(r, g, b), 0]),
          { 530: [3, [1, 1]], 338: [3, [0]] },
        ),
    ],
  ])('of %s', async (_, make) => {
    const pixels = await pixelsOf(make());
    expect(meanDifference(pixels, expected)).toBeLessThan(2);
  });

  it('of L*a*b*, and of that with a band', async () => {
    const lab = await sharp(rgb, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .pipelineColourspace('lab')
      .toColourspace('lab')
      .raw({ depth: 'float' })
      .toBuffer();
    const floats = new Float32Array(lab.buffer, lab.byteOffset, lab.length / 4);
    const signed = (value: number) => Math.round(value) & 255;
    for (const extra of [[], [0]]) {
      const data = Array.from({ length: WIDTH * HEIGHT }, (_, index) => {
        const [l = 0, a = 0, b = 0] = floats.subarray(3 * index);
        return [Math.round(l * 2.55), signed(a), signed(b), ...extra];
      });
      const bytes = file(8, Buffer.from(data.flat()), extra.length > 0 ? { 338: [3, [0]] } : {});
      // libvips' own L*a*b* is relative to D65, so that it is a little bluer than the file's.
      expect(meanDifference(await pixelsOf(bytes), expected)).toBeLessThan(14);
    }
  });

  it('over white, where one of five bands is alpha', async () => {
    const pixels = await pixelsOf(
      file(
        2,
        samplesOf((r, g, b) => [r, g, b, 0, 9]),
        { 338: [3, [2, 0]] },
      ),
    );
    expect(pixels.every((value) => value === 255)).toBe(true);
  });

  it('as a thumbnail too', async () => {
    const bytes = file(
      2,
      samplesOf((r, g, b) => [r, g, b, 0]),
      { 338: [3, [0]] },
    );
    const { data } = await sharp(await thumbnail(bytes, WIDTH))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(meanDifference(data, rgb)).toBeLessThan(8);
  });
});

describe('a TIFF in tiles', () => {
  const tags = { ...plainTags(16, 32, 2, 3), 259: [3, [8]], 322: [3, [16]], 323: [3, [16]] } as const;
  const tile = deflateSync(Buffer.alloc(16 * 16 * 3, 120));

  it('is read', async () => {
    const pixels = await pixelsOf(tiffFile({ tags, parts: [tile, tile] }));
    expect(pixels.every((value) => value === 120)).toBe(true);
  });

  it('is rejected where a tile cannot be read', async () => {
    const damaged = Buffer.concat([tile.subarray(0, 4), Buffer.alloc(tile.length - 4, 0x55)]);
    await expectFault(decoder.decode(tiffFile({ tags, parts: [tile, damaged] }), SPEC), 'failed', 'corrupt');
  });
});

describe('JPEGs in a TIFF', () => {
  it.each([false, true])('are read, and rejected where one is damaged (in tiles: %s)', async (tile) => {
    const options = { compression: 'jpeg', quality: 90, tile, tileWidth: 32, tileHeight: 32 } as const;
    const bytes = await scene(96, 64).tiff(options).toBuffer();
    await expect(decoder.decode(bytes, SPEC)).resolves.toMatchObject({ width: 96, height: 64 });
    const scan = bytes.indexOf(Buffer.from([0xff, 0xda])) + 100;
    const damaged = Buffer.concat([bytes.subarray(0, scan), Buffer.alloc(200), bytes.subarray(scan + 200)]);
    await expectFault(decoder.decode(damaged, SPEC), 'failed', 'corrupt');
  });
});

describe('what is no matter to the pixels costs no picture', () => {
  it.each<[string, TiffLayout['tags']]>([
    ['an orientation of 0', { 274: [3, [0]] }],
    ['an orientation of 65535', { 274: [3, [65_535]] }],
    ['an orientation in letters', { 274: [2, Buffer.from('6\0')] }],
    ['a resolution of 0 by 0', { 282: [5, [0, 0]], 283: [5, [0, 0]], 296: [3, [2]] }],
    ['an unknown unit of resolution', { 282: [5, [72, 1]], 283: [5, [72, 1]], 296: [3, [9]] }],
    ['planes of kind 0', { 284: [3, [0]] }],
    ['a colour profile of nonsense', { 34675: [7, Buffer.alloc(300, 65)] }],
    ['pointers to nowhere', { 330: [4, [0x7fff_ffff]], 34665: [4, [0x7fff_ffff]] }],
    ['ink names that do not fit', { 333: [2, Buffer.from('abc\0')], 334: [3, [9]] }],
  ])('%s', async (_, tags) => {
    expect(meanDifference(await pixelsOf(file(2, rgb, tags)), expected)).toBe(0);
  });

  it('a second page that is none', async () => {
    const bytes = file(2, rgb);
    bytes.writeUInt32LE(bytes.length - 2, bytes.length - 4);
    expect(meanDifference(await pixelsOf(bytes), expected)).toBe(0);
  });
});
