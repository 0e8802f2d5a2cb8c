import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { exifDetails } from '../../../../../functions/core/formats/exif/exif-details.ts';
import { DETAILS_OF_A_CAMERA, withExif } from '../../../../fixtures/exif.ts';
import { BARE_JPEG, EXIF_TIFF, FILES_WITH_EXIF, jxlWith } from '../../../../fixtures/exif-files.ts';

describe('EXIF is found in', () => {
  it.each(FILES_WITH_EXIF)('%s', async (_, format, file) => {
    expect(exifDetails(await file(), format)).toStrictEqual(DETAILS_OF_A_CAMERA);
  });

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('a %s that libvips has written', async (format) => {
    const picture = sharp({ create: { width: 16, height: 16, channels: 3, background: 'teal' } }).withExif({
      IFD0: { Make: 'Canon', Model: 'Canon EOS R5' },
      IFD2: {
        DateTimeOriginal: '2024:06:01 18:20:05',
        SubSecTimeOriginal: '12',
        OffsetTimeOriginal: '+02:00',
      },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '48/1 51/1 296/10',
        GPSLongitudeRef: 'E',
        GPSLongitude: '2/1 17/1 402/10',
      },
    });
    const file = await picture.toFormat(format, { effort: 1 }).toBuffer();
    expect(exifDetails(file, format)).toStrictEqual(DETAILS_OF_A_CAMERA);
  });
});

describe('EXIF is not looked for', () => {
  it('behind a JPEG’s scan, where there may be another picture', () => {
    const scan = Buffer.from('ffda0003010000', 'hex');
    const file = Buffer.concat([BARE_JPEG.subarray(0, 8), scan, withExif(BARE_JPEG, EXIF_TIFF)]);
    expect(exifDetails(file, 'jpeg')).toStrictEqual({});
  });

  it.each(['gif', 'svg', 'crw'])('in a %s', (format) => {
    expect(exifDetails(EXIF_TIFF, format)).toStrictEqual({});
  });

  it('in Brotli that unpacks to far more than EXIF has', () => {
    const bomb = Buffer.concat([Buffer.alloc(4), EXIF_TIFF, Buffer.alloc(2 * 2 ** 20)]);
    const file = jxlWith('brob', Buffer.concat([Buffer.from('Exif'), brotliCompressSync(bomb)]));
    expect(file.length).toBeLessThan(10_000);
    expect(exifDetails(file, 'jxl')).toStrictEqual({});
  });

  it('in a JPEG XL without boxes', () => {
    const bare = readFileSync(new URL('../../../../fixtures/jxl/cat.jxl', import.meta.url));
    expect(exifDetails(bare, 'jxl')).toStrictEqual({});
  });
});
