import { stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
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

/** @throws {CliptagError} `not-writable` */
export async function writePage(path: string, page: string): Promise<void> {
  await writeFile(path, page).catch((cause: NodeJS.ErrnoException) => {
    throw new CliptagError('not-writable', `--html: cannot write ${path} (${cause.code})`, { cause });
  });
}
