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

/**
 * What logs have lost of which LevelDB says nothing, in words: those that are shorter than they were when they were
 * flushed, and one that was not flushed to its end before the next one was begun. To be called before the store is opened.
 */
export async function silentLosses(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const flushed = await flushedLogs(folder);
  const sizes = await logSizes(folder);
  for (const [name, size] of Object.entries(flushed)) {
    // One that is no more was removed after its entries had been flushed elsewhere.
    const present = sizes.get(name) ?? size;
    if (present < size) found.push(`${name} has lost its last ${size - present} bytes`);
  }
  const last = Object.keys(flushed).sort().at(-1) ?? '';
  const next = [...sizes].find(([name, size]) => name > last && size > 0);
  if (sizes.has(last) && next) found.push(`${last} may have lost its end, behind which ${next[0]} goes on`);
  return found;
}

/** By their names, which are numbers of six digits and grow. */
async function logSizes(folder: string): Promise<ReadonlyMap<string, number>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, (await stat(join(folder, name))).size] as const)),
  );
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
