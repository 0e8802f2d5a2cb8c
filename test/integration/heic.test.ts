import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { thumbnail } from '../../functions/adapters/sharp/thumbnail.ts';
import { ImageFault } from '../../functions/core/errors.ts';
import type { Pixels } from '../../functions/core/pixels/pixels.ts';
import {
  announced,
  codedItem,
  coloured,
  cut,
  gridItem,
  heicFixture,
  heifFile,
  mirrored,
  turned,
} from '../fixtures/heif-file.ts';
import type { Rgb } from '../fixtures/pictures.ts';
import { colourAt, expectColour, expectFault } from '../fixtures/pixel-checks.ts';
import { expectCat } from '../fixtures/small-cat.ts';

const SPEC = { size: 64, resize: 'bicubic' } as const;
const decoder = sharpPixelDecoder();
const decode = (bytes: Uint8Array): Promise<Pixels> => decoder.decode(bytes, SPEC);

const RED: Rgb = [220, 30, 30];
const GREEN: Rgb = [30, 160, 60];
const BLUE: Rgb = [40, 60, 200];
const YELLOW: Rgb = [230, 210, 40];
const WHITE: Rgb = [255, 255, 255];

/** Top left, top right, bottom left, bottom right. */
function expectQuarters(pixels: Pixels, expected: readonly [Rgb, Rgb, Rgb, Rgb]): void {
  const corners = [
    [0.1, 0.1],
    [0.9, 0.1],
    [0.1, 0.9],
    [0.9, 0.9],
  ] as const;
  for (const [index, [across, down]] of corners.entries()) {
    expectColour(colourAt(pixels, across, down), expected[index] ?? WHITE, 12);
  }
}

describe.concurrent('a HEIC', () => {
  it.each([
    ['cat', 8],
    ['cat-10-bit', 8],
    ['cat-422', 8],
  ] as const)('is the picture that was coded: %s', async (name, tolerance) => {
    const pixels = await decode(heicFixture(name));
    expect(pixels).toMatchObject({ width: 192, height: 128, format: 'heic' });
    await expectCat(pixels, tolerance);
  });

  it('is grey when it has no colours', async () => {
    const { data } = await decode(heicFixture('cat-grey'));
    for (let at = 0; at < data.length; at += 3) expect(data[at]).toBe(data[at + 1]);
  });

  it('is laid over white where it is transparent', async () => {
    const pixels = await decode(heicFixture('cat-left-half'));
    expectColour(colourAt(pixels, 0.9, 0.5), WHITE, 1);
    expect(Math.min(...colourAt(pixels, 0.3, 0.9))).toBeLessThan(200);
  });

  it.each([
    { what: 'as it is', properties: [], expected: [RED, GREEN, BLUE, YELLOW], size: [128, 96] },
    {
      what: 'turned by 90°',
      properties: [turned(90)],
      expected: [GREEN, YELLOW, RED, BLUE],
      size: [96, 128],
    },
    {
      what: 'turned by 180°',
      properties: [turned(180)],
      expected: [YELLOW, BLUE, GREEN, RED],
      size: [128, 96],
    },
    {
      what: 'turned by 270°',
      properties: [turned(270)],
      expected: [BLUE, RED, YELLOW, GREEN],
      size: [96, 128],
    },
    {
      what: 'mirrored',
      properties: [mirrored('left-right')],
      expected: [GREEN, RED, YELLOW, BLUE],
      size: [128, 96],
    },
    {
      what: 'mirrored from top to bottom',
      properties: [mirrored('top-bottom')],
      expected: [BLUE, YELLOW, RED, GREEN],
      size: [128, 96],
    },
    {
      what: 'turned, then mirrored',
      properties: [turned(90), mirrored('left-right')],
      expected: [YELLOW, GREEN, BLUE, RED],
      size: [96, 128],
    },
    {
      what: 'cut to a bit of its left half',
      properties: [cut(20, 30, -64, 0)],
      expected: [RED, RED, BLUE, BLUE],
      size: [20, 30],
    },
    {
      what: 'cut to a bit of its upper half, then turned and mirrored',
      properties: [cut(60, 40, 0, -40), turned(90), mirrored('top-bottom')],
      expected: [RED, RED, GREEN, GREEN],
      size: [40, 60],
    },
    {
      what: 'turned, then cut to a bit of its lower half',
      properties: [turned(270), cut(60, 40, 0, 64)],
      expected: [YELLOW, GREEN, YELLOW, GREEN],
      size: [60, 40],
    },
  ] as const)('is set upright by its container: $what', async ({ properties, expected, size }) => {
    const pixels = await decode(heifFile({ items: [codedItem('quarters', ...properties)] }));
    expect([pixels.width, pixels.height]).toEqual(size);
    expectQuarters(pixels, expected);
  });

  it('is put together of its tiles', async () => {
    const tiles = (['red', 'green', 'blue', 'yellow'] as const).map((name) => codedItem(name));
    const grid = gridItem({ columns: 2, rows: 2, width: 120, height: 100 }, turned(180));
    const pixels = await decode(heifFile({ items: [grid, ...tiles] }));
    expect(pixels).toMatchObject({ width: 120, height: 100 });
    expectQuarters(pixels, [YELLOW, BLUE, GREEN, RED]);
  });

  it('is its primary picture, wherever that stands and whatever its thumbnail shows', async () => {
    const thumbnail = { ...codedItem('blue'), references: { thmb: [2] } };
    const pixels = await decode(heifFile({ items: [thumbnail, codedItem('red')], primary: 2 }));
    expectColour(colourAt(pixels, 0.5, 0.5), RED, 10);
  });

  it('becomes sRGB by its colour profile', async () => {
    const red = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#dc1e1e' } })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const { icc } = await sharp(red).metadata();
    const pixels = await decode(heifFile({ items: [codedItem('red', coloured(icc ?? Buffer.alloc(0)))] }));
    // Red of Display P3 lies outside sRGB.
    expectColour(colourAt(pixels, 0.5, 0.5), [241, 0, 13], 12);
  });
});

