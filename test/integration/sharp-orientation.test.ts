import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { BLUE, GREEN, quarters, RED, YELLOW } from '../fixtures/pictures.ts';
import { colourAt, expectColour } from '../fixtures/pixel-checks.ts';

const SPEC = { size: 64, resize: 'bicubic' } as const;
const decoder = sharpPixelDecoder();

/** Stored as red | green over blue | yellow; upright it is, from left to right and from top to bottom: */
const UPRIGHT = [
  { orientation: 1, corners: [RED, GREEN, BLUE, YELLOW] },
  { orientation: 2, corners: [GREEN, RED, YELLOW, BLUE] },
  { orientation: 3, corners: [YELLOW, BLUE, GREEN, RED] },
  { orientation: 4, corners: [BLUE, YELLOW, RED, GREEN] },
  { orientation: 5, corners: [RED, BLUE, GREEN, YELLOW] },
  { orientation: 6, corners: [BLUE, RED, YELLOW, GREEN] },
  { orientation: 7, corners: [YELLOW, GREEN, BLUE, RED] },
  { orientation: 8, corners: [GREEN, YELLOW, RED, BLUE] },
] as const;

const SIZES = [
  { what: 'reduced while decoded', width: 640, height: 480 },
  { what: 'reduced in two steps, for its odd sides', width: 635, height: 477 },
  { what: 'enlarged', width: 40, height: 30 },
  { what: 'so long that only its centre is resized', width: 1500, height: 100 },
  { what: 'so long that only its centre is enlarged', width: 500, height: 20 },
];

describe.each(SIZES)('a JPEG $what', ({ width, height }) => {
  it.each(UPRIGHT)('is set upright from EXIF orientation $orientation', async ({ orientation, corners }) => {
    const jpeg = await quarters(width, height).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
    const pixels = await decoder.decode(jpeg, SPEC);
    const places = [
      [0.2, 0.2],
      [0.8, 0.2],
      [0.2, 0.8],
      [0.8, 0.8],
    ] as const;
    places.forEach(([across, down], index) => {
      expectColour(colourAt(pixels, across, down), corners[index] ?? RED, 12);
    });
    const stored = [width, height];
    expect([pixels.width, pixels.height]).toEqual(orientation < 5 ? stored : stored.reverse());
  });
});

it.each(['png', 'webp', 'tiff', 'avif'] as const)(
  'a %s is set upright from EXIF orientation 6',
  async (format) => {
    const image = await quarters(80, 60).withMetadata({ orientation: 6 }).toFormat(format).toBuffer();
    const pixels = await decoder.decode(image, SPEC);
    expect([pixels.width, pixels.height]).toEqual([60, 80]);
    expectColour(colourAt(pixels, 0.2, 0.2), BLUE, 30);
    expectColour(colourAt(pixels, 0.8, 0.2), RED, 30);
  },
);
