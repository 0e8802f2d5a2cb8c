import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { printable } from '../../core/printable.ts';
import { UsageError } from '../../terminal/exit-code.ts';

/** Extensions of pictures, those of unsupported formats too, so that none is passed over in silence. */
const IMAGE_EXTENSIONS = new Set(
  (
    '.jpg .jpeg .jpe .jfif .png .apng .webp .avif .gif .tif .tiff .svg .svgz ' +
    '.heic .heif .bmp .jxl .jp2 .psd .dng .cr2 .cr3 .nef .arw .raf .orf .rw2'
  ).split(' '),
);

/**
 * The files to read: those that the user names, whatever they are called, and the images in the folders, at any depth,
 * by name. Hidden files and folders are left out, and linked folders are not entered (a link may lead in a circle).
 *
 * @throws {UsageError} naming every path that is missing or is neither file nor folder, and every unreadable folder
 */
export async function imagePathsIn(named: readonly string[]): Promise<readonly string[]> {
  const faults: string[] = [];
  const paths: string[] = [];
  for (const path of named) {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      faults.push(error.code === 'ENOENT' ? `no such file or folder: ${path}` : cannotRead(path, error));
    });
    if (found?.isDirectory()) await collectImages(path, paths, faults);
    else if (found?.isFile()) paths.push(path);
    else if (found) faults.push(`neither a file nor a folder: ${path}`);
  }
  if (faults.length > 0) throw new UsageError(faults);
  return paths;
}

/** What to say of folders in which {@link imagePathsIn} found nothing. */
export function noImagesIn(folders: readonly string[]): string {
  return `there are no images in ${printable(folders.join(', '))}`;
}

async function collectImages(folder: string, paths: string[], faults: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    faults.push(cannotRead(folder, error));
    return [];
  });
  const visible = entries.filter(({ name }) => !name.startsWith('.'));
  for (const entry of visible.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder.endsWith(sep) ? folder + entry.name : folder + sep + entry.name;
    if (entry.isDirectory()) await collectImages(path, paths, faults);
    else if (isImageName(entry.name) && (await isFile(entry, folder))) paths.push(path);
  }
}

export function isImageName(name: string): boolean {
  return IMAGE_EXTENSIONS.has(extname(name).toLowerCase());
}

/** A link that leads nowhere counts as a file: it then fails, with its reason, instead of being passed over. */
async function isFile(entry: Dirent, folder: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile();
  const target = await stat(join(folder, entry.name)).catch(() => undefined);
  return target === undefined || target.isFile();
}

function cannotRead(path: string, { code, message }: NodeJS.ErrnoException): string {
  return `cannot read ${path} (${code ?? message})`;
}
