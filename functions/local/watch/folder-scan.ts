import type { Dirent } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isImageName, systemFile, systemFolder } from '../../adapters/files/picture-names.ts';
import type { FolderIdentity } from './vanished-folders.ts';

export interface ScannedFile {
  readonly sizeBytes: number;
  readonly modifiedMilliseconds: number;
}

export interface FolderScan {
  /** Pictures by their paths below the folder, with `/` between names. */
  readonly files: ReadonlyMap<string, ScannedFile>;
  /** Folders with pictures or without, the folder itself (`''`) first. */
  readonly folders: ReadonlyMap<string, FolderIdentity>;
  /** Those that could not be read, or of whose files nothing is told: what is missing in them may be there. */
  readonly unreadable: readonly string[];
  /** Pictures and folders whose names are no UTF-8, as far as they can be said: Node finds no file by such a text. */
  readonly unnameable: readonly string[];
}

/** Whether a folder of this name is entered: hidden ones and those of systems are not. */
export function isEntered(name: string): boolean {
  return !name.startsWith('.') && systemFolder(name) === undefined;
}

/** Whether a file of this name is taken for a picture: hidden ones, notes of systems, and what is still downloaded are not. */
export function isPictureName(name: string): boolean {
  return !/^[.~]/.test(name) && systemFile(name) === undefined && isImageName(name);
}

/** Whether a path is in a folder, at any depth. */
export function isIn(folder: string, path: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

/** Whether all names of a path may be of a picture. */
export function isPicturePath(path: string): boolean {
  const names = path.split('/');
  return names.slice(0, -1).every(isEntered) && isPictureName(names.at(-1) ?? '');
}

export interface ScanOptions {
  /** Whether a folder is not entered, by its absolute path, such as that of the pipeline's own data. */
  readonly isLeftOut: (path: string) => boolean;
  /** Told of each folder before it is read. */
  readonly onFolder: (folder: string) => void;
  /** @default as the file system says */
  readonly identityOf?: ((path: string) => Promise<FolderIdentity>) | undefined;
}

/**
 * The pictures in a folder, at any depth. Links are not followed, to files as little as to folders: what is outside of the folder is
 * none of its pictures.
 *
 * @throws the file system's error, where the folder itself cannot be read
 */
export async function scanFolder(
  root: string,
  { isLeftOut, onFolder, identityOf = folderIdentity }: ScanOptions,
): Promise<FolderScan> {
  const files = new Map<string, ScannedFile>();
  const folders = new Map<string, FolderIdentity>();
  const unreadable = new Set<string>();
  const unnameable: string[] = [];
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    onFolder(folder);
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (folder === '') throw error;
      if (codeOf(error) !== 'ENOENT') unreadable.add(folder);
      return [] as Dirent[];
    });
    const identity = await identityOf(join(root, folder)).catch(() => undefined);
    if (identity) folders.set(folder, identity);
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.name.includes(REPLACED) && !(await isThere(join(root, path)))) {
        if (entry.isDirectory() ? isEntered(entry.name) : isPictureName(entry.name)) unnameable.push(path);
        continue;
      }
      if (entry.isDirectory() && isEntered(entry.name) && !isLeftOut(join(root, path))) waiting.push(path);
      if (!entry.isFile() || !isPictureName(entry.name)) continue;
      const file = await fileAt(join(root, path)).catch(() => 'unknown' as const);
      if (file === 'unknown') unreadable.add(folder);
      else if (file) files.set(path, file);
    }
  }
  return { files, folders, unreadable: [...unreadable], unnameable };
}

/** What stands for bytes that are no UTF-8. */
const REPLACED = '\ufffd';

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/**
 * The file of a path; undefined where there is none, or something else than a file.
 *
 * @throws the file system's error, where nothing can be said
 */
export async function fileAt(path: string): Promise<ScannedFile | undefined> {
  const entry = await lstat(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw error;
  });
  return entry?.isFile() ? { sizeBytes: entry.size, modifiedMilliseconds: entry.mtimeMs } : undefined;
}

/** @throws the file system's error */
export async function folderIdentity(path: string): Promise<FolderIdentity> {
  const { dev, ino } = await stat(path);
  return { device: dev, inode: ino };
}

export function isSame(one: ScannedFile | undefined, other: ScannedFile | undefined): boolean {
  return one?.sizeBytes === other?.sizeBytes && one?.modifiedMilliseconds === other?.modifiedMilliseconds;
}

/** Whether there is a folder, and no link to one. */
export async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
