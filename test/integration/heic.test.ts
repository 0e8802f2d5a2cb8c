import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import type { Pixels } from '../../functions/core/pixels/pixels.ts';
import {
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
import { colourAt, expectColour, meanDifference } from '../fixtures/pixel-checks.ts';

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

async function cat(): Promise<Uint8Array> {
  const file = new URL('../../functions/local/samples/chelsea.png', import.meta.url);
  const small = await sharp(file.pathname)
    .resize(192, 128, { fit: 'fill', kernel: 'cubic' })
    .png()
    .toBuffer();
  return (await decode(small)).data;
}

describe('a HEIC', () => {
  it.each([
    ['cat', 8],
    ['cat-10-bit', 8],
    ['cat-422', 8],
  ] as const)('is the picture that was coded: %s', async (name, tolerance) => {
    const pixels = await decode(heicFixture(name));
    expect(pixels).toMatchObject({ width: 192, height: 128, format: 'heic' });
    expect(meanDifference(pixels.data, await cat())).toBeLessThan(tolerance);
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
      what: 'cut to its left half',
      properties: [cut(64, 96, -64, 0)],
      expected: [RED, RED, BLUE, BLUE],
      size: [64, 96],
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
