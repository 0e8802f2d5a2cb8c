import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { type FilePath, filePath, folderOf, pathIn, pathName } from '../../adapters/files/file-path.ts';
import { imageBytes } from '../images/image-results.ts';
import { manifestLines } from './manifest-lines.ts';
import type { PictureSet } from './picture-set.ts';

const SLASH = 0x2f;

const line = z.object({
  path: z.string().min(1),
  /** A path that is no UTF-8, in base64, as `cliptag tag --json` prints it; it goes before `path`. */
  pathBytes: z.base64().min(1).optional(),
  labels: z.array(z.string().trim().min(1)).min(1),
});

/**
 * The pictures of a manifest: a JSON line `{"path": "a/1.jpg", "labels": ["husky", "snow"]}` for each, with paths
 * relative to the manifest. A picture is counted under its first label; the others are true of it as well.
 *
 * @throws {InvalidInput} naming the faulty lines
 */
export function pictureManifest(path: FilePath, text: string): PictureSet {
  const form = '{"path": "photo.jpg", "labels": ["dog"]}';
  const pictures = manifestLines(text, line, { path: pathName(path), form });
  const labels = new Set(pictures.flatMap((picture) => picture.labels));
  return {
    labels: [...labels].map((label) => ({ label, word: label, isCandidate: true })),
    pictures: pictures.map((picture) => {
      const given = picture.pathBytes ? filePath(Buffer.from(picture.pathBytes, 'base64')) : picture.path;
      const file = besideManifest(path, given);
      return { name: pathName(given), labels: picture.labels, read: () => imageBytes(file) };
    }),
    remarks: [],
    close: async () => {},
  };
}

/** Not made absolute: of a working directory whose name is no UTF-8, Node has a name that leads nowhere. */
function besideManifest(manifest: FilePath, path: FilePath): FilePath {
  const isWhole = typeof path === 'string' ? isAbsolute(path) : path[0] === SLASH;
  return isWhole ? path : pathIn(folderOf(manifest), path);
}
