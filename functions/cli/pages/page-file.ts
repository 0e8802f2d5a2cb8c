import { lstat, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeAtomically } from '../../adapters/files/atomic-write.ts';
import { CliptagError } from '../../core/errors.ts';
import { UsageError } from '../../terminal/exit-code.ts';

/**
 * Checks before a long run that the page of `--html` can be written there.
 *
 * @throws {UsageError} when it is a folder, or would lie in none
 */
export async function checkWritable(path: string): Promise<void> {
  const [file, folder] = await Promise.all(
    [path, dirname(path)].map((at) => stat(at).catch(() => undefined)),
  );
  if (file?.isDirectory()) throw new UsageError([`--html: expected a file but ${path} is a folder`]);
  if (!folder?.isDirectory()) throw new UsageError([`--html: there is no folder ${dirname(path)}`]);
}

/**
 * A page that is there is replaced as a whole, and stays where that fails.
 *
 * @throws {CliptagError} `not-writable`
 */
export async function writePage(path: string, page: string): Promise<void> {
  await write(path, page).catch((cause: NodeJS.ErrnoException) => {
    throw new CliptagError('not-writable', `--html: cannot write ${path} (${cause.code})`, { cause });
  });
}

async function write(path: string, page: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  // A file must not take the place of a link, nor of a device such as /dev/stdout.
  if (found && !found.isFile()) return writeFile(path, page);
  return writeAtomically(path, page, found && found.mode & PERMISSIONS);
}

const PERMISSIONS = 0o777;
