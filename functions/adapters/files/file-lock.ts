import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { type FilePath, filePath } from './file-path.ts';
import { removeLeft, textOf } from './left-file.ts';
import { isRunning } from './running-process.ts';

/** What is done under a lock takes milliseconds; of a process elsewhere, one that is seen for so long was left when it died. */
const STALE_MILLISECONDS = 5_000;
/** A process of this machine may be kept waiting, and still have its lock: it is waited for so long. Its number may be another's by now. */
const PATIENCE_MILLISECONDS = 120_000;
const PAUSE_MILLISECONDS = 20;

/** Of the locks that this process has, or waits for. */
const ours = new Set<string>();

/**
 * One process at a time reads and writes a file anew, by a file `PATH.lock` beside it, which says who has it. Where none can be made,
 * what is to be done is done without it, and says itself that nothing can be written there.
 *
 * @example
 * await locked('labels/mine.yaml', async () => writeAtomically(path, changed(await readUtf8(path))));
 */
export async function locked<Result>(
  path: FilePath,
  work: () => Promise<Result>,
  { staleMilliseconds = STALE_MILLISECONDS } = {},
): Promise<Result> {
  const lock = filePath(Buffer.concat([Buffer.from(path), Buffer.from('.lock')]));
  const owner = `${process.pid} ${hostname()} ${randomUUID()}`;
  ours.add(owner);
  try {
    const isOurs = await taken(lock, owner, staleMilliseconds);
    try {
      return await work();
    } finally {
      if (isOurs && (await textOf(lock)) === owner) await rm(lock, { force: true });
    }
  } finally {
    ours.delete(owner);
  }
}

/** Whether there is a lock of this owner now; waits while another process has it. */
async function taken(lock: FilePath, owner: string, staleMilliseconds: number): Promise<boolean> {
  let seen: string | undefined;
  let since = 0;
  for (;;) {
    const code = await made(lock, owner);
    if (code !== 'EEXIST') return code === undefined;
    const text = await textOf(lock);
    if (text !== seen) [seen, since] = [text, performance.now()];
    const waited = performance.now() - since;
    if (text !== undefined && waited >= limitOf(text, staleMilliseconds)) await removeLeft(lock, text);
    else await setTimeout(PAUSE_MILLISECONDS);
  }
}

/** @returns the system's code where it could not be made */
async function made(lock: FilePath, owner: string): Promise<string | undefined> {
  const code = ({ code = 'unknown' }: NodeJS.ErrnoException) => code;
  const file = await open(lock, 'wx').catch(code);
  if (typeof file === 'string') return file;
  try {
    await file.writeFile(owner);
    return undefined;
  } catch (error) {
    await rm(lock, { force: true });
    return code(error as NodeJS.ErrnoException);
  } finally {
    await file.close();
  }
}

/**
 * For how long a lock may say the same until its process must have died. No clock tells how old it is: that of a disk on the network
 * is another one.
 */
function limitOf(text: string, staleMilliseconds: number): number {
  const [pid, host] = text.split(' ');
  if (host !== hostname()) return staleMilliseconds;
  if (!isRunning(Number(pid))) return 0;
  // Our number and not our lock: a container that is started again has the same one as before.
  const isOfBefore = Number(pid) === process.pid && !ours.has(text);
  return isOfBefore ? staleMilliseconds : PATIENCE_MILLISECONDS;
}
