import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { drawn, quarters, RED, type Rgb, svg, YELLOW } from '../fixtures/pictures.ts';
import { colourAt, expectColour, expectFault } from '../fixtures/pixel-checks.ts';

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

  it('but rejects a TIFF of more channels than colours can have as unsupported', async () => {
    const extra = { raw: { width: 64, height: 64, channels: 1 } } as const;
    const bands = [Buffer.alloc(64 * 64, 255), Buffer.alloc(64 * 64, 77)];
    const bytes = await plain(200, 100, 50).joinChannel(bands, extra).tiff({ compression: 'lzw' }).toBuffer();
    await expectFault(decoder.decode(bytes, SPEC), 'unsupported', 'unsupported-format');
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

  it('ignoring a profile that is none', async () => {
    const jpeg = await plain(200, 60, 50).jpeg({ quality: 95 }).toBuffer();
    const profile = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), Buffer.alloc(64, 65)]);
    const segment = Buffer.concat([Buffer.from([0xff, 0xe2, 0, profile.length + 2]), profile]);
    const bytes = Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
    expectColour(await middleOf(bytes), [200, 60, 50], 4);
  });
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
