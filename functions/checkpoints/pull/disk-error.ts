import { statfs } from 'node:fs/promises';
import { CliptagError } from '../../core/errors.ts';

/** Codes of errno(3): no room, and whatever else can be wrong with a place. */
const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const OTHERS = ['EACCES', 'EPERM', 'EROFS', 'EIO', 'EISDIR', 'ENOTDIR', 'ENOENT', 'EEXIST'];

export function isDiskError(error: unknown): boolean {
  return [...FULL, ...OTHERS].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** The error for a failed write. */
export function diskError(error: unknown, path: string): CliptagError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return FULL.includes(code)
    ? new CliptagError('disk-full', `Expected room for ${path} but received ${code}: ${MAKE_ROOM}`, {
        cause: error,
      })
    : new CliptagError(
        'not-writable',
        `Expected to write ${path} but received ${code || message}: choose another folder (--out FOLDER)`,
        { cause: error },
      );
}

const MAKE_ROOM =
  'make room, or choose a folder on another disk (--out FOLDER), then run it again: it goes on where it ended';

/** Free bytes on the disk of a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** @throws {CliptagError} `disk-full` when there is too little room */
export function requireRoom(neededBytes: number, availableBytes: number, folder: string): void {
  if (neededBytes <= availableBytes) return;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  throw new CliptagError(
    'disk-full',
    `Expected ${megabytes(neededBytes)} free for ${folder} but found ${megabytes(availableBytes)}: ${MAKE_ROOM}`,
  );
}
