import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { type FilePath, filePath, pathIn, pathName } from '../../adapters/files/file-path.ts';
import { isImageName, systemFile, systemFolder } from '../../adapters/files/picture-names.ts';
import { printable } from '../../core/printable.ts';
import { UsageError } from '../../terminal/exit-code.ts';
import { count, countFile, type LeftOut, nothingLeftOut } from './left-out.ts';
import { namedPaths } from './named-paths.ts';

/** A file to read, or a folder that should have held some. */
export interface ImagePath {
  readonly path: FilePath;
  /** Why the folder cannot be read. */
  readonly unreadable?: string;
  /** Those of a picture that lies in no file. */
  readonly bytes?: Uint8Array;
}

export interface ImagePaths {
  readonly paths: readonly ImagePath[];
  readonly leftOut: LeftOut;
}

/**
 * The files to read: those that the user names, whatever they are called, and the images in the folders, at any depth,
 * by name. Hidden files and folders are left out, and so are those that a system has put there for itself; linked folders
 * are not entered (a link may lead in a circle). A folder that cannot be read stands in the place of its images.
 *
 * @throws {UsageError} naming every path that is missing or is neither file nor folder
 */
export async function imagePathsIn(named: readonly string[]): Promise<ImagePaths> {
  const faults: string[] = [];
  const found: Found = { paths: [], leftOut: nothingLeftOut() };
  for (const path of await namedPaths(named)) {
    const entry = await stat(path).catch((error: NodeJS.ErrnoException) => {
      faults.push(
        error.code === 'ENOENT' ? `no such file or folder: ${pathName(path)}` : cannotRead(path, error),
      );
    });
    if (entry?.isDirectory()) await collectImages(path, found);
    else if (entry?.isFile()) found.paths.push({ path });
    else if (entry) faults.push(`neither a file nor a folder: ${pathName(path)}`);
  }
  if (faults.length > 0) throw new UsageError(faults);
  return found;
}

/** The images of a list: as {@link imagePathsIn} finds them, but what is missing is a broken image, and stops no other. */
export async function listedImagePaths(listed: readonly FilePath[]): Promise<ImagePaths> {
  const found: Found = { paths: [], leftOut: nothingLeftOut() };
  for (const path of listed) {
    const entry = await stat(path).catch(() => undefined);
    if (entry?.isDirectory()) await collectImages(path, found);
    else found.paths.push({ path });
  }
  return found;
}

/** The images in a folder, as {@link imagePathsIn} finds them. */
export async function imagePathsUnder(folder: FilePath): Promise<ImagePaths> {
  const found: Found = { paths: [], leftOut: nothingLeftOut() };
  await collectImages(folder, found);
  return found;
}

/** What to say of folders in which {@link imagePathsIn} found nothing. */
export function noImagesIn(folders: readonly string[]): string {
  const names = folders.map((folder) => (folder === '-' ? 'standard input' : folder));
  return `there are no images in ${printable(names.join(', '))}`;
}

type Found = ImagePaths & { readonly paths: ImagePath[] };

async function collectImages(folder: FilePath, found: Found): Promise<void> {
  const entries = await readdir(folder, { encoding: 'buffer', withFileTypes: true }).catch(
    ({ code, message }: NodeJS.ErrnoException) => {
      found.paths.push({ path: folder, unreadable: code ?? message });
      return [];
    },
  );
  for (const entry of entries.sort((a, b) => a.name.compare(b.name)))
    await collectEntry(folder, entry, found);
}

async function collectEntry(folder: FilePath, entry: Dirent<Buffer>, found: Found): Promise<void> {
  const name = entry.name.toString();
  const own = entry.isDirectory() ? systemFolder(name) : systemFile(name);
  const path = pathIn(folder, filePath(entry.name));
  if (own !== undefined) return count(found.leftOut.system, own);
  if (name.startsWith('.'))
    return entry.isFile() && isImageName(name) ? count(found.leftOut.files, 'hidden') : undefined;
  if (entry.isDirectory()) return collectImages(path, found);
  const other = await otherThanFile(entry, path);
  if (other !== undefined) count(found.leftOut.files, other);
  else if (isImageName(name)) found.paths.push({ path });
  else countFile(found.leftOut, name);
}

/** What it is instead of a file. A link that leads nowhere counts as a file: it then fails, with its reason. */
async function otherThanFile(entry: Dirent<Buffer>, path: FilePath): Promise<string | undefined> {
  const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  if (target === undefined || target.isFile()) return undefined;
  return target.isDirectory() ? 'links to folders' : 'pipes, sockets and devices';
}

function cannotRead(path: FilePath, { code, message }: NodeJS.ErrnoException): string {
  return `cannot read ${pathName(path)} (${code ?? message})`;
}
