import { open, rm, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { type FilePath, filePath } from './file-path.ts';

/** What is done under a lock takes milliseconds; a lock of this age was left by a process that died. */
const STALE_MILLISECONDS = 5_000;
const PAUSE_MILLISECONDS = 20;

/**
 * One process at a time reads and writes a file anew, by a file `PATH.lock` beside it. Where none can be made, what is to be
 * done is done without it, and says itself that nothing can be written there.
 *
 * @example
 * await locked('labels/mine.yaml', async () => writeAtomically(path, changed(await readUtf8(path))));
 */
export async function locked<Result>(path: FilePath, work: () => Promise<Result>): Promise<Result> {
  const lock = filePath(Buffer.concat([Buffer.from(path), Buffer.from('.lock')]));
  const isOurs = await taken(lock);
  try {
    return await work();
  } finally {
    if (isOurs) await rm(lock, { force: true });
  }
}

/** Whether there is a lock now; waits while another process has it. */
async function taken(lock: FilePath): Promise<boolean> {
  for (;;) {
    const error = await open(lock, 'wx').then(
      (file) => file.close(),
      (cause: NodeJS.ErrnoException) => cause,
    );
    if (!error) return true;
    if (error.code !== 'EEXIST') return false;
    const found = await stat(lock).catch(() => undefined);
    if (found && !(Math.abs(Date.now() - found.mtimeMs) < STALE_MILLISECONDS))
      await rm(lock, { force: true });
    else await setTimeout(PAUSE_MILLISECONDS);
  }
}
