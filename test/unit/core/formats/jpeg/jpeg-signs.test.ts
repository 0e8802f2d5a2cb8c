import { beforeAll, describe, expect, it } from 'vitest';
import { hasSignsOfLoss } from '../../../../../functions/core/formats/jpeg/jpeg-signs.ts';
import { noisyScene } from '../../../../fixtures/pictures.ts';

const SECTOR = 512;
const KINDS = {
  baseline: {},
  'without subsampling': { chromaSubsampling: '4:4:4', quality: 95 },
  'with codes of its own': { optimiseCoding: true },
  progressive: { progressive: true },
  'with many scans': { mozjpeg: true },
};

describe.each(Object.entries(KINDS))('a JPEG, %s', (_, options) => {
  let jpeg: Buffer;

  beforeAll(async () => {
    jpeg = await noisyScene(640, 480).jpeg(options).toBuffer();
  });

  it('has no signs of loss when it is whole, whatever lies behind its end', () => {
    expect(hasSignsOfLoss(jpeg)).toBe(false);
    expect(hasSignsOfLoss(Buffer.concat([jpeg, Buffer.alloc(9000)]))).toBe(false);
    expect(hasSignsOfLoss(Buffer.concat([jpeg, jpeg]))).toBe(false);
  });

  it('has them without its end', () => {
    expect(hasSignsOfLoss(jpeg.subarray(0, -2))).toBe(true);
    expect(hasSignsOfLoss(Buffer.concat([jpeg.subarray(0, -1), Buffer.alloc(100)]))).toBe(true);
  });

  it.each([0.3, 0.4, 0.5, 0.7])('has them with a lost sector, at %d of its length', (part) => {
    const at = Math.floor((jpeg.length * part) / SECTOR) * SECTOR;
    const fillings = [
      Buffer.alloc(SECTOR),
      Buffer.alloc(SECTOR, 0xf6),
      Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(20)).subarray(0, SECTOR),
      jpeg.subarray(at - SECTOR, at),
      jpeg.subarray(at + SECTOR, at + 2 * SECTOR),
    ];
    const signs = fillings.map((filling) =>
      hasSignsOfLoss(Buffer.concat([jpeg.subarray(0, at), filling, jpeg.subarray(at + SECTOR)])),
    );
    expect(signs).toEqual(fillings.map(() => true));
  });

  it('has them with a sector that is there twice', () => {
    const at = 40 * SECTOR;
    expect(hasSignsOfLoss(Buffer.concat([jpeg.subarray(0, at + SECTOR), jpeg.subarray(at)]))).toBe(true);
  });
});

it('has none in a picture that is even in large parts', async () => {
  const even = noisyScene(640, 480).extend({ bottom: 900, right: 400, background: '#fff' });
  expect(hasSignsOfLoss(await even.jpeg({ quality: 80, optimiseCoding: false }).toBuffer())).toBe(false);
});

it('has them where its header cannot be followed', () => {
  for (const bytes of [
    [],
    [0xff],
    [0xff, 0xd8],
    [0xff, 0xd8, 1, 2, 3, 4, 5],
    [0xff, 0xd8, 0xff, 0xda, 0, 0, 0],
  ])
    expect(hasSignsOfLoss(Uint8Array.from(bytes))).toBe(true);
});
