import { readFile, stat } from 'node:fs/promises';
import { UsageError } from '../../../terminal/exit-code.ts';
import { labelledFolder } from './labelled-folder.ts';
import { packedPhotoSet } from './packed-photo-set.ts';
import { pictureManifest } from './picture-manifest.ts';
import type { PictureSet, SplitChoice } from './picture-set.ts';

/**
 * The labelled pictures of a folder `FOLDER/LABEL/…`, of a manifest of JSON lines `{"path", "labels"}`, or of a packed
 * photo set's manifest.
 *
 * @throws {UsageError} when there is nothing at the path, or no pictures of that split
 * @throws {InvalidInput} naming the faulty lines of a manifest
 */
export async function openPictureSet(path: string, choice: SplitChoice = {}): Promise<PictureSet> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError([`no such file or folder: ${path}`]);
  if (!found.isDirectory() && !found.isFile()) {
    throw new UsageError([`neither a file nor a folder: ${path}`]);
  }
  const text = found.isFile() ? await readManifest(path) : '';
  const isPacked = text.trimStart().startsWith('[');
  if (isPacked) return packedPhotoSet(path, text, choice);
  if (choice.split !== undefined)
    throw new UsageError([`--split is for a packed photo set, but ${path} is none`]);
  return found.isDirectory() ? labelledFolder(path) : pictureManifest(path, text);
}

async function readManifest(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new UsageError([`cannot read ${path} (${code ?? message})`]);
  });
}
