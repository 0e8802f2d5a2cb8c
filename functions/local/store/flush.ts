import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Log file → bytes of it that are on the disk. */
type FlushedLogs = Readonly<Record<string, number>>;

/**
 * Has the disk keep all writes that a LevelDB store has acknowledged, whoever has it open: they are in its log files,
 * which the system keeps in memory until they are flushed. LevelDB itself flushes a log's entries before it removes it.
 *
 * How long the logs are is noted beside the folder: LevelDB takes a log that was cut off for one that ends there.
 *
 * @returns the logs that were flushed
 */
export async function flushLevelStore(folder: string): Promise<FlushedLogs> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const sizes = await Promise.all(
    names.map(async (name) => [name, await flush(join(folder, name))] as const),
  );
  // A log that is new has its name on the disk only then. Windows cannot open folders.
  if (process.platform !== 'win32') await flush(folder, 'r');
  const flushed = Object.fromEntries(
    sizes.flatMap(([name, size]) => (size === undefined ? [] : [[name, size]])),
  );
  await writeFile(noteFile(folder), JSON.stringify(flushed));
  return flushed;
}

/** The logs that are shorter than they were when they were flushed, in words. To be called before the store is opened. */
export async function shortenedLogs(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, size] of Object.entries(await flushedLogs(folder))) {
    // One that is no more was removed after its entries had been flushed elsewhere.
    const present = await stat(join(folder, name)).catch(() => undefined);
    if (present && present.size < size) found.push(`${name} has lost its last ${size - present.size} bytes`);
  }
  return found;
}

async function flushedLogs(folder: string): Promise<FlushedLogs> {
  try {
    return JSON.parse(await readFile(noteFile(folder), 'utf8')) as FlushedLogs;
  } catch {
    // There is none yet, or the crash came while it was written: then nothing is known.
    return {};
  }
}

/** Gives the size, or nothing for a file that was removed meanwhile. */
async function flush(path: string, flags = 'r+'): Promise<number | undefined> {
  try {
    const file = await open(path, flags);
    try {
      // Before the flush: what is written meanwhile may be flushed or not.
      const { size } = await file.stat();
      await file.sync();
      return size;
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function noteFile(folder: string): string {
  return `${folder}.flushed`;
}
