import { describe, expect, it } from 'vitest';
import { tiffColours } from '../../../../../functions/core/formats/tiff/tiff-colours.ts';
import type { TiffChannels } from '../../../../../functions/core/formats/tiff/tiff-reading.ts';

const PLAIN: TiffChannels = {
  colours: 'rgb',
  extraSamples: 0,
  alphaIsGuessed: false,
  ycbcr: { red: 0.299, green: 0.587, blue: 0.114, reference: [0, 255, 128, 255, 128, 255] },
};

async function coloursOf(
  pixels: readonly (readonly number[])[],
  reading: Partial<TiffChannels>,
): Promise<number[]> {
  const channels = pixels[0]?.length ?? 0;
  const samples = { data: Uint8Array.from(pixels.flat()), channels, width: pixels.length, height: 1 };
  return [...(await tiffColours(samples, { ...PLAIN, ...reading })).data];
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  for (const [index, value] of actual.entries()) {
    expect(Math.abs(value - (expected[index] ?? -99)), `${actual} is not ${expected}`).toBeLessThanOrEqual(
      tolerance,
    );
  }
}

describe('colours of a TIFF', () => {
  // sRGB's primaries, white and black in JPEG's YCbCr (ITU-T T.871).
  it('come from YCbCr', async () => {
    const samples = [
      [76, 85, 255],
      [150, 44, 21],
      [29, 255, 107],
      [255, 128, 128],
      [0, 128, 128],
    ];
    const expected = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0];
    expectNear(await coloursOf(samples, { colours: 'ycbcr' }), expected, 2);
  });

  // The same in L*a*b* relative to D50 (http://www.brucelindbloom.com, "CIE Color Calculator"), a* and b* as signed bytes.
  const LAB = [
    [138, 81, 70],
    [224, 256 - 79, 81],
    [75, 68, 256 - 112],
    [255, 0, 0],
    [0, 0, 0],
  ];
  const LAB_RGB = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0];

  it('come from L*a*b*', async () => {
    expectNear(await coloursOf(LAB, { colours: 'lab' }), LAB_RGB, 12);
  });

  it('come from L*a*b* of ICC, whose zero is 128', async () => {
    const samples = LAB.map(([l = 0, a = 0, b = 0]) => [l, (a + 128) % 256, (b + 128) % 256]);
    expect(await coloursOf(samples, { colours: 'icc-lab' })).toEqual(
      await coloursOf(LAB, { colours: 'lab' }),
    );
  });

  it('leave out what is no colour', async () => {
    expect(await coloursOf([[1, 2, 3, 0, 99]], { extraSamples: 2 })).toEqual([1, 2, 3]);
  });

  it('are laid over white by the sample that is alpha', async () => {
    expect(await coloursOf([[200, 0, 100, 7, 51]], { extraSamples: 2, alpha: 1 })).toEqual([244, 204, 224]);
  });

  it('take a sample of no name for alpha, unless it would hide everything', async () => {
    const guessed = { extraSamples: 1, alpha: 0, alphaIsGuessed: true };
    expect(
      await coloursOf(
        [
          [1, 2, 3, 0],
          [1, 2, 3, 255],
        ],
        guessed,
      ),
    ).toEqual([255, 255, 255, 1, 2, 3]);
    expect(
      await coloursOf(
        [
          [1, 2, 3, 0],
          [4, 5, 6, 0],
        ],
        guessed,
      ),
    ).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
