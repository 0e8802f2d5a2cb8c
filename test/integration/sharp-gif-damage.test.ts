import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { gifCondition } from '../../functions/core/formats/gif-condition.ts';
import { scene } from '../fixtures/pictures.ts';
import { expectFault } from '../fixtures/pixel-checks.ts';

const SPEC = { size: 32, resize: 'bicubic' } as const;
const decoder = sharpPixelDecoder();

const picture = scene(160, 120);
const gif = await picture.clone().gif().toBuffer();
const GIFS: Record<string, Buffer> = {
  'a GIF': gif,
  'one of two colours': await picture.clone().gif({ colours: 2 }).toBuffer(),
  'one in turns of rows': await picture.clone().gif({ progressive: true }).toBuffer(),
  'one without its trailer': gif.subarray(0, -1),
};

/** 2 x 2 pixels of a palette of four colours, in codes of three bits: clear, the pixels, the end. */
function smallGif(...codes: readonly number[]): Buffer {
  const bits = codes.map((code) => code.toString(2).padStart(3, '0')).reverse();
  const data = BigInt(`0b${bits.join('')}`);
  const block = Array.from({ length: Math.ceil((3 * codes.length) / 8) }, (_, index) =>
    Number((data >> BigInt(8 * index)) & 255n),
  );
  const screen = [...Buffer.from('GIF89a'), 2, 0, 2, 0, 0x81, 0, 0, ...Array.from({ length: 12 }, () => 128)];
  const frame = [0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2];
  return Buffer.from([...screen, ...frame, block.length, ...block, 0, 0x3b]);
}
const [CLEAR, END] = [4, 5];

describe('the codes of a GIF', () => {
  it.each(Object.entries(GIFS))('%s is whole', async (_, bytes) => {
    expect(await gifCondition(bytes)).toBe('whole');
    expect((await decoder.decode(bytes, SPEC)).width).toBe(160);
  });

  it.each([
    ['all pixels', [CLEAR, 0, 1, 2, 3, END], 'whole'],
    ['all but the last pixel, as some write', [CLEAR, 0, 1, 2, END], 'whole'],
    ['a row less', [CLEAR, 0, 1, END], 'short'],
    ['a pixel alone', [CLEAR, 0, END], 'short'],
    ['the newest code at once', [CLEAR, 0, 6, 3, END], 'whole'],
    ['a code that is not there yet', [CLEAR, 0, 7, 3, END], 'damaged'],
    ['a code behind a clear that is no colour', [CLEAR, 6, 0, 1, END], 'damaged'],
  ])('%s', async (_, codes, condition) => expect(await gifCondition(smallGif(...codes))).toBe(condition));

  it('a lost sector fails the picture', async () => {
    const zeroed = Buffer.from(gif).fill(0, gif.length >> 1, (gif.length >> 1) + 512);
    await expectFault(decoder.decode(zeroed, SPEC), 'failed', 'corrupt');
    const odd = Buffer.concat([gif.subarray(0, gif.length >> 1), gif.subarray((gif.length >> 1) + 512)]);
    await expectFault(decoder.decode(odd, SPEC), 'failed', 'corrupt');
  });

  it('bytes of any kind have a condition', async () => {
    const changed = fc.array(fc.tuple(fc.nat(gif.length - 1), fc.nat(255)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(changed, fc.nat(gif.length), async (changes, length) => {
        const bytes = Buffer.from(gif);
        for (const [at, value] of changes) bytes[at] = value;
        expect(['whole', 'short', 'damaged', 'unknown']).toContain(
          await gifCondition(bytes.subarray(0, length)),
        );
      }),
    );
  });
});
