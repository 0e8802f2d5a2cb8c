import { describe, expect, it } from 'vitest';
import { ImageFault } from '../../../../../functions/core/errors.ts';
import { readTiffDirectory } from '../../../../../functions/core/formats/tiff/tiff-directory.ts';
import { tiffReading } from '../../../../../functions/core/formats/tiff/tiff-reading.ts';
import { plainTags, type TiffLayout, tiffFile } from '../../../../fixtures/tiffs.ts';

const SIDE = 4;
const RGB = 2;

function file(
  photometric: number,
  samples: number,
  tags: TiffLayout['tags'] = {},
  layout: Partial<TiffLayout> = {},
) {
  const parts = [Buffer.alloc(SIDE * SIDE * samples, 7)];
  return tiffFile({ tags: { ...plainTags(SIDE, SIDE, photometric, samples), ...tags }, parts, ...layout });
}

describe('a TIFF that libvips reads rightly', () => {
  it.each<[string, number, number, TiffLayout['tags']]>([
    ['white is zero', 0, 1, {}],
    ['black is zero', 1, 1, {}],
    ['of one bit', 1, 1, { 258: [3, [1]] }],
    ['of 16 bits', 1, 1, { 258: [3, [16]] }],
    ['RGB', RGB, 3, {}],
    ['RGB with alpha', RGB, 4, { 338: [3, [2]] }],
    ['RGB with premultiplied alpha', RGB, 4, { 338: [3, [1]] }],
    ['RGB with alpha as Corel Draw writes it', RGB, 4, { 338: [3, [999]] }],
    ['RGB in planes', RGB, 3, { 284: [3, [2]] }],
    ['of samples that are void', RGB, 3, { 339: [3, [4, 4, 4]] }],
    ['a palette', 3, 1, { 320: [3, new Array<number>(768).fill(9)] }],
    ['CMYK', 5, 4, {}],
    ['YCbCr in JPEGs', 6, 3, { 259: [3, [7]] }],
    ['subsampled YCbCr', 6, 3, { 530: [3, [2, 2]] }],
    ['in tiles', RGB, 3, { 322: [3, [16]], 323: [3, [16]] }],
  ])('is left to it: %s', (_, photometric, samples, tags) => {
    expect(tiffReading(file(photometric, samples, tags)).channels).toBeUndefined();
  });
});

describe('a TIFF that libvips takes for something else', () => {
  it.each<[string, number, number, TiffLayout['tags'], object]>([
    ['RGB and infrared', RGB, 4, { 338: [3, [0]] }, { colours: 'rgb', extraSamples: 1 }],
    ['RGB and two bands', RGB, 5, { 338: [3, [0, 0]] }, { colours: 'rgb', extraSamples: 2 }],
    ['RGB, a band and alpha', RGB, 5, { 338: [3, [0, 2]] }, { colours: 'rgb', alpha: 1 }],
    ['RGB and something', RGB, 4, {}, { colours: 'rgb', alpha: 0, alphaIsGuessed: true }],
    ['grey and a band', 1, 2, { 338: [3, [0]] }, { colours: 'rgb', extraSamples: 1 }],
    ['CMYK and alpha', 5, 5, { 338: [3, [2]] }, { colours: 'rgb', alpha: 0 }],
    ['YCbCr', 6, 3, { 530: [3, [1, 1]] }, { colours: 'ycbcr', extraSamples: 0 }],
    ['L*a*b*', 8, 3, {}, { colours: 'lab' }],
    ['ICC’s L*a*b* and alpha', 9, 4, { 338: [3, [2]] }, { colours: 'icc-lab', alpha: 0 }],
  ])('is told apart: %s', (_, photometric, samples, tags, expected) => {
    expect(tiffReading(file(photometric, samples, tags)).channels).toMatchObject(expected);
  });

  it('has its colours called RGB, so that libvips leaves them alone', () => {
    const { bytes } = tiffReading(file(8, 3));
    expect(readTiffDirectory(bytes)?.value(262)).toBe(RGB);
  });

  it('says how its YCbCr is meant', () => {
    const tags: TiffLayout['tags'] = {
      529: [5, [2125, 10_000, 7154, 10_000, 721, 10_000]],
      530: [3, [1, 1]],
      532: [5, [16, 1, 235, 1, 128, 1, 240, 1, 128, 1, 240, 1]],
    };
    expect(tiffReading(file(6, 3, tags)).channels?.ycbcr).toEqual({
      ...{ red: 0.2125, green: 0.7154, blue: 0.0721 },
      reference: [16, 235, 128, 240, 128, 240],
    });
    const divided: TiffLayout['tags'] = { 529: [5, [0, 0, 0, 0, 0, 0]], 530: [3, [1, 1]] };
    expect(tiffReading(file(6, 3, divided)).channels?.ycbcr.red).toBe(0.299);
  });
});

