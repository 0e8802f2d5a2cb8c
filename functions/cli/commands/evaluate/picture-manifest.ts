import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { imageBytes } from '../../images/image-results.ts';
import { manifestLines } from './manifest-lines.ts';
import type { PictureSet } from './picture-set.ts';

const line = z.object({ path: z.string().min(1), labels: z.array(z.string().trim().min(1)).min(1) });

/**
 * The pictures of a manifest: a JSON line `{"path": "a/1.jpg", "labels": ["husky", "snow"]}` for each, with paths
 * relative to the manifest. A picture is counted under its first label; the others are true of it as well.
 *
 * @throws {InvalidInput} naming the faulty lines
 */
export function pictureManifest(path: string, text: string): PictureSet {
  const form = '{"path": "photo.jpg", "labels": ["dog"]}';
  const pictures = manifestLines(text, line, { path, form });
  const labels = new Set(pictures.flatMap((picture) => picture.labels));
  return {
    labels: [...labels].map((label) => ({ label, word: label, isCandidate: true })),
    pictures: pictures.map((picture) => {
      const file = resolve(dirname(path), picture.path);
      return { name: picture.path, labels: picture.labels, read: () => imageBytes(file) };
    }),
    remarks: [],
    close: async () => {},
  };
}
