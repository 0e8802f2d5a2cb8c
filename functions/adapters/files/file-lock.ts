import { randomUUID } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { type FilePath, filePath } from './file-path.ts';
import { removeLeft, textOf } from './left-file.ts';

/** What is done under a lock takes milliseconds; of a process elsewhere, a lock of this age was left when it died. */
const STALE_MILLISECONDS = 5_000;
/** A process of this machine may be kept waiting, and still have its lock: it is waited for so long. Its number may be another's by now. */
const PATIENCE_MILLISECONDS = 120_000;
const PAUSE_MILLISECONDS = 20;

/**
 * One process at a time reads and writes a file anew, by a file `PATH.lock` beside it, which says who has it. Where none can be made,
 * what is to be done is done without it, and says itself that nothing can be written there.
 *
 * @example
 * await locked('labels/mine.yaml', async () => writeAtomically(path, changed(await readUtf8(path))));
 */
export async function locked<Result>(path: FilePath, work: () => Promise<Result>): Promise<Result> {
  const lock = filePath(Buffer.concat([Buffer.from(path), Buffer.from('.lock')]));
  const owner = `${process.pid} ${hostname()} ${randomUUID()}`;
  const isOurs = await taken(lock, owner);
  try {
    return await work();
  } finally {
    if (isOurs && (await textOf(lock)) === owner) await rm(lock, { force: true });
  }
}

/** Whether there is a lock of this owner now; waits while another process has it. */
async function taken(lock: FilePath, owner: string): Promise<boolean> {
  let seen: string | undefined;
  let since = 0;
  for (;;) {
    const code = await made(lock, owner);
    if (code !== 'EEXIST') return code === undefined;
    const text = await textOf(lock);
    if (text !== seen) [seen, since] = [text, performance.now()];
    if (text !== undefined && (await isLeft(lock, text, performance.now() - since)))
      await removeLeft(lock, text);
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
 * Whether the process of a lock has died.
 *
 * @param text what the lock says
 * @param waitedMilliseconds for so long it has said so
 */
async function isLeft(lock: FilePath, text: string, waitedMilliseconds: number): Promise<boolean> {
  const [pid, host] = text.split(' ');
  if (host === hostname()) return !isRunning(Number(pid)) || waitedMilliseconds > PATIENCE_MILLISECONDS;
  const found = await stat(lock).catch(() => undefined);
  // A clock that was set back leaves locks of times to come.
  return found !== undefined && !(Math.abs(Date.now() - found.mtimeMs) < STALE_MILLISECONDS);
}

/** Signal 0 only asks (kill(2)); the process of another user answers EPERM. */
function isRunning(pid: number): boolean {
  // Number 0 would ask for our own group.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
