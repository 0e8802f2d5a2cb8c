import { statfs } from 'node:fs/promises';
import { CliptagError } from '../../core/errors.ts';
import { shellWord } from '../../core/removal-command.ts';
import { UsageError } from '../../terminal/exit-code.ts';
import { isDiskFull, RESERVED_BYTES } from '../store/free-space.ts';
import { isLocked, isUnlockable } from './data-lock.ts';
import type { NetworkAccess } from './network-access.ts';
import { portHolder } from './port-holder.ts';

/** Codes of a folder that is none, or into which nothing can be written. */
const UNWRITABLE = new Set([
  'EEXIST',
  'ENOTDIR',
  'ENOENT',
  'EACCES',
  'EPERM',
  'EROFS',
  'ELOOP',
  'ENAMETOOLONG',
]);

/** What to do about a fault at the start, where that is known; else the fault. */
export async function startError(
  error: unknown,
  { access, dataFolder }: { readonly access: NetworkAccess; readonly dataFolder: string },
): Promise<unknown> {
  const { code, port, path } = (error ?? {}) as NodeJS.ErrnoException & { port?: number };
  const { host } = access.reach;
  if (code === 'EADDRINUSE') {
    const holder = port === undefined ? undefined : await portHolder(port);
    return new UsageError([
      `port ${port} of ${host} is taken${holder === undefined ? '' : ` by ${holder}`}: stop what listens there, take the next free ports with --port auto, or choose another with --s3-port, --dynamodb-port or --http-port`,
    ]);
  }
  if (code === 'EACCES' && port !== undefined) {
    return new UsageError([
      `port ${port} of ${host}: this user may not listen there: choose one from 1024 up`,
    ]);
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EINVAL') {
    return new UsageError([`--host: expected an address of this machine but received "${host}" (${code})`]);
  }
  if (path !== undefined && UNWRITABLE.has(code ?? '')) {
    return new UsageError([`--data: expected a folder that can be written but received ${path} (${code})`]);
  }
  if (isForbidden(error)) {
    const { message } = error as Error;
    return new UsageError(
      [
        `--data: ${message}. It may be another user's, as of a start by sudo: choose another folder, or take it by:`,
      ],
      [`sudo chown -R "$(id -u):$(id -g)" ${shellWord(dataFolder)}`],
    );
  }
  if (isUnlockable(error)) {
    return new UsageError([
      `--data: the file system of ${dataFolder} knows no locks, by which two that write there would be kept apart: choose a folder on a disk of this machine`,
    ]);
  }
  // An earlier version knows no lock of the folder as a whole.
  if (isLocked(error)) {
    const { message } = error as Error;
    return new UsageError([`--data: ${message}: stop what was started with it, or choose another folder`]);
  }
  if (isDiskFull(error)) return diskFull(error, dataFolder);
  return error;
}

/** Whether a store could not be opened because of whose it is. */
function isForbidden(error: unknown): boolean {
  const { code, message } = ((error as Error | undefined)?.cause ?? {}) as NodeJS.ErrnoException;
  return code === 'LEVEL_IO_ERROR' && /permission denied|not permitted/i.test(message ?? '');
}

async function diskFull(cause: unknown, dataFolder: string): Promise<CliptagError> {
  const { bavail, bsize } = await statfs(dataFolder);
  const megabytes = (bytes: number) => `${Math.floor(bytes / 1024 ** 2)} MB`;
  return new CliptagError(
    'disk-full',
    `--data: the disk of ${dataFolder} has ${megabytes(bavail * bsize)} free, of which ${megabytes(RESERVED_BYTES.uploads)} stay free: make room, or choose another folder`,
    { cause },
  );
}