describe('rejects a TIFF by its name', () => {
  const tiles = { 322: [3, [16]], 323: [3, [16]] } as const;

  it.each<[string, number, number, TiffLayout['tags']]>([
    ['compressed as old-style JPEG', RGB, 3, { 259: [3, [6]] }],
    ['compressed as JPEG 2000', RGB, 3, { 259: [3, [34_712]] }],
    ['compressed as LZMA', RGB, 3, { 259: [3, [34_925]] }],
    ['compressed as Zstandard', RGB, 3, { 259: [3, [50_000]] }],
    ['compressed as JBIG', 1, 1, { 259: [3, [34_661]] }],
    ['compressed as ThunderScan', 1, 1, { 259: [3, [32_809]] }],
    ['compressed as SGI LogLuv', RGB, 3, { 259: [3, [34_676]] }],
    ['of an unknown compression (60000)', RGB, 3, { 259: [3, [60_000]] }],
    ['of a transparency mask', 4, 1, {}],
    ['of ITU L*a*b* colours', 10, 3, {}],
    ['of an unknown kind of colour (77)', 77, 3, {}],
    ['with floating-point samples', RGB, 3, { 339: [3, [3, 3, 3]] }],
    ['with signed samples', 1, 1, { 339: [3, [2]] }],
    ['with signed samples', RGB, 3, { 339: [3, [1, 1, 2]] }],
    ['with complex samples', 1, 1, { 339: [3, [6]] }],
    ['with samples of an unknown kind', 1, 1, { 339: [3, [9]] }],
    ['of 3 x 32 bits a pixel', RGB, 3, { 258: [3, [32, 32, 32]] }],
    ['of 1 x 12 bits a pixel', 1, 1, { 258: [3, [12]] }],
    ['of 3 x 4 bits a pixel', RGB, 3, { 258: [3, [4, 4, 4]] }],
    ['whose samples have different numbers of bits', RGB, 3, { 258: [3, [5, 6, 5]] }],
    ['of 65 samples a pixel', RGB, 65, {}],
    ['of 3 samples a pixel, too few for its colours', 5, 3, {}],
    ['of 5 bands that have no colours', 1, 5, {}],
    ['of other inks than CMYK', 5, 4, { 332: [3, [2]] }],
    ['of YCbCr colours subsampled 1 x 4', 6, 3, { 530: [3, [1, 4]] }],
    ['of subsampled YCbCr colours in separate planes', 6, 3, { 530: [3, [2, 2]], 284: [3, [2]] }],
    ['of premultiplied colours that are not RGB', 8, 4, { 338: [3, [1]] }],
    ['of one colour and others in separate planes', 1, 2, { 284: [3, [2]], 338: [3, [1]] }],
    ['whose tiles hold a plane each', RGB, 3, { ...tiles, 284: [3, [2]] }],
    ['of tiles of 20 x 16 pixels', RGB, 3, { ...tiles, 322: [3, [20]] }],
  ])('%s', (name, photometric, samples, tags) => {
    for (const layout of [{}, { bigEndian: true }, { isBig: true }, { isBig: true, bigEndian: true }]) {
      const read = () => tiffReading(file(photometric, samples, tags, layout));
      expect(read).toThrow(`Expected a TIFF of a usual layout but received one ${name}`);
      expect(read).toThrow(expect.objectContaining({ status: 'unsupported', code: 'unsupported-format' }));
    }
  });

  it('but a palette that is not whole as corrupt', () => {
    expect(() => tiffReading(file(3, 1, { 320: [3, new Array<number>(300).fill(9)] }))).toThrow(
      expect.objectContaining({ status: 'failed', code: 'corrupt' }),
    );
  });
});

describe('what libvips is given', () => {
  it.each([{}, { bigEndian: true }, { isBig: true }, { isBig: true, bigEndian: true }])(
    'is the first page with what its pixels need, in %o',
    (layout) => {
      const tags: TiffLayout['tags'] = { 270: [2, Buffer.from('description')], 274: [3, [0]], 284: [3, [0]] };
      const original = file(RGB, 3, tags, layout);
      // A next directory where there is none.
      original[original.length - 1] = 99;
      const before = Buffer.from(original);
      const directory = readTiffDirectory(tiffReading(original).bytes);
      expect([270, 274, 284].map((tag) => directory?.has(tag))).toEqual([false, false, false]);
      expect([256, 258, 262, 273, 279].map((tag) => directory?.value(tag))).toEqual(
        [256, 258, 262, 273, 279].map((tag) => readTiffDirectory(original)?.value(tag)),
      );
      expect(
        tiffReading(original)
          .bytes.subarray(layout.isBig ? -8 : -4)
          .every((byte) => byte === 0),
      ).toBe(true);
      expect(original.equals(before), 'the bytes are the caller’s').toBe(true);
    },
  );

  it.each([1, 6, 8])('has an orientation of %i', (orientation) => {
    const { bytes } = tiffReading(file(RGB, 3, { 274: [3, [orientation]] }));
    expect(readTiffDirectory(bytes)?.value(274)).toBe(orientation);
  });

  it.each<[string, number, number[]]>([
    ['9', 3, [9]],
    ['65535', 3, [65_535]],
    ['a long 0', 4, [0]],
    ['no value', 3, []],
  ])('has no orientation that is %s', (_, type, values) => {
    const { bytes } = tiffReading(file(RGB, 3, { 274: [type, values] }));
    expect(readTiffDirectory(bytes)?.has(274)).toBe(false);
  });

  it('is the file itself where that has no directory', () => {
    const cut = file(RGB, 3).subarray(0, 12);
    expect(tiffReading(cut)).toEqual({ bytes: cut });
  });
});

it('whatever bytes a TIFF has, there is a way to read it or an image fault', () => {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
  for (let round = 0; round < 3000; round++) {
    const damaged = file(random() % 10, 1 + (random() % 5), { 338: [3, [0, 2]] }, { isBig: round % 2 === 0 });
    for (let change = random() % 6; change >= 0; change--)
      damaged[random() % damaged.length] = random() % 256;
    try {
      expect(tiffReading(damaged).bytes.length).toBe(damaged.length);
    } catch (error) {
      expect(error).toBeInstanceOf(ImageFault);
    }
  }
});
