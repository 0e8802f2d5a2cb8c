import { statfs } from 'node:fs/promises';

/**
 * What must stay free. A LevelDB store that meets a full disk in the midst of a record goes on behind the broken one,
 * and what it acknowledges then is gone at its next start; so nothing that can be refused may take the last bytes. Each
 * of the three stores writes files of at most 6 MB by itself. The table goes on when uploads are refused already, so
 * that what was uploaded is tagged.
 */
export const RESERVED_BYTES = { uploads: 96 * 1024 * 1024, table: 64 * 1024 * 1024 } as const;

/** Asked more often, the disk would take longer than a small write. */
const KNOWN_FOR_MILLISECONDS = 100;

/** There is no space left for what is asked. */
export class DiskFullError extends Error {
  override readonly name = 'DiskFullError';
}

/** @throws {DiskFullError} when the disk would have less than the reserve left */
export type AssertSpace = (bytes: number) => Promise<void>;

export function spaceOf(folder: string, reservedBytes: number): AssertSpace {
  let known: { readonly at: number; readonly freeBytes: number } | undefined;
  return async (bytes) => {
    const now = performance.now();
    if (known === undefined || now - known.at > KNOWN_FOR_MILLISECONDS) {
      const { bavail, bsize } = await statfs(folder);
      known = { at: now, freeBytes: bavail * bsize };
    }
    if (known.freeBytes - bytes >= reservedBytes) return;
    throw new DiskFullError(
      `The disk is full: ${bytes} bytes are to be written, ${known.freeBytes} are free, of which ${reservedBytes} are kept.`,
    );
  };
}

/** Whether an error, of Node, of LevelDB or of an endpoint here, says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    error instanceof DiskFullError ||
    ['ENOSPC', 'EDQUOT'].includes(code ?? '') ||
    /no space left on device|disk quota exceeded|the disk is full/i.test(message) ||
    isDiskFull(error.cause)
  );
}
