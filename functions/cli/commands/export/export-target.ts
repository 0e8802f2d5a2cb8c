import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { CliptagError } from '../../../core/errors.ts';

/** Where an export's bytes go. */
export interface ExportTarget {
  write(part: string | Uint8Array): Promise<void>;
}

/**
 * Gives a target to the work: a file, which is there as a whole when the work has ended well and is what it was before when
 * not, or standard output.
 *
 * @throws {CliptagError} `not-writable`
 */
export async function withTarget<Result>(
  path: string | undefined,
  work: (target: ExportTarget) => Promise<Result>,
): Promise<Result> {
  if (path === undefined) return work({ write: toStandardOutput });
  const notWritable = (cause: NodeJS.ErrnoException): never => {
    throw new CliptagError('not-writable', `--output: cannot write ${path} (${cause.code})`, { cause });
  };
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = await open(temporary, 'wx').catch(notWritable);
  try {
    const result = await work({ write: (part) => file.writeFile(part).catch(notWritable) });
    await synced(file).catch(notWritable);
    await rename(temporary, path).catch(notWritable);
    return result;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}

async function synced(file: FileHandle): Promise<void> {
  await file.sync();
  await file.close();
}

/** Waits while the reader is slow. */
async function toStandardOutput(part: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(part)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}
