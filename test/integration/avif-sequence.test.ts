import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { stillAvif } from '../../functions/core/formats/heif/avif-sequence.ts';
import { quarters, RED, YELLOW } from '../fixtures/pictures.ts';
import { colourAt, expectColour, expectFault } from '../fixtures/pixel-checks.ts';

const decode = (bytes: Uint8Array) => sharpPixelDecoder().decode(bytes, { size: 32, resize: 'bicubic' });

/** As the header of an animation begins. */
async function animated(brand = 'avis'): Promise<Buffer> {
  const file = await quarters(64, 64).avif({ quality: 90 }).toBuffer();
  file.write(brand, 8, 'latin1');
  return file;
}

describe('an animated AVIF', () => {
  it.each(['avis', 'miaf', 'avio'])(
    'shows its picture, though libvips takes no file of brand %s',
    async (brand) => {
      const pixels = await decode(await animated(brand));
      expect(pixels).toMatchObject({ width: 64, height: 64, format: 'avif' });
      expectColour(colourAt(pixels, 0.2, 0.2), RED, 12);
      expectColour(colourAt(pixels, 0.8, 0.8), YELLOW, 12);
    },
  );

  it('is truncated when it is cut', async () => {
    const file = await animated();
    await expectFault(decode(file.subarray(0, file.length - 10)), 'failed', 'truncated');
  });

  it('stays as it was uploaded: another brand stands in a copy', async () => {
    const file = await animated();
    const before = Buffer.from(file);
    expect(Buffer.from(stillAvif(file)).toString('latin1', 8, 12)).toBe('avif');
    expect(file.equals(before)).toBe(true);
    expect(stillAvif(before.fill('avif', 8, 12))).toBe(before);
  });
});
