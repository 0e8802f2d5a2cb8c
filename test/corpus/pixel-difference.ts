import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';

/** A busy machine is no fault of a picture. */
const decoder = sharpPixelDecoder({ timeoutSeconds: 120 });

/**
 * How far Cliptag's pixels of a picture are from the reference's, of 255, on the average of all values. Infinity for one
 * that is not decoded a second time, though it was the first.
 *
 * @param png the reference's, a square of the encoder's side
 */
export async function pixelDifference(path: string, png: string, side: number): Promise<number> {
  const spec = { size: side, resize: 'bicubic' } as const;
  const pixels = await decoder.decode(await readFile(path), spec).catch(() => undefined);
  if (!pixels) return Infinity;
  const { data } = pixels;
  const expected = await sharp(png).removeAlpha().raw().toBuffer();
  return data.reduce((sum, value, index) => sum + Math.abs(value - (expected[index] ?? 0)), 0) / data.length;
}
