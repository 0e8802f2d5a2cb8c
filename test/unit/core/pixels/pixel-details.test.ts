import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { pixelDetails } from '../../../../functions/core/pixels/pixel-details.ts';
import { drawn, noisyScene, type Rgb, scene } from '../../../fixtures/pictures.ts';

const SIZE = 224;

async function detailsOf(picture: Sharp, size = SIZE) {
  const png = await picture.png().toBuffer();
  return pixelDetails({ size, data: await sharp(png).resize(size, size).raw().toBuffer() });
}

const even = (colour: Rgb) => drawn(40, 40, () => colour);

function distance(one: string, other: string): number {
  const bits = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  return [...bits.toString(2)].filter((bit) => bit === '1').length;
}

describe('difference hash', () => {
  it('has a bit for each part that is darker than its right neighbour, row by row from the top left', () => {
    // Nine stripes, each as wide as a part: the second half of the rows is turned around.
    const stripes = [10, 20, 15, 15, 90, 80, 70, 200, 201];
    const data = new Uint8Array(72 * 72 * 3);
    for (let pixel = 0; pixel < 72 * 72; pixel++) {
      const column = Math.floor((pixel % 72) / 8);
      const stripe = pixel < 36 * 72 ? column : 8 - column;
      data.fill(stripes[stripe] ?? 0, pixel * 3, pixel * 3 + 3);
    }
    const upper = Number('0b10010011').toString(16);
    const lower = Number('0b00110010').toString(16);
    expect(pixelDetails({ size: 72, data }).differenceHash).toBe(upper.repeat(4) + lower.repeat(4));
  });

  it.each([1, 7, 9, 64, 223, 256])(
    'of one colour is 0 at %d pixels, where parts are no whole pixels',
    async (size) => {
      for (const colour of [
        [1, 2, 3],
        [128, 128, 128],
        [255, 254, 1],
      ] as const) {
        expect((await detailsOf(even(colour), size)).differenceHash).toBe('0'.repeat(16));
      }
    },
  );

  it('hardly changes when a picture is stored anew, smaller or lighter, and is far from that of its mirror image', async () => {
    const { differenceHash: hash } = await detailsOf(noisyScene(480, 480));
    const photo = sharp(await noisyScene(480, 480).png().toBuffer());
    const copies = [
      sharp(await photo.clone().jpeg({ quality: 40 }).toBuffer()),
      photo.clone().resize(120, 120),
      photo.clone().linear(1.1, 6),
    ];
    for (const copy of copies) expect(distance((await detailsOf(copy)).differenceHash, hash)).toBeLessThan(6);
    expect(distance((await detailsOf(photo.clone().flop())).differenceHash, hash)).toBeGreaterThan(12);
    expect(distance((await detailsOf(noisyScene(480, 480), 256)).differenceHash, hash)).toBeLessThan(4);
  });
});

describe('sharpness', () => {
  it('falls with blur and is 0 of one colour', async () => {
    const photo = sharp(await scene(480, 480).png().toBuffer());
    const blurred = await Promise.all(
      [0, 2, 6].map((sigma) => detailsOf(sigma ? photo.clone().blur(sigma) : photo.clone())),
    );
    const [sharpest = 0, blurry = 0, blurriest = 0] = blurred.map(({ sharpness }) => sharpness);
    expect(sharpest).toBeGreaterThan(blurry * 1.5);
    expect(blurry).toBeGreaterThan(blurriest * 1.5);
    expect((await detailsOf(even([9, 9, 9]))).sharpness).toBe(0);
  });

  it('is the variance of the Laplacian, with three digits', () => {
    // One white pixel amid black: 4 × 255 at it, -255 at its four neighbours, of 9 that have all neighbours.
    const data = new Uint8Array(25 * 3);
    data.fill(255, 36, 39);
    const variance = ((4 * 255) ** 2 + 4 * 255 ** 2) / 9;
    expect(pixelDetails({ size: 5, data }).sharpness).toBe(Number(variance.toPrecision(3)));
    expect(pixelDetails({ size: 2, data: data.subarray(0, 12) }).sharpness).toBe(0);
  });
});

describe('mean colour', () => {
  it('is written as the web has it', async () => {
    expect((await detailsOf(even([1, 171, 255]))).colour).toBe('#01abff');
  });

  it('is the mean of all pixels', async () => {
    const halves = drawn(SIZE, SIZE, (x) => (x < SIZE / 2 ? [255, 0, 0] : [0, 0, 255]));
    expect((await detailsOf(halves)).colour).toBe('#800080');
  });
});
