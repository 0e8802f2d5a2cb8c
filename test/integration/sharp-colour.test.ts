import { deflateSync, inflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { thumbnail } from '../../functions/adapters/sharp/thumbnail.ts';
import { drawn, pngChunk, quarters, RED, type Rgb, svg, YELLOW } from '../fixtures/pictures.ts';
import { colourAt, expectColour } from '../fixtures/pixel-checks.ts';

const SPEC = { size: 32, resize: 'bicubic' } as const;
const decoder = sharpPixelDecoder();

const middleOf = async (bytes: Uint8Array): Promise<Rgb> =>
  colourAt(await decoder.decode(bytes, SPEC), 0.5, 0.5);

const plain = (red: number, green: number, blue: number, alpha?: number): Sharp =>
  sharp({
    create: {
      width: 64,
      height: 64,
      channels: alpha === undefined ? 3 : 4,
      background: { r: red, g: green, b: blue, ...(alpha !== undefined && { alpha }) },
    },
  });

const thumbnailColour = async (bytes: Uint8Array): Promise<Rgb> => {
  const [red = 0, green = 0, blue = 0] = await sharp(await thumbnail(bytes, 8))
    .raw()
    .toBuffer();
  return [red, green, blue];
};

/** A profile of the least that ICC.1 asks for: grey whose numbers are amounts of light. */
function linearGreyProfile(): Buffer {
  const profile = Buffer.alloc(128 + 4 + 12 + 16);
  profile.writeUInt32BE(profile.length, 0);
  profile.writeUInt32BE(0x02_40_00_00, 8);
  profile.write('mntrGRAYXYZ ', 12, 'latin1');
  profile.write('acsp', 36, 'latin1');
  // The white point of the profile connection space, D50, in 1/65536.
  [0xf6d6, 0x10000, 0xd32d].forEach((value, index) => {
    profile.writeUInt32BE(value, 68 + 4 * index);
  });
  profile.writeUInt32BE(1, 128);
  profile.write('kTRC', 132, 'latin1');
  profile.writeUInt32BE(144, 136);
  profile.writeUInt32BE(14, 140);
  profile.write('curv', 144, 'latin1');
  profile.writeUInt32BE(1, 152);
  // An exponent, in 1/256.
  profile.writeUInt16BE(0x100, 156);
  return profile;
}

function withPngProfile(png: Buffer, profile: Buffer): Buffer {
  const header = 8 + 25;
  // Stored, for libpng passes over a chunk that is as short as this profile can be made.
  const stored = deflateSync(profile, { level: 0 });
  const chunk = pngChunk('iCCP', Buffer.concat([Buffer.from('grey\0\0', 'latin1'), stored]));
  return Buffer.concat([png.subarray(0, header), chunk, png.subarray(header)]);
}

describe('transparency is laid over white', () => {
  // Half of 200, 0, 0 over white is 228, 128, 128.
  it.each([
    ['an 8-bit PNG', () => plain(200, 0, 0, 0.5).png().toBuffer()],
    ['a 16-bit PNG', () => plain(200, 0, 0, 0.5).toColourspace('rgb16').png().toBuffer()],
    ['a palette PNG', () => plain(200, 0, 0, 0.5).png({ palette: true }).toBuffer()],
    ['a lossless WebP', () => plain(200, 0, 0, 0.5).webp({ lossless: true }).toBuffer()],
    ['a TIFF', () => plain(200, 0, 0, 0.5).tiff({ compression: 'lzw' }).toBuffer()],
    ['an AVIF', () => plain(200, 0, 0, 0.5).avif({ quality: 90 }).toBuffer()],
  ])('in %s', async (_, make) => expectColour(await middleOf(await make()), [228, 128, 128], 4));

  it('in a grey PNG', async () => {
    const bytes = await plain(100, 100, 100, 0.5).toColourspace('b-w').png().toBuffer();
    expectColour(await middleOf(bytes), [178, 178, 178], 3);
  });

  it('in a GIF', async () =>
    expectColour(await middleOf(await plain(0, 0, 0, 0).gif().toBuffer()), [255, 255, 255], 0));

  it('in an SVG', async () => expectColour(await middleOf(svg('')), [255, 255, 255], 0));

  it('before resizing, so that hidden colours do not bleed into edges', async () => {
    const hidden = drawn(64, 64, () => [0, 255, 0]).joinChannel(Buffer.alloc(64 * 64), {
      raw: { width: 64, height: 64, channels: 1 },
    });
    expectColour(await middleOf(await hidden.png().toBuffer()), [255, 255, 255], 0);
  });
});

describe('the area outside the first frame is transparent', () => {
  /** A GIF of a screen of 4 x 4 whose frames have one colour, red. */
  const gif = (...frames: readonly (readonly [left: number, top: number, width: number, height: number])[]) =>
    Buffer.from([
      ...Buffer.from('GIF89a'),
      ...[4, 0, 4, 0, 0x80, 0, 0],
      ...[...RED, 0, 0, 0],
      ...frames.flatMap(([left, top, width, height]) => [
        ...[0x2c, left, 0, top, 0, width, 0, height, 0, 0],
        // A code to clear, one a pixel, and one to end, of three bits each; codes have three bits as long as they are few.
        ...[2, ...redPixels(width * height), 0],
      ]),
      0x3b,
    ]);
  const redPixels = (count: number) => {
    // Cleared before each pixel, so that no code grows.
    const codes = [...Array.from({ length: count }, () => [4, 0]).flat(), 5];
    const bits = codes
      .map((code) => code.toString(2).padStart(3, '0'))
      .reverse()
      .join('');
    const padded = bits.padStart(Math.ceil(bits.length / 8) * 8, '0');
    const bytes = (padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)).reverse();
    return [bytes.length, ...bytes];
  };
  const cornersOf = async (bytes: Uint8Array) => {
    const pixels = await decoder.decode(bytes, SPEC);
    return [colourAt(pixels, 0.05, 0.05), colourAt(pixels, 0.95, 0.95)];
  };
  const WHITE = [255, 255, 255];

  it.each<[string, Buffer, readonly (readonly number[])[]]>([
    ['a frame that covers all', gif([0, 0, 4, 4]), [RED, RED]],
    ['a frame in the upper left', gif([0, 0, 2, 2]), [RED, WHITE]],
    ['a frame in the lower right', gif([2, 2, 2, 2]), [WHITE, RED]],
    ['a frame in the lower right, then one over all', gif([2, 2, 2, 2], [0, 0, 4, 4]), [WHITE, RED]],
    ['a frame in the lower right, without a trailer', gif([2, 2, 2, 2]).subarray(0, -1), [WHITE, RED]],
  ])('of a GIF of %s', async (_, bytes, expected) => {
    expect(await cornersOf(bytes)).toEqual(expected);
  });
});

