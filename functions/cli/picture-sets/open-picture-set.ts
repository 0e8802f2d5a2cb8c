import { stat } from 'node:fs/promises';
import { type FilePath, pathName } from '../../adapters/files/file-path.ts';
import { readUtf8 } from '../../adapters/files/utf8-text.ts';
import { UsageError } from '../../terminal/exit-code.ts';
import { namedPaths } from '../images/named-paths.ts';
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
export async function openPictureSet(source: string, choice: SplitChoice = {}): Promise<PictureSet> {
  const [path = source] = await namedPaths([source]);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError([`no such file or folder: ${pathName(path)}`]);
  if (!found.isDirectory() && !found.isFile()) {
    throw new UsageError([`neither a file nor a folder: ${pathName(path)}`]);
  }
  const text = found.isFile() ? await readManifest(path) : '';
  const isPacked = text.trimStart().startsWith('[');
  if (isPacked) return packedPhotoSet(source, text, choice);
  if (choice.split !== undefined)
    throw new UsageError([`--split is for a packed photo set, but ${pathName(path)} is none`]);
  return found.isDirectory() ? labelledFolder(path) : pictureManifest(path, text);
}

function readManifest(path: FilePath): Promise<string> {
  return readUtf8(
    path,
    ({ code, message }) => new UsageError([`cannot read ${pathName(path)} (${code ?? message})`]),
  );
}
