import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { errorPictures } from '../../functions/cli/commands/evaluate/error-pictures.ts';
import type { JudgedPicture } from '../../functions/cli/commands/evaluate/judged-pictures.ts';
import { ImageFault } from '../../functions/core/errors.ts';

const SIDE = 240;

/** A picture that compresses badly, or one that compresses well. */
function png(data: Buffer, side = SIDE): Promise<Buffer> {
  return sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}

function wrong(bytes: Uint8Array, label: string, score = 0.5): JudgedPicture {
  const right = new Set([label]);
  const picture = { name: `${label}.png`, labels: [label], read: async () => bytes };
  return { picture, label, right, best: [{ label: 'other', score }] };
}

const labels = (count: number) => Array.from({ length: count }, (_, i) => `label ${i}`);

describe('errorPictures', () => {
  test('takes at most 4 pictures of a confusion, the surest mistakes, and counts all', async () => {
    const bytes = await png(Buffer.alloc(SIDE * SIDE * 3, 77));
    const judged = [0.1, 0.9, 0.3, 0.8, 0.2, 0.7].map((score) => wrong(bytes, 'cat', score));
    const [[pair] = []] = await errorPictures([judged]);
    expect(pair).toMatchObject({ label: 'cat', predicted: 'other', count: 6 });
    const scores = pair?.pictures.map((picture) => picture.judged.best[0]?.score);
    expect(scores).toEqual([0.9, 0.8, 0.7, 0.3]);
    expect(pair?.pictures[0]?.dataUri).toMatch(/^data:image\/webp;base64,[\w+/]+=*$/);
  });

  test('takes at most 200 pictures for a page, whatever the number of its results', async () => {
    const bytes = await png(Buffer.alloc(8 * 8 * 3, 77), 8);
    const judged = labels(150).map((label) => wrong(bytes, label));
    const counts = async (results: JudgedPicture[][]) =>
      (await errorPictures(results)).map((pairs) => pairs.flatMap(({ pictures }) => pictures).length);
    expect(await counts([[...judged, ...judged]])).toEqual([200]);
    expect(await counts([judged, judged])).toEqual([100, 100]);
  });

  test('takes fewer where they are large: their page stays below 5 MB', async () => {
    const bytes = await png(randomBytes(SIDE * SIDE * 3));
    const [pairs = []] = await errorPictures([labels(200).map((label) => wrong(bytes, label))]);
    const shown = pairs.flatMap(({ pictures }) => pictures);
    const length = shown.reduce((sum, { dataUri }) => sum + dataUri.length, 0);
    expect(shown.length).toBeLessThan(200);
    expect(length).toBeGreaterThan(3_000_000);
    expect(length).toBeLessThan(4_100_000);
  });

  test('leaves out pictures that have gone since', async () => {
    const gone = wrong(Buffer.alloc(0), 'cat');
    const read = () => Promise.reject(new ImageFault('failed', 'not-readable', 'gone'));
    expect(await errorPictures([[{ ...gone, picture: { ...gone.picture, read } }]])).toEqual([[]]);
  });
});
