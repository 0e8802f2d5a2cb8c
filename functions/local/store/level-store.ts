import { mkdir } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';

/**
 * Opens a LevelDB store in a folder, which is made if it does not exist. One process at a time may use it.
 *
 * @throws Error that names the folder; its cause has the code `LEVEL_LOCKED` when another process uses it.
 */
export async function openLevelStore(folder: string): Promise<ClassicLevel> {
  await mkdir(folder, { recursive: true });
  const store = new ClassicLevel(folder);
  try {
    await store.open();
    return store;
  } catch (error) {
    // classic-level wraps the cause in an error that only says that opening failed.
    const { cause = error } = error as { cause?: Error & { code?: string } };
    const { code, message } = cause as { code?: string; message?: string };
    const reason = code === 'LEVEL_LOCKED' ? 'is in use by another process' : `cannot be opened: ${message}`;
    throw new Error(`The folder ${folder} ${reason}`, { cause });
  }
}