describe('grey and deep pictures become 8-bit RGB', () => {
  it.each([
    ['an 8-bit grey JPEG', () => plain(90, 90, 90).toColourspace('b-w').jpeg().toBuffer()],
    ['a 16-bit grey PNG', () => plain(90, 90, 90).toColourspace('grey16').png().toBuffer()],
    ['a 16-bit PNG', () => plain(90, 90, 90).toColourspace('rgb16').png().toBuffer()],
  ])('from %s', async (_, make) => expectColour(await middleOf(await make()), [90, 90, 90], 1));

  it('from a TIFF of black and white', async () => {
    const bytes = await plain(255, 255, 255)
      .toColourspace('b-w')
      .tiff({ bitdepth: 1, compression: 'ccittfax4' })
      .toBuffer();
    expectColour(await middleOf(bytes), [255, 255, 255], 0);
  });

  it('from a TIFF of more channels than colours can have', async () => {
    const extra = { raw: { width: 64, height: 64, channels: 1 } } as const;
    const bands = [Buffer.alloc(64 * 64, 255), Buffer.alloc(64 * 64, 77)];
    const bytes = await plain(200, 100, 50).joinChannel(bands, extra).tiff({ compression: 'lzw' }).toBuffer();
    expectColour(await middleOf(bytes), [200, 100, 50], 1);
  });
});