describe.concurrent('a HEIC that is not whole', () => {
  const tiles = ['red', 'green', 'blue', 'yellow'] as const;
  const grid = gridItem({ columns: 2, rows: 2, width: 128, height: 128 });
  const file = heifFile({ items: [grid, ...tiles.map((name) => codedItem(name))] });

  it.each([16, 100, 400, file.length - 1])('is truncated after %d bytes', (length) =>
    expectFault(decode(file.subarray(0, length)), 'failed', 'truncated'),
  );

  it('is corrupt when a sector of its picture is lost', () =>
    expectFault(decode(Buffer.from(file).fill(0, file.length - 20, file.length - 10)), 'failed', 'corrupt'));

  it('is corrupt when a tile is missing, or no picture at all', async () => {
    const lacking = heifFile({ items: [grid, ...tiles.slice(0, 3).map((name) => codedItem(name))] });
    await expectFault(decode(lacking), 'failed', 'corrupt');
    const noPicture = { ...codedItem('yellow'), data: Buffer.from('\0\0\0\x0aABCDEFGHIJ', 'latin1') };
    const broken = heifFile({
      items: [grid, ...tiles.slice(0, 3).map((name) => codedItem(name)), noPicture],
    });
    await expectFault(decode(broken), 'failed', 'corrupt');
  });

  it('is corrupt when its stream is larger than its header says', async () => {
    const { data, properties } = codedItem('cat');
    const small = [properties[0] ?? Buffer.alloc(0), announced(16, 16)];
    await expectFault(
      decode(heifFile({ items: [{ type: 'hvc1', ...(data && { data }), properties: small }] })),
      'failed',
      'corrupt',
    );
  });
});

it('refuses a HEIC by its header when it would take too much memory, or too long', async () => {
  const wide = codedItem('red', announced(16_000, 16_000));
  await expectFault(decode(heifFile({ items: [wide] })), 'failed', 'too-many-pixels');
  const greedy = {
    ...gridItem({ columns: 1, rows: 1, width: 64, height: 64 }),
    references: { dimg: Array<number>(60_000).fill(2) },
  };
  await expectFault(decode(heifFile({ items: [greedy, codedItem('cat')] })), 'failed', 'too-many-pixels');
});

it('says by its name that it cannot read a HEIC where its decoder was left out', async () => {
  const without = sharpPixelDecoder({ heic: false }).decode(heicFixture('cat'), SPEC);
  await expect(without).rejects.toMatchObject({
    status: 'unsupported',
    code: 'unsupported-format',
    message: expect.stringContaining('HEIC, whose decoder this deployment leaves out'),
  });
});

it('makes an upright thumbnail of a HEIC', async () => {
  const shown = await thumbnail(heifFile({ items: [codedItem('quarters', turned(90))] }), 48);
  expect(await sharp(shown).metadata()).toMatchObject({ format: 'webp', width: 36, height: 48 });
});

it('gives pixels or an image fault for damaged files, nothing else', async () => {
  const file = heicFixture('cat');
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, index) => {
      const damaged = Buffer.from(file);
      for (const place of [0.1, 0.4, 0.8]) damaged[Math.floor(place * file.length) + index * 7] = index * 25;
      return decode(damaged).catch((error: unknown) => error);
    }),
  );
  for (const outcome of outcomes) {
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ImageFault);
    else expect(outcome).toMatchObject({ size: 64, data: { length: 64 * 64 * 3 } });
  }
});
