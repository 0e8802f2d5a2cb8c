import { expect, it } from 'vitest';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { ImageFault } from '../../functions/core/errors.ts';
import { plainDng, previewJpeg, RAW_FILES } from '../fixtures/camera-raw.ts';
import { everyFormat } from '../fixtures/pictures.ts';

const SPEC = { size: 32, resize: 'bicubic' } as const;
const CASES_PER_VARIANT = 20;
const decoder = sharpPixelDecoder();

/** Numerical Recipes' linear congruential generator: the same cases on every machine. */
function* randomIntegers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

/** One to eight bytes changed, half of the time among the first 64: that is where the decisions are. */
function damaged(bytes: Uint8Array, random: Generator<number, never>): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const changes = 1 + (random.next().value % 8);
  for (let change = 0; change < changes; change++) {
    const range = random.next().value % 2 === 0 ? Math.min(64, copy.length) : copy.length;
    copy[random.next().value % range] = random.next().value % 256;
  }
  return copy;
}

const VARIANTS = {
  ...(await everyFormat()),
  'camera RAW': { bytes: RAW_FILES.nef.build({ jpeg: await previewJpeg(), orientation: 6 }) },
  'DNG with a preview of plain pixels': { bytes: await plainDng(6) },
};

it.each(Object.entries(VARIANTS))(
  'a damaged %s gives pixels or an image fault, nothing else',
  async (_, { bytes }) => {
    const random = randomIntegers(bytes.length);
    for (let round = 0; round < CASES_PER_VARIANT; round++) {
      const outcome = await decoder.decode(damaged(bytes, random), SPEC).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ImageFault);
      else expect(outcome).toMatchObject({ size: 32, data: { length: 32 * 32 * 3 } });
    }
  },
);
