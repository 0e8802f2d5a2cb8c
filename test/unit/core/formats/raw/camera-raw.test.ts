import { describe, expect, it } from 'vitest';
import { ImageFault } from '../../../../../functions/core/errors.ts';
import { pictureLayout } from '../../../../../functions/core/formats/picture-layout.ts';
import { cameraRaw } from '../../../../../functions/core/formats/raw/camera-raw.ts';
import { uploadedPicture } from '../../../../../functions/core/formats/raw/uploaded-picture.ts';
import {
  bigDngAround,
  cutNef,
  dngAround,
  LOSSLESS_JPEG,
  plainDng,
  previewJpeg,
  RAW_FILES,
  sensorJpegDng,
} from '../../../../fixtures/camera-raw.ts';
import { quarters, tiffDirectory } from '../../../../fixtures/pictures.ts';

const latin1 = (content: string) => Buffer.from(content, 'latin1');
const jpeg = await previewJpeg();
const files = Object.entries(RAW_FILES);
const tiffPreviews: ReadonlyArray<readonly [string, Buffer]> = [
  ['a big-endian DNG', await plainDng()],
  ['strips of deflate', dngAround(await quarters(320, 240).tiff({ compression: 'deflate' }).toBuffer())],
  ['tiles of JPEG', dngAround(await quarters(320, 240).tiff({ compression: 'jpeg', tile: true }).toBuffer())],
  ['a BigTIFF', bigDngAround(await quarters(320, 240).tiff({ bigtiff: true }).toBuffer())],
];

/** A TIFF that is a directory only, and says who made the camera. */
function namedTiff(make: string, entries: Parameters<typeof tiffDirectory>[0]): Uint8Array {
  const makeAt = 8 + 2 + 12 * (entries.length + 1) + 4;
  const file = tiffDirectory([...entries, [271, 2, makeAt]]);
  const view = new DataView(file.buffer, file.byteOffset);
  // The last entry's count: as a text of four letters would, any shorter one would stand in the entry itself.
  view.setUint32(makeAt - 4 - 8, make.length + 1, true);
  return Buffer.concat([file, latin1(`${make}\0`)]);
}

describe('cameraRaw', () => {
  it.each(files)('tells a %s by its content', (_, { format, build }) => {
    expect(cameraRaw(build({ jpeg }))).toMatchObject({ format });
  });

  it.each<[string, Uint8Array, string]>([
    ['Canon’s mark', latin1('II*\0\x10\0\0\0CR\x02\0'), 'cr2'],
    ['the other byte order of Olympus', latin1('MMOR\0\0\0\x08'), 'orf'],
    ['another mark of Olympus', latin1('IIRS\x08\0\0\0'), 'orf'],
    ['Minolta’s mark', latin1('\0MRM\0\0'), 'mrw'],
    ['a DNG version', tiffDirectory([[50706, 1, 0x0401]]), 'dng'],
    ['a colour filter array', tiffDirectory([[262, 3, 32803]]), 'raw'],
    ['linear sensor data', tiffDirectory([[262, 3, 34892]]), 'raw'],
    ['a coding that only cameras have', tiffDirectory([[259, 3, 34713]]), 'raw'],
    [
      'a thumbnail above other directories',
      tiffDirectory([
        [254, 4, 1],
        [330, 4, 8],
      ]),
      'raw',
    ],
    [
      'a camera’s thumbnail, by its size',
      namedTiff('NIKON', [
        [256, 3, 160],
        [257, 3, 120],
        [330, 4, 8],
      ]),
      'nef',
    ],
    ['a camera’s JPEGs that are no TIFF’s', namedTiff('SONY', [[513, 4, 8]]), 'arw'],
  ])('tells a RAW file by %s', (_, bytes, format) => {
    expect(cameraRaw(bytes)?.format).toBe(format);
  });

  it.each<[string, Uint8Array]>([
    ['a thumbnail alone', tiffDirectory([[254, 4, 1]])],
    ['other directories below the first, and no word on it', tiffDirectory([[330, 4, 8]])],
    [
      'smaller versions below the picture',
      tiffDirectory([
        [254, 4, 0],
        [262, 3, 2],
        [330, 4, 8],
      ]),
    ],
    [
      'a camera’s picture above other directories',
      namedTiff('NIKON', [
        [256, 3, 600],
        [257, 3, 400],
        [330, 4, 8],
      ]),
    ],
    [
      'a camera’s picture that is small, and says that it is the picture',
      namedTiff('NIKON', [
        [254, 4, 0],
        [256, 3, 200],
        [257, 3, 130],
        [330, 4, 8],
      ]),
    ],
    [
      'a camera’s picture, and a JPEG of it',
      namedTiff('SONY', [
        [273, 4, 8],
        [513, 4, 8],
      ]),
    ],
    ['JPEGs of nobody knows whom', tiffDirectory([[513, 4, 8]])],
    ['a directory beyond its end', latin1('II*\0\x63\0\0\0........')],
    ['nothing', new Uint8Array()],
  ])('takes a file with %s for no RAW', (_, bytes) => expect(cameraRaw(bytes)).toBeUndefined());
});

