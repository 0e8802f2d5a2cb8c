import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { type FilePath, filePath } from './file-path.ts';

/** Readers find the old file or the whole new one, even when two processes write at once, or the power fails. */
export async function writeAtomically(path: FilePath, content: Uint8Array | string): Promise<void> {
  const temporary = filePath(Buffer.concat([Buffer.from(path), Buffer.from(`.${randomUUID()}.tmp`)]));
  try {
    const file = await open(temporary, 'wx');
    try {
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
