import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { SAMPLE_FOLDER } from '../../../functions/local/samples.ts';

/** Photographs of the sizes that cameras make; `odd`: sides that nothing divides which a JPEG is reduced by. */
export const PICTURES = {
  '2 MP': { width: 1632, height: 1224 },
  '2 MP odd': { width: 1631, height: 1223 },
  '12 MP': { width: 4032, height: 3024 },
  '12 MP odd': { width: 4031, height: 3023 },
} as const;

export type PictureName = keyof typeof PICTURES;

/**
 * Writes the pictures into a folder; those that are there are kept. A sample photograph is enlarged, and noise takes the
 * place of the detail that enlarging cannot invent: JPEG files of about 3 bits a pixel, as cameras write them.
 */
export async function writePictures(folder: string): Promise<Readonly<Record<PictureName, string>>> {
  await mkdir(folder, { recursive: true });
  const paths = Object.keys(PICTURES).map((name) => [name, join(folder, `${name.replace(/ /g, '-')}.jpg`)]);
  for (const [name, path] of paths as [PictureName, string][]) {
    if ((await stat(path).catch(() => undefined)) === undefined) await writePicture(path, PICTURES[name]);
  }
  return Object.fromEntries(paths) as Record<PictureName, string>;
}

async function writePicture(path: string, { width, height }: { width: number; height: number }) {
  const noise = await sharp({
    create: {
      width,
      height,
      channels: 3,
      background: 'grey',
      noise: { type: 'gaussian', mean: 128, sigma: 36 },
    },
  })
    .png({ compressionLevel: 0 })
    .toBuffer();
  await sharp(join(SAMPLE_FOLDER, 'china.jpg'))
    .resize(width, height, { kernel: 'lanczos3' })
    .composite([{ input: noise, blend: 'soft-light' }])
    .jpeg({ quality: 90 })
    .toFile(path);
}
