import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { resizeBicubic } from '../../functions/core/pixels/bicubic.ts';
import { centreSquare, resizedSize } from '../../functions/core/pixels/pixels.ts';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { drawn, scene } from '../fixtures/pictures.ts';
import { meanDifference } from '../fixtures/pixel-checks.ts';
import {
  hasReferencePhotos,
  referencePhoto,
  referencePhotoNames,
  referencePixels,
  WITHOUT_REFERENCE_PHOTOS,
} from '../fixtures/reference-photos.ts';

const SPEC = { size: 224, resize: 'bicubic' } as const;
/** The reference's README asks for less than 2 of 255; measured: 0.33 at most. */
const TOLERANCE = 0.5;

const decoder = sharpPixelDecoder();

if (!hasReferencePhotos) console.info(WITHOUT_REFERENCE_PHOTOS);

describe("pixels of CLIP's own preprocessing", () => {
  it.each(referencePhotoNames())('are met within 0.5 of 255 on average for %s', async (name) => {
    const { data } = await decoder.decode(referencePhoto(name), SPEC);
    const difference = meanDifference(data, await referencePixels(name));
    console.log(`${name}: ${difference.toFixed(3)} of 255`);
    expect(difference).toBeLessThan(TOLERANCE);
  });
});

/** Hard edges everywhere cost more than a photograph; sharp's usual shrinking while decoding is 3 or more off. */
const PILLOW_TOLERANCE = 1.5;
/** Of those that are decoded at a fraction that does not divide their sides. */
const ODD_TOLERANCE = 1;

describe("Pillow's bicubic resize of the whole decoded picture", () => {
  const asPillowDoes = async (image: Sharp, side: number = SPEC.size) => {
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    return centreSquare(resizeBicubic({ ...info, data }, resizedSize(info, side)), side);
  };

  it.each([
    { what: 'a JPEG that may shrink while it is decoded', width: 1800, height: 1200 },
    { what: 'a JPEG whose sides its reduction by 2 divides, but 8 does not', width: 1804, height: 1206 },
    { what: 'a JPEG whose sides its reduction by 4 divides, but 8 does not', width: 2692, height: 1804 },
    { what: 'a JPEG with a width that is not even', width: 2043, height: 1364, tolerance: ODD_TOLERANCE },
    {
      what: 'a JPEG with a height that its reduction by 4 does not divide',
      width: 2688,
      height: 1806,
      tolerance: ODD_TOLERANCE,
    },
    {
      what: 'a JPEG with sides that are no multiples of anything',
      width: 2043,
      height: 1363,
      tolerance: ODD_TOLERANCE,
    },
    { what: 'a JPEG reduced slightly', width: 301, height: 226 },
    { what: 'a JPEG enlarged slightly', width: 301, height: 222 },
  ])('is met by $what', async ({ width, height, tolerance = PILLOW_TOLERANCE }) => {
    const jpeg = await scene(width, height).jpeg({ quality: 95 }).toBuffer();
    const { data } = await decoder.decode(jpeg, SPEC);
    const difference = meanDifference(data, await asPillowDoes(sharp(jpeg)));
    console.log(`${width} × ${height}: ${difference.toFixed(3)} of 255`);
    expect(difference).toBeLessThan(tolerance);
  });

  it.each([
    {
      what: 'an eighth, and two thirds as much again are left to do',
      width: 1152,
      height: 864,
      tolerance: 1.5,
    },
    { what: 'a quarter, since an eighth leaves too little to do', width: 960, height: 720, tolerance: 0.5 },
    {
      what: 'a quarter, since an eighth does not divide the sides',
      width: 1156,
      height: 868,
      tolerance: 0.5,
    },
    {
      what: 'an eighth in two steps, since nothing divides the sides',
      width: 1157,
      height: 869,
      tolerance: 1.5,
    },
  ])(
    'is met within $tolerance of 255 by a photograph decoded at $what',
    async ({ width, height, tolerance }) => {
      const photograph = sharp(join(SAMPLE_FOLDER, 'china.jpg')).resize(width, height, { fit: 'cover' });
      const jpeg = await photograph.jpeg({ quality: 95 }).toBuffer();
      const { data } = await decoder.decode(jpeg, { ...SPEC, size: 64 });
      const difference = meanDifference(data, await asPillowDoes(sharp(jpeg), 64));
      console.log(`${width} × ${height} to 64: ${difference.toFixed(3)} of 255`);
      expect(difference).toBeLessThan(tolerance);
    },
  );

  it('is met to the bit by a picture smaller than the square', async () => {
    const png = await drawn(3, 5, (x, y) => [x * 80, y * 50, 255 - x * 40])
      .png()
      .toBuffer();
    const { data } = await decoder.decode(png, SPEC);
    expect(meanDifference(data, await asPillowDoes(sharp(png)))).toBe(0);
  });
});
