import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { type FilePath, filePath, folderOf, pathIn } from './file-path.ts';

/** Of a name, where file systems allow no more. */
const MAXIMUM_NAME_BYTES = 255;

/**
 * Readers find the old file or the whole new one, even when two processes write at once, or the power fails.
 *
 * @param mode who may read and write the file. @default as files are made here
 */
export async function writeAtomically(
  path: FilePath,
  content: Uint8Array | string,
  mode?: number,
): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    const file = await open(temporary, 'wx');
    try {
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** In the same folder, under the file's name with an end, unless that would be too long. */
function temporaryPath(path: FilePath): FilePath {
  const end = `.${randomUUID()}.tmp`;
  const folder = folderOf(path);
  const isLong = Buffer.byteLength(path) - Buffer.byteLength(folder) + end.length >= MAXIMUM_NAME_BYTES;
  return isLong ? pathIn(folder, end) : filePath(Buffer.concat([Buffer.from(path), Buffer.from(end)]));
}
