import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import type { PixelSpec } from '../../functions/core/pixels/pixels.ts';
import { previewJpeg, RAW_FILES } from '../fixtures/camera-raw.ts';
import { heicFixture } from '../fixtures/heif-file.ts';
import { everyFormat, noisyScene, quarters, scene, svg } from '../fixtures/pictures.ts';

const decoder = sharpPixelDecoder();
const everyPicture = Object.entries(await everyFormat());
const USUAL: PixelSpec = { size: 224, resize: 'bicubic' };
/** What the encoder's own picture does not serve for. */
const OTHERS: readonly PixelSpec[] = [
  { size: 64, resize: 'bicubic' },
  { size: 384, resize: 'squash' },
];
const EVERY_SPEC = [USUAL, ...OTHERS];

async function shownBy(bytes: Uint8Array, spec: PixelSpec) {
  const { thumbnail } = await decoder.decode(bytes, spec, { thumbnail: true });
  if (!thumbnail || 'fault' in thumbnail) throw new Error(thumbnail?.fault ?? 'Expected a thumbnail');
  return sharp(thumbnail.webp);
}

async function sizeBy(bytes: Uint8Array, spec: PixelSpec) {
  const { format, width, height } = await (await shownBy(bytes, spec)).metadata();
  return { format, width, height };
}

/** Mean colours of the quarters: top left, top right, bottom left, bottom right. */
async function quartersOf(picture: Sharp): Promise<readonly (readonly number[])[]> {
  const data = await picture.resize(2, 2, { fit: 'fill' }).removeAlpha().raw().toBuffer();
  return [0, 1, 2, 3].map((part) => [...data.subarray(3 * part, 3 * part + 3)]);
}

describe('a thumbnail that is made while a picture is decoded', () => {
  it.each(EVERY_SPEC)('shows all of the picture, in proportion and upright, for %j', async (spec) => {
    const stored = await quarters(600, 400).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer();
    const side = spec === OTHERS[0] ? 256 : 224;
    expect(await sizeBy(stored, spec)).toEqual({ format: 'webp', width: side, height: side * 1.5 });
    const expected = await quartersOf(sharp(await sharp(stored).autoOrient().png().toBuffer()));
    for (const [part, colour] of (await quartersOf(await shownBy(stored, spec))).entries()) {
      for (const channel of [0, 1, 2]) {
        expect(Math.abs((colour[channel] ?? 0) - (expected[part]?.[channel] ?? 255))).toBeLessThan(20);
      }
    }
  });

  it.each(EVERY_SPEC)('leaves the pixels as they are, for %j', async (spec) => {
    const picture = await noisyScene(500, 300).jpeg().toBuffer();
    const { thumbnail, ...pixels } = await decoder.decode(picture, spec, { thumbnail: true });
    expect(await decoder.decode(picture, spec)).toEqual(pixels);
    expect(thumbnail).toBeDefined();
  });

  it.each(everyPicture)('is made of a small %s, which is not enlarged', async (name, { bytes }) => {
    const expected = name === 'SVG' ? { width: 224, height: 224 } : { width: 120, height: 80 };
    expect(await sizeBy(bytes, USUAL)).toEqual({ format: 'webp', ...expected });
  });

  it('is made of a HEIC and of a camera RAW file', async () => {
    const { width, height } = await decoder.decode(heicFixture('cat'), USUAL);
    expect(await sizeBy(heicFixture('cat'), OTHERS[0] ?? USUAL)).toEqual({ format: 'webp', width, height });
    const raw = RAW_FILES.nef.build({ jpeg: await previewJpeg(), orientation: 6 });
    expect(await sizeBy(raw, USUAL)).toEqual({ format: 'webp', width: 224, height: 298 });
  });

  it.each(EVERY_SPEC)('is the middle of a panorama, three times as long as high, for %j', async (spec) => {
    // Blue and yellow are its ends.
    const data = Buffer.alloc(2000 * 100 * 3).map((_, at) => {
      const x = Math.floor(at / 3) % 2000;
      const colour = x < 600 ? [0, 0, 255] : x < 1400 ? [255, 0, 0] : [255, 255, 0];
      return colour[at % 3] ?? 0;
    });
    const panorama = await sharp(data, { raw: { width: 2000, height: 100, channels: 3 } })
      .png()
      .toBuffer();
    const shown = await shownBy(panorama, spec);
    expect(await shown.metadata()).toMatchObject({ width: 300, height: 100 });
    for (const [red = 0, green = 255, blue = 255] of await quartersOf(shown)) {
      expect([red > 230, green < 25, blue < 25]).toEqual([true, true, true]);
    }
  });

  it('is made of a squashed picture only where that has all of it', async () => {
    const spec: PixelSpec = { size: 384, resize: 'squash' };
    const whole = await scene(1600, 1000).jpeg().toBuffer();
    expect(await sizeBy(whole, spec)).toMatchObject({ width: 358, height: 224 });
    const longer = await scene(1800, 1000).jpeg().toBuffer();
    expect(await sizeBy(longer, spec)).toMatchObject({ width: 461, height: 256 });
  });

  it('is over white where the picture is transparent', async () => {
    const clear = await sharp({ create: { width: 300, height: 300, channels: 4, background: '#00000000' } })
      .png()
      .toBuffer();
    for (const spec of EVERY_SPEC) {
      const [first = []] = await quartersOf(await shownBy(clear, spec));
      expect(Math.min(...first)).toBeGreaterThan(250);
    }
  });

  it('shows a drawing in its own proportions', async () => {
    const drawing = svg('<rect width="100%" height="100%" fill="red"/>', 'width="600" height="300"');
    expect(await sizeBy(drawing, USUAL)).toMatchObject({ width: 448, height: 224 });
    expect(await sizeBy(drawing, { size: 256, resize: 'squash' })).toMatchObject({ width: 512, height: 256 });
  });

  it('takes some kilobytes', async () => {
    const picture = await scene(2000, 1500).jpeg().toBuffer();
    const { thumbnail } = await decoder.decode(picture, USUAL, { thumbnail: true });
    expect(thumbnail && 'webp' in thumbnail && thumbnail.webp.length).toBeLessThan(40_000);
  });

  it('is not made unless it is asked for', async () => {
    expect(await decoder.decode(await scene(300, 200).jpeg().toBuffer(), USUAL)).not.toHaveProperty(
      'thumbnail',
    );
  });
});
