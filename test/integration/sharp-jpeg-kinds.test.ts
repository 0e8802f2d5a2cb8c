import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { BLUE, drawn, GREEN, RED } from '../fixtures/pictures.ts';
import { colourAt, expectColour } from '../fixtures/pixel-checks.ts';

const SPEC = { size: 64, resize: 'bicubic' } as const;
const decoder = sharpPixelDecoder();
const latin1 = (content: string) => Buffer.from(content, 'latin1');

const main = await drawn(320, 240, (x) => (x < 160 ? RED : BLUE))
  .jpeg()
  .toBuffer();
const other = await drawn(640, 480, () => GREEN)
  .jpeg()
  .toBuffer();
const film = Buffer.concat([
  latin1('\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\x04\x08mdat'),
  Buffer.alloc(1024, 0xff),
]);

/** A segment right behind the start of a JPEG. */
function withSegment(jpeg: Buffer, marker: number, content: Buffer): Buffer {
  const header = Buffer.from([0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), header, content, jpeg.subarray(2)]);
}

const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const xmp = (attributes: string) =>
  latin1(
    `${XMP}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description ${attributes}/></rdf:RDF></x:xmpmeta>`,
  );
/** The index of a multi-picture file (CIPA DC-007): two pictures, and where each lies. */
const MULTI_PICTURE = Buffer.concat([
  latin1('MPF\0MM\0*\0\0\0\x08'),
  // Two tags: the number of pictures, and 32 bytes on them behind this directory.
  Buffer.from('0002b00100040000000100000002b0020007000000200000002600000000', 'hex'),
  big32(0x30000, main.length, 0, 0),
  big32(0, other.length, main.length, 0),
]);

function big32(...values: readonly number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer).swap32();
}

describe('a JPEG with more behind it than its own picture', () => {
  it.each<[string, Buffer]>([
    [
      'a motion photo of Google',
      Buffer.concat([
        withSegment(
          main,
          0xe1,
          xmp('xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MotionPhoto="1"'),
        ),
        film,
      ]),
    ],
    ['a motion photo of Samsung', Buffer.concat([main, latin1('MotionPhoto_Data'), film, latin1('SEFT')])],
    ['a multi-picture file', Buffer.concat([withSegment(main, 0xe2, MULTI_PICTURE), other])],
    [
      'an Ultra HDR picture with its gain map',
      Buffer.concat([
        withSegment(
          withSegment(main, 0xe2, MULTI_PICTURE),
          0xe1,
          xmp('xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"'),
        ),
        withSegment(
          other,
          0xe1,
          xmp(
            'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" hdrgm:GainMapMax="2" hdrgm:HDRCapacityMax="2"',
          ),
        ),
      ]),
    ],
    ['a picture with another behind it, and no word on that', Buffer.concat([main, other])],
  ])('gives the first: %s', async (_, file) => {
    const [expected, pixels] = await Promise.all([decoder.decode(main, SPEC), decoder.decode(file, SPEC)]);
    expect(pixels).toMatchObject({ format: 'jpeg', width: 320, height: 240 });
    expect(Buffer.compare(pixels.data, expected.data)).toBe(0);
  });
});

it('a JPEG of arithmetic coding is decoded', async () => {
  // 16 × 16 pixels, light left of dark, by libjpeg-turbo's `cjpeg -arithmetic`.
  const file = Buffer.from(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/yQALCAAQABABAREA/8wABgAQEAX/2gAIAQEAAD8A0s1dOx6PoxWA/9k=',
    'base64',
  );
  const pixels = await decoder.decode(file, SPEC);
  expectColour(colourAt(pixels, 0.2, 0.5), [200, 200, 200], 6);
  expectColour(colourAt(pixels, 0.8, 0.5), [40, 40, 40], 6);
});