describe('uploadedPicture', () => {
  it.each(files)('finds the preview of a %s, and how it lies', (_, { format, build }) => {
    const { bytes, ...found } = uploadedPicture(build({ jpeg, orientation: 6 }));
    expect(Buffer.compare(bytes, jpeg)).toBe(0);
    // A RAF says nothing of it: the JPEG does.
    const orientation = format === 'raf' ? undefined : 6;
    expect(found).toEqual({ format: 'jpeg', container: format, orientation });
  });

  it.each(files)('takes the word of the preview of a %s on how it lies', async (_, { build }) => {
    const turned = await previewJpeg(8);
    expect(uploadedPicture(build({ jpeg: turned, orientation: 6 })).orientation).toBe(8);
  });

  it('takes a preview of plain pixels as a TIFF that begins with it', async () => {
    const { format, container, orientation } = uploadedPicture(await plainDng(6));
    expect({ format, container, orientation }).toEqual({ format: 'tiff', container: 'dng', orientation: 6 });
  });

  it.each(tiffPreviews)('makes the preview the first picture of a TIFF: %s', (_, file) => {
    const { bytes } = uploadedPicture(file);
    expect(pictureLayout(bytes, 'tiff')).toMatchObject({ width: 320, height: 240 });
    expect(bytes).toHaveLength(file.length);
  });

  it('leaves a picture that is no RAW as it is', () => {
    expect(uploadedPicture(jpeg)).toEqual({ bytes: jpeg, format: 'jpeg' });
  });
});

const MISSING = { status: 'unsupported', code: 'unsupported-format' };

describe('a RAW file without a preview that can be used', () => {
  const faultOf = (bytes: Uint8Array): unknown => {
    try {
      return uploadedPicture(bytes);
    } catch (error) {
      return error;
    }
  };

  it.each(files)('rejects a %s with a thumbnail only, by its size', async (_, { build }) => {
    const thumbnail = await previewJpeg(undefined, { width: 160, height: 120 });
    expect(faultOf(build({ jpeg: thumbnail }))).toMatchObject({
      ...MISSING,
      message: expect.stringMatching(/a preview of at least 160 pixels .* but received 160 x 120$/),
    });
  });

  it.each(files)('rejects a %s that holds no JPEG but the sensor’s', (_, { build }) => {
    expect(faultOf(build({ jpeg: LOSSLESS_JPEG }))).toMatchObject(MISSING);
  });

  it('rejects a RW2 that is cut behind its directory, as truncated', () => {
    const file = RAW_FILES.rw2.build({ jpeg });
    const directory = file.subarray(file.readUInt32LE(4));
    // The directory, and of what it points to nothing.
    const cut = Buffer.concat([latin1('IIU\0\x08\0\0\0'), directory]);
    cut.writeUInt32LE(jpeg.length * 2, 8 + 2 + 8);
    expect(faultOf(cut)).toMatchObject({ status: 'failed', code: 'truncated' });
  });

  it('rejects a file that is cut within its preview, as truncated, if the rest is too small', async () => {
    const thumbnail = await previewJpeg(undefined, { width: 160, height: 120 });
    expect(faultOf(cutNef({ jpeg: thumbnail }))).toMatchObject({ status: 'failed', code: 'truncated' });
    expect(uploadedPicture(cutNef({ jpeg })).bytes).toHaveLength(jpeg.length);
  });

  it('rejects a DNG whose preview of RGB is lossless JPEG, as the sensor’s', async () => {
    expect(faultOf(await plainDng(1, 7, LOSSLESS_JPEG))).toMatchObject(MISSING);
  });

  it('rejects a DNG whose preview has a coding that no TIFF reader has', async () => {
    expect(faultOf(await plainDng(1, 65_000))).toMatchObject(MISSING);
  });

  it('rejects a DNG whose JPEG holds what the sensor saw', async () => {
    expect(faultOf(await sensorJpegDng())).toMatchObject(MISSING);
  });

  it('rejects a DNG whose preview is JPEG XL, by that name', async () => {
    const file = await plainDng(1, 52546, latin1('\xff\x0a........'));
    expect(faultOf(file)).toMatchObject({ ...MISSING, message: expect.stringContaining('JPEG XL') });
  });

  it('rejects beginnings and damaged copies with a fault of the image, whatever they are', async () => {
    const random = randomIntegers(19);
    for (const [name, { build }] of files) {
      const file = build({ jpeg, orientation: 6 });
      const copies = [
        ...Array.from({ length: 60 }, (_, step) => file.subarray(0, Math.floor((file.length * step) / 60))),
        ...Array.from({ length: 200 }, () => damaged(file, jpeg, random)),
      ];
      for (const copy of copies) {
        const fault = faultOf(copy);
        if (fault instanceof Error) expect(fault, `${name}: ${fault.stack}`).toBeInstanceOf(ImageFault);
      }
    }
  });
});

describe('a hostile RAW file', () => {
  it('is read in a bounded number of steps when its directories form a circle', () => {
    const file = tiffDirectory([
      [254, 4, 1],
      [330, 4, 8],
    ]);
    new DataView(file.buffer, file.byteOffset).setUint32(file.length - 4, 8, true);
    expect(() => uploadedPicture(file)).toThrow(ImageFault);
  });

  it('is read in a bounded number of steps when it is full of starts of JPEGs', () => {
    const starts = Buffer.alloc(2 ** 22, Buffer.from('ffd8ffe00002', 'hex'));
    const file = Buffer.concat([RAW_FILES.orf.build({ jpeg: starts.subarray(0, 6) }), starts]);
    expect(() => uploadedPicture(file)).toThrow(ImageFault);
  });
});

/** Numerical Recipes' linear congruential generator: the same cases on every machine. */
function* randomIntegers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

/** One to eight bytes changed, all of them outside the preview's pixels: that is where the decisions are. */
function damaged(file: Uint8Array, preview: Uint8Array, random: Generator<number, never>): Uint8Array {
  const copy = Uint8Array.from(file);
  const start = Buffer.from(file).indexOf(preview.subarray(0, 64));
  const outside = copy.length - preview.length + 64;
  for (let change = 0; change <= random.next().value % 8; change++) {
    const place = random.next().value % outside;
    copy[place < start + 64 ? place : place + preview.length - 64] = random.next().value % 256;
  }
  return copy;
}
