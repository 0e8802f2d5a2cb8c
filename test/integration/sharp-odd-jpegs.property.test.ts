import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { resizeBicubic } from '../../functions/core/pixels/bicubic.ts';
import { centreSquare, type PixelSpec, sizeForEncoder } from '../../functions/core/pixels/pixels.ts';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { meanDifference } from '../fixtures/pixel-checks.ts';

const decoder = sharpPixelDecoder();
const photograph = await sharp(join(SAMPLE_FOLDER, 'china.jpg')).png({ compressionLevel: 0 }).toBuffer();

interface Kind {
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly colours: 'srgb' | 'b-w' | 'cmyk';
  readonly chromaSubsampling: '4:2:0' | '4:4:4';
  readonly progressive: boolean;
}

function jpegOf({ width, height, orientation, colours, ...options }: Kind): Promise<Buffer> {
  return sharp(photograph)
    .resize(width, height)
    .withMetadata({ orientation })
    .toColourspace(colours)
    .jpeg({ quality: 92, ...options })
    .toBuffer();
}

/** As CLIP's own preprocessing has it: the whole picture is decoded, set upright and resized by the bicubic kernel. */
async function pixelsOfWhole(jpeg: Buffer, spec: PixelSpec): Promise<Uint8Array> {
  const upright = sharp(jpeg).autoOrient().toColourspace('srgb').raw();
  const { data, info } = await upright.toBuffer({ resolveWithObject: true });
  const picture = { data, width: info.width, height: info.height };
  return centreSquare(resizeBicubic(picture, sizeForEncoder(picture, spec)), spec.size);
}

/** Longer ones are cut to their centre first, which moves it. */
const MAXIMUM_ASPECT = 8;

const kinds = fc
  .record<Kind>({
    width: fc.integer({ min: 68, max: 700 }),
    height: fc.integer({ min: 68, max: 700 }),
    orientation: fc.integer({ min: 1, max: 8 }),
    colours: fc.constantFrom('srgb', 'srgb', 'b-w', 'cmyk'),
    chromaSubsampling: fc.constantFrom('4:2:0', '4:4:4'),
    progressive: fc.boolean(),
  })
  .filter(({ width, height }) => Math.max(width, height) <= MAXIMUM_ASPECT * Math.min(width, height));
const specs = fc.record<PixelSpec>({
  size: fc.constantFrom(16, 24, 32),
  resize: fc.constantFrom('bicubic', 'bicubic', 'squash'),
});

/**
 * A small photograph, sharp to the pixel, is up to 1.8 of 255 off at an eighth (1.5 where that divides its sides); one that
 * lies where it should not, 2 to 15. Few of many colours side by side are up to 2.2 off.
 */
const TOLERANCE = 2;
/** Those are off by up to 0.7 of what half a block of a JPEG makes, by which a picture would lie elsewhere. */
const MAXIMUM_SHARE = 0.85;
const HALF_BLOCK = 4;

/** What the pixels differ by of a picture that lies half a block elsewhere. */
async function differenceElsewhere(jpeg: Buffer, kind: Kind, spec: PixelSpec): Promise<number> {
  const { width = 0, height = 0 } = await sharp(jpeg).metadata();
  const [left, top] = [HALF_BLOCK, HALF_BLOCK];
  const moved = await sharp(jpeg)
    .extract({ left, top, width: width - left, height: height - top })
    .withMetadata({ orientation: kind.orientation })
    .jpeg({ quality: 98 })
    .toBuffer();
  return meanDifference(await pixelsOfWhole(moved, spec), await pixelsOfWhole(jpeg, spec));
}

describe('a JPEG of any size, kind and orientation', () => {
  it('has the pixels of the whole picture', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, specs, async (kind, spec) => {
        const jpeg = await jpegOf(kind);
        const { data } = await decoder.decode(jpeg, spec);
        const difference = meanDifference(data, await pixelsOfWhole(jpeg, spec));
        if (difference < TOLERANCE) return;
        expect(difference).toBeLessThan(MAXIMUM_SHARE * (await differenceElsewhere(jpeg, kind, spec)));
      }),
      { numRuns: 60 },
    );
  });
});
