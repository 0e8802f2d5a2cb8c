import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import type { ImageFault } from '../../functions/core/errors.ts';
import { jpegStart } from '../../functions/core/formats/jpeg/jpeg-start.ts';
import { resizeBicubic } from '../../functions/core/pixels/bicubic.ts';
import { pixelDetails } from '../../functions/core/pixels/pixel-details.ts';
import { centreSquare, resizedSize } from '../../functions/core/pixels/pixels.ts';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { noisyScene } from '../fixtures/pictures.ts';
import { expectFault, meanDifference } from '../fixtures/pixel-checks.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/jpeg');
const fixtures = readdirSync(FIXTURES).filter((name) => name.endsWith('.jpg'));
const decoder = sharpPixelDecoder();
const bicubicTo = (size: number) => ({ size, resize: 'bicubic' }) as const;

async function pixelsOfWhole(jpeg: Buffer, side: number): Promise<Uint8Array> {
  const { data, info } = await sharp(jpeg).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return centreSquare(resizeBicubic({ ...info, data }, resizedSize(info, side)), side);
}

describe.each([
  { what: 'an eighth', side: 8, tolerance: 2 },
  { what: 'a quarter', side: 10, tolerance: 1.5 },
  { what: 'a half', side: 20, tolerance: 1.5 },
])('a JPEG that leaves pixels over at $what', ({ side, tolerance }) => {
  it.each(fixtures)('has the pixels of the whole picture: %s', async (name) => {
    const jpeg = readFileSync(join(FIXTURES, name));
    const { data } = await decoder.decode(jpeg, bicubicTo(side));
    expect(meanDifference(data, await pixelsOfWhole(jpeg, side))).toBeLessThan(tolerance);
  });
});

