import { open, rm } from 'node:fs/promises';

/**
 * Writes a file that is not there yet: as a whole, or none of it, so that no half script or label set is taken for one.
 *
 * @throws NodeJS.ErrnoException `EEXIST` where one is, which stays as it is
 */
export async function writeNewFile(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
