import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { thumbnail } from '../../functions/adapters/sharp/thumbnail.ts';
import { everyFormat, pngHeader, quarters, scene, svg, text } from '../fixtures/pictures.ts';

const everyPicture = Object.entries(await everyFormat());

describe('a thumbnail', () => {
  it.each(everyPicture.filter(([name]) => name !== 'SVG'))(
    'keeps the shape and is not enlarged: %s',
    async (_, { bytes }) => {
      const { format, width, height } = await sharp(await thumbnail(bytes, 60)).metadata();
      expect({ format, width, height }).toEqual({ format: 'webp', width: 60, height: 40 });
      expect(await sharp(await thumbnail(bytes, 480)).metadata()).toMatchObject({ width: 120, height: 80 });
    },
  );

  it.each([
    ['lies on its side', 6, { width: 40, height: 60 }],
    ['stands on its head', 3, { width: 60, height: 40 }],
    ['is mirrored and lies on its side', 5, { width: 40, height: 60 }],
  ])('is upright when the picture %s', async (_, orientation, size) => {
    const stored = await quarters(120, 80).withMetadata({ orientation }).jpeg().toBuffer();
    const shown = await thumbnail(stored, 60);
    expect(await sharp(shown).metadata()).toMatchObject(size);
    const expected = sharp(
      await sharp(stored).autoOrient().resize(60, 60, { fit: 'inside' }).png().toBuffer(),
    );
    const [actualPixels, expectedPixels] = await Promise.all([
      sharp(shown).raw().toBuffer(),
      expected.raw().toBuffer(),
    ]);
    // The middles of the quarters, which WebP leaves as they are.
    for (const part of [0.25, 0.75]) {
      const at = 3 * (size.width * Math.floor(size.height / 4) + Math.floor(size.width * part));
      for (const channel of [0, 1, 2]) {
        expect(
          Math.abs((actualPixels[at + channel] ?? 0) - (expectedPixels[at + channel] ?? 255)),
        ).toBeLessThan(12);
      }
    }
  });

  it('is the centre square of a drawing, whatever size it claims', async () => {
    const drawing = svg('<rect width="100%" height="100%" fill="red"/>', 'width="1e6" height="1e6"');
    const shown = sharp(await thumbnail(drawing, 480));
    expect(await shown.metadata()).toMatchObject({ format: 'webp', width: 480, height: 480 });
  });

  it('is rejected of a truncated picture', async () => {
    const whole = await scene(300, 200).jpeg().toBuffer();
    await expect(thumbnail(whole.subarray(0, whole.length / 2), 60)).rejects.toMatchObject({
      code: 'truncated',
    });
  });

  it.each([
    ['announces too many pixels', pngHeader(20_000, 20_000), 'too-many-pixels'],
    [
      'must be held whole and is too large',
      pngHeader(12_000, 12_000, { interlaced: true }),
      'too-many-pixels',
    ],
    ['is a drawing too long to be drawn', svg('', 'width="100000" height="10"'), 'too-many-pixels'],
    ['is no picture', text('nothing to see'), 'not-an-image'],
    ['is empty', new Uint8Array(), 'empty'],
  ])('is rejected of what %s', async (_, bytes, code) => {
    await expect(thumbnail(bytes, 480)).rejects.toMatchObject({ name: 'ImageFault', code });
  });
});