describe('other colour spaces become sRGB', () => {
  it.each(['jpeg', 'tiff'] as const)('from CMYK without a profile in %s', async (format) => {
    // Printing inks can't give a saturated red: near is all there is.
    expectColour(
      await middleOf(await plain(200, 60, 50).toColourspace('cmyk').toFormat(format).toBuffer()),
      [200, 60, 50],
      25,
    );
  });

  it.each(['jpeg', 'tiff'] as const)('from CMYK with a profile in %s', async (format) => {
    const cmyk = plain(200, 60, 50).toColourspace('cmyk').withIccProfile('cmyk').toFormat(format);
    const bytes = await cmyk.toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ space: 'cmyk', hasProfile: true });
    expectColour(await middleOf(bytes), [200, 60, 50], 25);
  });

  it('from Display P3', async () => {
    const bytes = await plain(200, 60, 50).withIccProfile('p3').png().toBuffer();
    const [storedRed = 0] = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect(storedRed, 'P3 writes this red with a smaller number').toBeLessThan(190);
    expectColour(await middleOf(bytes), [200, 60, 50], 3);
  });

  it.each([
    ['PNG', (picture: Sharp) => picture.png()],
    ['TIFF', (picture: Sharp) => picture.tiff({ compression: 'lzw' })],
  ])('from Display P3 of 16 bits in %s', async (_, format) => {
    const bytes = await format(plain(200, 60, 50).toColourspace('rgb16').withIccProfile('p3')).toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ space: 'rgb16', hasProfile: true });
    expectColour(await middleOf(bytes), [200, 60, 50], 3);
    expectColour(await thumbnailColour(bytes), [200, 60, 50], 6);
  });

  it.each([
    [8, 'b-w'],
    [16, 'grey16'],
  ] as const)('from grey of %d bits with a profile', async (_, space) => {
    const png = await plain(128, 128, 128).toColourspace(space).png().toBuffer();
    const bytes = withPngProfile(png, linearGreyProfile());
    expect(await sharp(bytes).metadata()).toMatchObject({ space, hasProfile: true });
    // Half of the light is 188 in sRGB (IEC 61966-2-1).
    expectColour(await middleOf(bytes), [188, 188, 188], 2);
  });

  it('ignoring a profile that is none', async () => {
    const jpeg = await plain(200, 60, 50).jpeg({ quality: 95 }).toBuffer();
    const profile = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), Buffer.alloc(64, 65)]);
    const segment = Buffer.concat([Buffer.from([0xff, 0xe2, 0, profile.length + 2]), profile]);
    const bytes = Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
    expectColour(await middleOf(bytes), [200, 60, 50], 4);
  });

  it('ignoring a profile of colours that no picture has', async () => {
    // LittleCMS's profile of XYZ, which would be taken for one of RGB; made with Pillow's ImageCms.
    const xyz = inflateSync(
      Buffer.from(
        'eNqVkMFqwkAQhv+goqUePRYJeBMF0RcwHnqSEtCCels30QhJXLIbxPfwgXwHoU/Qkw/guf+GIiJK6Syz882w/88ygPMdy0SXh4BYajObL1yb' +
          '1TNe0cQLWmgIqZXn+2M8jcsXHFtPXeuF/0UlCLVkPTLfpcoM4NTI451RlqfkhoxEQI7IHa8/6pEPZD+Jc/nrY39QD9PPCWub+YYZ5ljAxQYB' +
          'QqQwJIM9J0vk5JhdlzUFnvj0Cp8PbKmRvBXVGRVrRNR2OM2h6e1ixXnIE2Nv93e/F70a9K/ut/GgT7xRoS+Viol7vzAlMnH7/q/+B6HJPZM=',
        'base64',
      ),
    );
    for (const format of ['webp', 'jpeg'] as const) {
      const bytes = await withProfile(format, xyz);
      expect(await sharp(bytes).metadata(), format).toMatchObject({ hasProfile: true });
      expectColour(await middleOf(bytes), [200, 60, 50], 5);
    }
  });

  async function withProfile(format: 'jpeg' | 'webp', profile: Buffer): Promise<Buffer> {
    if (format === 'jpeg') {
      const jpeg = await plain(200, 60, 50).jpeg({ quality: 95 }).toBuffer();
      const length = Buffer.from([0, 0]);
      length.writeUInt16BE(profile.length + 16);
      const head = Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1');
      return Buffer.concat([
        jpeg.subarray(0, 2),
        Buffer.from([0xff, 0xe2]),
        length,
        head,
        profile,
        jpeg.subarray(2),
      ]);
    }
    const webp = await plain(200, 60, 50).webp({ lossless: true }).toBuffer();
    const chunk = (type: string, content: Buffer) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(content.length);
      return Buffer.concat([Buffer.from(type), length, content, Buffer.alloc(content.length % 2)]);
    };
    // A colour profile, and a canvas of 64 x 64.
    const canvas = Buffer.from([0x20, 0, 0, 0, 63, 0, 0, 63, 0, 0]);
    const body = [Buffer.from('WEBP'), chunk('VP8X', canvas), chunk('ICCP', profile), webp.subarray(12)];
    return chunk('RIFF', Buffer.concat(body));
  }
});

describe('of several pictures the first is taken', () => {
  const frame = (colour: Rgb) =>
    plain(...colour)
      .png()
      .toBuffer();

  it.each(['gif', 'webp', 'tiff'] as const)('from %s', async (format) => {
    const frames = [await frame(RED), await frame(YELLOW)];
    const bytes = await sharp(frames, { join: { animated: true } })
      .toFormat(format)
      .toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ pages: 2 });
    const pixels = await decoder.decode(bytes, SPEC);
    expect([pixels.width, pixels.height]).toEqual([64, 64]);
    expectColour(colourAt(pixels, 0.5, 0.9), RED, 12);
  });
});

it('what it gives is what is in the file: four colours in their places', async () => {
  const pixels = await decoder.decode(await quarters(300, 300).png().toBuffer(), SPEC);
  expectColour(colourAt(pixels, 0.2, 0.2), RED, 1);
  expectColour(colourAt(pixels, 0.8, 0.8), YELLOW, 1);
});