/** Enlarged, and with noise for the detail that enlarging cannot invent, as in `test/bench/peers/pictures.ts`. */
async function photographOf(width: number, height: number): Promise<Buffer> {
  const grain = { type: 'gaussian', mean: 128, sigma: 36 } as const;
  const noise = sharp({ create: { width, height, channels: 3, background: 'grey', noise: grain } });
  return sharp(join(SAMPLE_FOLDER, 'china.jpg'))
    .resize(width, height, { kernel: 'lanczos3' })
    .composite([{ input: await noise.png({ compressionLevel: 0 }).toBuffer(), blend: 'soft-light' }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

describe.each([
  { what: '2 megapixels', width: 1631, height: 1223 },
  { what: '5 megapixels', width: 2689, height: 1807 },
])('a photograph of $what and odd sides', ({ width, height }) => {
  let jpeg: Buffer;
  let expected: Uint8Array;
  beforeAll(async () => {
    jpeg = await photographOf(width, height);
    expected = await pixelsOfWhole(jpeg, 224);
  });

  it('is met within 1.0 of 255', async () => {
    const { data } = await decoder.decode(jpeg, bicubicTo(224));
    const difference = meanDifference(data, expected);
    console.log(`${width} × ${height}: ${difference.toFixed(3)} of 255`);
    expect(difference).toBeLessThan(1);
  });

  it('has the details of the whole picture, and a thumbnail of its size', async () => {
    const { data, thumbnail } = await decoder.decode(jpeg, bicubicTo(224), { thumbnail: true });
    const [details, whole] = [data, expected].map((pixels) => pixelDetails({ size: 224, data: pixels }));
    expect(levelsApart(details?.colour, whole?.colour)).toBeLessThanOrEqual(1);
    expect(bitsApart(details?.differenceHash, whole?.differenceHash)).toBeLessThanOrEqual(2);
    expect(details?.sharpness).toBeGreaterThan(0.9 * (whole?.sharpness ?? 0));
    expect(details?.sharpness).toBeLessThan(1.1 * (whole?.sharpness ?? 0));
    const shown = await sharp(thumbnail && 'webp' in thumbnail ? thumbnail.webp : undefined).metadata();
    expect(shown).toMatchObject(resizedSize({ width, height }, 224));
  });
});

/** @returns the most, of red, green and blue */
function levelsApart(one = '', other = ''): number {
  const levels = (colour: string) => [...Buffer.from(colour.slice(1), 'hex')];
  return Math.max(...levels(one).map((level, channel) => Math.abs(level - (levels(other)[channel] ?? 0))));
}

function bitsApart(one = '', other = ''): number {
  const bits = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  return bits.toString(2).replaceAll('0', '').length;
}

it.each([
  [1118, 1489, 112],
  [1116, 1489, 112],
])(
  '%d × %d is reduced as planned to %d, by the height that the decoder sees',
  async (width, height, side) => {
    // With the row that is announced more, it would be five times the size in between: then sharp reduces by 4.
    const photograph = sharp(join(SAMPLE_FOLDER, 'chelsea.png')).resize(width, height, { fit: 'fill' });
    const jpeg = await photograph.removeAlpha().jpeg({ quality: 95 }).toBuffer();
    const { data } = await decoder.decode(jpeg, bicubicTo(side));
    expect(meanDifference(data, await pixelsOfWhole(jpeg, side))).toBeLessThan(0.6);
  },
);

/** Of 4:2:0, whose units have 16 rows: the last of them shows one. */
const HEIGHT = 705;

describe.each([32, 60, 160])('a large JPEG, resized to %d, whose last unit shows a single row', (side) => {
  let jpeg: Buffer;
  beforeAll(async () => {
    jpeg = await noisyScene(901, HEIGHT).jpeg({ quality: 95, chromaSubsampling: '4:2:0' }).toBuffer();
    // Smaller ones are read by other means first.
    expect(jpeg.length).toBeGreaterThan(200_000);
  });

  it('is corrupt without the data of that unit', async () => {
    const withoutLast = Buffer.concat([jpeg.subarray(0, -2000), jpeg.subarray(-2)]);
    await expectFault(decoder.decode(withoutLast, bicubicTo(side)), 'failed', 'corrupt');
  });

  it('is truncated where it ends there', async () => {
    await expectFault(decoder.decode(jpeg.subarray(0, -2000), bicubicTo(side)), 'failed', 'truncated');
  });

  it('is corrupt where it announces more rows than it has', async () => {
    const changed = Buffer.from(jpeg);
    changed.writeUInt16BE(HEIGHT + 64, jpegStart(changed)?.heightAt);
    await expectFault(decoder.decode(changed, bicubicTo(side)), 'failed', 'corrupt');
  });
});

it('of damaged files, tells the same faults as where it is decoded whole', async () => {
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
  const outcomeOf = (bytes: Uint8Array, side: number) =>
    decoder.decode(bytes, bicubicTo(side)).then(
      () => 'pixels',
      ({ code }: ImageFault) => code,
    );
  const outcomes = new Set<string>();
  for (let round = 0; round < 150; round++) {
    const jpeg = readFileSync(join(FIXTURES, fixtures[round % fixtures.length] ?? ''));
    const at = random(jpeg.length);
    if (round % 3 === 0) jpeg[random(700)] = random(256);
    const damaged = [
      jpeg,
      jpeg.subarray(0, at),
      Buffer.concat([jpeg.subarray(0, at), jpeg.subarray(at + 1 + random(200))]),
    ][round % 3];
    // Reduced by 1.7, it is decoded whole.
    const whole = await outcomeOf(damaged ?? jpeg, 64);
    for (const side of [8, 10, 20]) expect(await outcomeOf(damaged ?? jpeg, side)).toBe(whole);
    outcomes.add(whole);
  }
  expect(outcomes).toEqual(new Set(['pixels', 'truncated', 'corrupt']));
});

it('is not moved by what an encoder has left in the rows below a picture', async () => {
  const [width, height, side] = [241, 113, 8];
  const photograph = sharp(join(SAMPLE_FOLDER, 'chelsea.png')).removeAlpha().resize(width, height);
  const below = { bottom: 15, extendWith: 'background', background: 'black' } as const;
  const jpeg = await sharp(await photograph.png().toBuffer())
    .extend(below)
    .jpeg({ quality: 95 })
    .toBuffer();
  jpeg.writeUInt16BE(height, jpegStart(jpeg)?.heightAt);
  const { data } = await decoder.decode(jpeg, bicubicTo(side));
  const expected = await pixelsOfWhole(jpeg, side);
  const inner = side * (side - 1) * 3;
  expect(meanDifference(data.subarray(0, inner), expected.subarray(0, inner))).toBeLessThan(2);
});
