import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { everyFormat, pngChunk, scene } from '../fixtures/pictures.ts';
import { expectFault } from '../fixtures/pixel-checks.ts';
import {
  hasReferencePhotos,
  referencePhoto,
  WITHOUT_REFERENCE_PHOTOS,
} from '../fixtures/reference-photos.ts';

const SPEC = { size: 32, resize: 'bicubic' } as const;
const decoder = sharpPixelDecoder();
const pictures = Object.entries(await everyFormat());

if (!hasReferencePhotos) console.info(WITHOUT_REFERENCE_PHOTOS);

describe.each([5, 20, 50, 90, 99])('a file cut at %i %', (percent) => {
  it.each(pictures)('is rejected as truncated: %s', async (_, { bytes }) => {
    const cut = bytes.subarray(0, Math.floor((bytes.length * percent) / 100));
    await expectFault(decoder.decode(cut, SPEC), 'failed', 'truncated');
  });
});

it.skipIf(!hasReferencePhotos)('rejects the 400 bytes of truncated.jpg as truncated', async () => {
  await expectFault(decoder.decode(referencePhoto('truncated.jpg'), SPEC), 'failed', 'truncated');
});

it('rejects a tall JPEG that breaks off below the square that is kept', async () => {
  const jpeg = await scene(80, 400).jpeg().toBuffer();
  await expectFault(decoder.decode(jpeg.subarray(0, jpeg.length * 0.9), SPEC), 'failed', 'truncated');
});

describe('a fault that does no harm to the pixels is no reason to fail', () => {
  const png = () => scene(64, 48).png().toBuffer();
  const jpeg = () => scene(64, 48).jpeg().toBuffer();
  const insertedAt = (bytes: Buffer, at: number, inserted: Uint8Array) =>
    Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
  const BEHIND_PNG_HEADER = 33;
  function exifOrientation(value: number): string {
    const bytes = String.fromCharCode(value & 255, value >> 8);
    return `Exif\0\0II*\0\b\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0${bytes}\0\0\0\0\0\0`;
  }

  it.each([
    ['bytes behind the end of a JPEG', async () => Buffer.concat([await jpeg(), Buffer.alloc(100, 7)])],
    [
      'bytes before the end marker of a JPEG',
      async () => insertedAt(await jpeg(), -2, Buffer.from([1, 2, 3])),
    ],
    ...[
      ['an empty EXIF segment', 'Exif\0\0'],
      ['an EXIF segment of zeros', `Exif\0\0${'\0'.repeat(40)}`],
      ['an EXIF segment that is cut', 'Exif\0\0II*\0\b\0\0\0\x01\0\x12\x01'],
      ['an EXIF orientation of 0', exifOrientation(0)],
      ['an EXIF orientation of 9', exifOrientation(9)],
      ['an EXIF orientation of 65535', exifOrientation(65_535)],
    ].map(([name = '', exif = '']) => {
      const segment = Buffer.from(`\xff\xe1\0${String.fromCharCode(exif.length + 2)}${exif}`, 'latin1');
      return [name, async () => insertedAt(await jpeg(), 2, segment)] satisfies [
        string,
        () => Promise<Buffer>,
      ];
    }),
    [
      'an EXIF segment of nonsense',
      async () => insertedAt(await jpeg(), 2, Buffer.from('\xff\xe1\0\x10Exif\0\0nonsense', 'latin1')),
    ],
    [
      'a colour profile of nonsense in a PNG',
      async () => insertedAt(await png(), BEHIND_PNG_HEADER, pngChunk('iCCP', Buffer.from('x\0\0nonsense'))),
    ],
    [
      'a wrong checksum of a text in a PNG',
      async () => {
        const chunk = pngChunk('tEXt', Buffer.from('a\0b'));
        chunk[chunk.length - 1] = 0;
        return insertedAt(await png(), BEHIND_PNG_HEADER, chunk);
      },
    ],
    ['a PNG without its last, empty chunk', async () => (await png()).subarray(0, -12)],
    [
      'TIFF tags out of order',
      async () => {
        const tiff = await scene(64, 48).tiff({ compression: 'lzw' }).toBuffer();
        const directory = tiff.readUInt32LE(4);
        const first = Buffer.from(tiff.subarray(directory + 2, directory + 14));
        tiff.copyWithin(directory + 2, directory + 14, directory + 26);
        first.copy(tiff, directory + 14);
        return tiff;
      },
    ],
  ])('%s', async (_, make) => {
    await expect(decoder.decode(await make(), SPEC)).resolves.toMatchObject({ width: 64, height: 48 });
  });
});

it('rejects a PNG whose pixels fail their checksum as corrupt', async () => {
  const png = await scene(64, 48).png().toBuffer();
  const data = png.indexOf('IDAT') + 4;
  png[data + 100] = (png[data + 100] ?? 0) ^ 0x55;
  await expectFault(decoder.decode(png, SPEC), 'failed', 'corrupt');
});

it('rejects a document that is no SVG behind its first tag as corrupt', async () => {
  const bytes = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"><a></b></svg>');
  await expectFault(decoder.decode(bytes, SPEC), 'failed', 'corrupt');
});
