import { mkdir } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { noteDamage, reportedLosses } from './damage.ts';
import { silentLosses } from './flush.ts';

/**
 * Opens a LevelDB store in a folder, which is made if it does not exist. One process at a time may use it.
 *
 * LevelDB leaves out what it finds damaged or cut off, and opens all the same: that is noted beside the folder, see `damage.ts`. A
 * store that it refuses to open for damage is rebuilt of what can be read, and noted as well.
 *
 * @throws Error that names the folder; its cause has the code `LEVEL_LOCKED` when another process uses it.
 */
export async function openLevelStore(folder: string): Promise<ClassicLevel> {
  await mkdir(folder, { recursive: true });
  const silent = await silentLosses(folder);
  // Not before: it begins to open by itself, which removes the logs.
  const store = new ClassicLevel(folder);
  try {
    await openOrRebuild(store, folder);
    await noteDamage(folder, [...silent, ...(await reportedLosses(folder))]);
    return store;
  } catch (error) {
    const { code, message } = causeOf(error) as { code?: string; message?: string };
    const reason = code === 'LEVEL_LOCKED' ? 'is in use by another process' : `cannot be opened: ${message}`;
    throw new Error(`The folder ${folder} ${reason}`, { cause: causeOf(error) });
  }
}

/** LevelDB's words, also for a file that is missing or shorter than its parts say. */
const IS_DAMAGE = /corruption|corrupted/i;

async function openOrRebuild(store: ClassicLevel, folder: string): Promise<void> {
  try {
    await store.open();
  } catch (error) {
    const reason = String((causeOf(error) as Error).message);
    if (!IS_DAMAGE.test(reason)) throw error;
    await noteDamage(folder, [`could not be opened and was rebuilt: ${reason}`]);
    await ClassicLevel.repair(folder);
    await store.open();
  }
}

/** classic-level wraps the cause in an error that only says that opening failed. */
function causeOf(error: unknown): unknown {
  return (error as { cause?: unknown }).cause ?? error;
}
