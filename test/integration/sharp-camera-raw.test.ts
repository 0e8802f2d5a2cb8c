import type { TiffOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { thumbnail } from '../../functions/adapters/sharp/thumbnail.ts';
import { bigDngAround, dngAround, plainDng, previewJpeg, RAW_FILES } from '../fixtures/camera-raw.ts';
import { BLUE, GREEN, quarters, RED, YELLOW } from '../fixtures/pictures.ts';
import { colourAt, expectColour, expectFault } from '../fixtures/pixel-checks.ts';

const SPEC = { size: 64, resize: 'bicubic' } as const;
const decoder = sharpPixelDecoder();
const jpeg = await previewJpeg();
/** From left to right and from top to bottom, after a quarter turn clockwise. */
const TURNED = [BLUE, RED, YELLOW, GREEN];

async function expectTurned(file: Uint8Array, format: string): Promise<void> {
  const pixels = await decoder.decode(file, SPEC);
  expect(pixels).toMatchObject({ format, width: 240, height: 320 });
  TURNED.forEach((colour, index) => {
    expectColour(colourAt(pixels, 0.2 + 0.6 * (index % 2), index < 2 ? 0.2 : 0.8), colour, 12);
  });
}

describe.each(Object.entries(RAW_FILES))('the preview of a %s', (_, { format, build }) => {
  it('is set upright once, whoever says how it lies', async () => {
    const own = await previewJpeg(6);
    // A RAF says nothing of it: the JPEG does.
    if (format !== 'raf') await expectTurned(build({ jpeg, orientation: 6 }), format);
    await expectTurned(build({ jpeg: own, orientation: 6 }), format);
    await expectTurned(build({ jpeg: own }), format);
  });

  it('rejects one that is cut, as truncated', async () => {
    const file = build({ jpeg });
    const start = file.indexOf(jpeg.subarray(0, 64));
    const cut = file.subarray(0, start + jpeg.length - 100);
    await expectFault(decoder.decode(cut, SPEC), 'failed', 'truncated');
  });

  it('rejects one that is damaged, and says that it is a preview', async () => {
    // Without its quantisation tables, a JPEG cannot be decoded.
    const damaged = Buffer.from(jpeg);
    for (
      let at = damaged.indexOf(Buffer.from('ffdb', 'hex'));
      at >= 0;
      at = damaged.indexOf(Buffer.from('ffdb', 'hex'))
    )
      damaged[at + 1] = 0xeb;
    await expect(decoder.decode(build({ jpeg: damaged }), SPEC)).rejects.toMatchObject({
      status: 'failed',
      message: expect.stringContaining(`preview (jpeg) in a file of format ${format} `),
    });
  });
});

it.each([undefined, 6])(
  'a preview of plain pixels with orientation %s is set upright',
  async (orientation) => {
    const pixels = await decoder.decode(await plainDng(orientation), SPEC);
    expect(pixels).toMatchObject({ format: 'dng', width: orientation ? 240 : 320 });
    expectColour(colourAt(pixels, 0.2, 0.2), orientation ? BLUE : RED, 12);
  },
);

it.each<[string, TiffOptions]>([
  ['tiles of JPEG', { compression: 'jpeg', tile: true, tileWidth: 64, tileHeight: 64 }],
  ['a JPEG whose tables stand elsewhere', { compression: 'jpeg', quality: 95 }],
  ['strips of LZW', { compression: 'lzw' }],
  ['strips of deflate', { compression: 'deflate', predictor: 'horizontal' }],
])('a DNG’s preview in %s is read', async (_, options) => {
  const tiff = await quarters(320, 240).tiff(options).toBuffer();
  const pixels = await decoder.decode(dngAround(tiff), SPEC);
  expect(pixels).toMatchObject({ format: 'dng', width: 320, height: 240 });
  expectColour(colourAt(pixels, 0.8, 0.2), GREEN, 12);
});

it('a preview in a DNG that is a BigTIFF is read', async () => {
  const tiff = await quarters(320, 240).tiff({ compression: 'lzw', bigtiff: true }).toBuffer();
  const pixels = await decoder.decode(bigDngAround(tiff), SPEC);
  expect(pixels).toMatchObject({ format: 'dng', width: 320, height: 240 });
  expectColour(colourAt(pixels, 0.2, 0.8), BLUE, 12);
});

it('rejects a preview of too many pixels before it is decoded', async () => {
  const strict = sharpPixelDecoder({ limits: { maximumPixels: 1000 } });
  const decoding = strict.decode(RAW_FILES.cr2.build({ jpeg }), SPEC);
  await expectFault(decoding, 'failed', 'too-many-pixels');
});

it('a thumbnail of a RAW file is made of its preview, upright', async () => {
  const small = await thumbnail(RAW_FILES.nef.build({ jpeg, orientation: 6 }), 64);
  await expect(decoder.decode(small, SPEC)).resolves.toMatchObject({ width: 48, height: 64 });
});
