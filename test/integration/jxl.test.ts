import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { colourAt, expectColour, expectFault } from '../fixtures/pixel-checks.ts';
import { expectCat } from '../fixtures/small-cat.ts';

const decoder = sharpPixelDecoder();
const fixture = (name: string) => readFile(new URL(`../fixtures/jxl/${name}.jxl`, import.meta.url));
const decode = (bytes: Uint8Array) => decoder.decode(bytes, { size: 64, resize: 'bicubic' });

describe.concurrent('a JPEG XL', () => {
  it.each(['cat', 'cat-container'])('is the picture that was coded: %s', async (name) => {
    const pixels = await decode(await fixture(name));
    expect(pixels).toMatchObject({ width: 192, height: 128, format: 'jxl' });
    await expectCat(pixels, 6);
  });

  it('is laid over white where it is transparent', async () => {
    const pixels = await decode(await fixture('cat-left-half'));
    expectColour(colourAt(pixels, 0.9, 0.5), [255, 255, 255], 1);
    expect(Math.min(...colourAt(pixels, 0.3, 0.9))).toBeLessThan(200);
  });

  it('may have 16 bit', async () =>
    expectColour(colourAt(await decode(await fixture('red-16-bit')), 0.5, 0.5), [220, 30, 30], 1));

  it.each(['cat', 'cat-container'])('is found to be cut, and to be damaged: %s', async (name) => {
    const whole = await fixture(name);
    await expectFault(decode(whole.subarray(0, whole.length - 1)), 'failed', 'truncated');
    await expectFault(decode(Buffer.from(whole).fill(0, 1_500, 1_800)), 'failed', 'corrupt');
  });

  it('is refused by its header when it is too large to be decoded', async () => {
    const huge = Buffer.from(await fixture('cat'));
    // A square of 2^18 pixels a side.
    huge.writeUInt32LE((0b10 << 1) | ((2 ** 18 - 1) << 3) | (1 << 21), 2);
    await expectFault(decode(huge), 'failed', 'too-many-pixels');
  });
});
