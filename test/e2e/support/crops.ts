import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { repository } from '../support.ts';

const SAMPLES = join(repository, 'functions/local/samples');

/**
 * Parts of a sample photograph, some mirrored: pictures that show the same thing, and none of them twice.
 *
 * @param from the number of the first one
 */
export async function crops(sample: string, count: number, from = 0): Promise<readonly Buffer[]> {
  const path = join(SAMPLES, sample);
  const { width = 0, height = 0 } = await sharp(path).metadata();
  return Promise.all(
    Array.from({ length: count }, (_, i) => {
      const number = from + i;
      const [across, down] = [0.6 + 0.04 * (number % 8), 0.6 + 0.04 * ((number * 3) % 8)];
      const size = { width: Math.round(width * across), height: Math.round(height * down) };
      const left = Math.round(((width - size.width) * (number % 3)) / 2);
      const top = Math.round((height - size.height) * (number % 2));
      return sharp(path)
        .extract({ left, top, ...size })
        .flop(number % 2 === 1)
        .resize(192, 192, { fit: 'inside' })
        .jpeg()
        .toBuffer();
    }),
  );
}

/** {@link crops} as files of a folder; gives their paths. */
export async function cropFiles(
  folder: string,
  sample: string,
  count: number,
  from = 0,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const pictures = await crops(sample, count, from);
  return Promise.all(
    pictures.map(async (picture, i) => {
      const path = join(folder, `${from + i}.jpg`);
      await writeFile(path, picture);
      return path;
    }),
  );
}
