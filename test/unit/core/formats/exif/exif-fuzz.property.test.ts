import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exifDetails } from '../../../../../functions/core/formats/exif/exif-details.ts';
import { FILES_WITH_EXIF } from '../../../../fixtures/exif-files.ts';

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?([+-]\d\d:\d\d)?$/;
/** Two texts of 64 bytes and a space; a byte may become a character of two. */
const MAXIMUM_CAMERA_BYTES = 2 * 2 * 64 + 1;

function expectSound(bytes: Uint8Array, format: string): void {
  const { takenAt, camera, latitude, longitude, ...rest } = exifDetails(bytes, format);
  expect(rest).toStrictEqual({});
  if (takenAt !== undefined) expect(takenAt).toMatch(ISO_TIME);
  if (camera !== undefined) {
    expect(Buffer.byteLength(camera)).toBeLessThanOrEqual(MAXIMUM_CAMERA_BYTES);
    expect(camera).not.toMatch(/^$|[\p{C}\n\u2028\u2029]/u);
  }
  expect(latitude === undefined).toBe(longitude === undefined);
  expect(Math.abs(latitude ?? 0)).toBeLessThanOrEqual(90);
  expect(Math.abs(longitude ?? 0)).toBeLessThanOrEqual(180);
}

/** Some bytes changed, perhaps to those that mean the most or the least, and perhaps the end cut off. */
const damages = fc.record({
  changes: fc.array(
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.oneof(fc.constantFrom(0, 1, 255), fc.nat(255))),
    { maxLength: 24 },
  ),
  kept: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
});

describe('hostile EXIF', () => {
  it.each(FILES_WITH_EXIF)('neither throws nor tells what cannot be, in %s', async (_, format, file) => {
    const whole = await file();
    // Most of a preview is no EXIF.
    const reach = Math.min(whole.length, 2_000);
    fc.assert(
      fc.property(damages, ({ changes, kept }) => {
        const bytes = Uint8Array.from(whole.subarray(0, Math.ceil(kept * whole.length)));
        for (const [where, value] of changes) {
          const at = Math.floor(where * (reach - 1));
          if (at < bytes.length) bytes[at] = value;
        }
        expectSound(bytes, format);
      }),
    );
  });

  it('neither throws nor tells what cannot be, in any bytes', () => {
    const formats = ['jpeg', 'png', 'webp', 'avif', 'heic', 'jxl', 'tiff', 'nef', 'cr3', 'raf', 'x3f', 'odd'];
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...formats), expectSound));
  });

  it('takes no longer for a directory that is its own, or for pieces without an end', () => {
    const circle = Buffer.from('II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\0\0\0\0', 'latin1');
    expect(exifDetails(circle, 'tiff')).toStrictEqual({});
    const pieces = Buffer.alloc(2 ** 24);
    expect(exifDetails(pieces, 'png')).toStrictEqual({});
    expect(exifDetails(pieces, 'webp')).toStrictEqual({});
    expect(exifDetails(Buffer.alloc(2 ** 24, Buffer.from('ffd8ffe10002', 'hex')), 'jpeg')).toStrictEqual({});
  });
});
