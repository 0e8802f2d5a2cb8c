import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliptagError } from '../../core/errors.ts';
import { diskError } from './disk-error.ts';

const MARK = '.pulling';

/** What processes take turns at lasts milliseconds. */
const TURN_MILLISECONDS = 20;
const MAXIMUM_TURNS = 500;

/**
 * Does the work while no other process pulls into the folder. The mark of a process that was killed does not count.
 *
 * @throws {CliptagError} `pull-running` when another one does
 */
export async function solePull<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const mark = join(folder, MARK);
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw diskError(error, folder);
  });
  if (!(await marked(mark))) {
    const holder = Number(await readFile(mark, 'utf8').catch(() => ''));
    if (isRunning(holder)) throw running(folder, holder);
    await rm(mark, { force: true });
    if (!(await marked(mark))) throw running(folder, holder);
  }
  return work().finally(() => rm(mark, { force: true }));
}

/**
 * Does the work, of milliseconds, when no other process does it.
 *
 * @param mark a file that is there meanwhile; that of a process that was killed does not count
 * @throws {CliptagError} `pull-running` when the turn does not come within ten seconds
 */
export async function inTurn<Result>(mark: string, work: () => Result): Promise<Result> {
  for (let turn = 0; !(await marked(mark)); turn++) {
    const holder = Number(await readFile(mark, 'utf8').catch(() => ''));
    if (turn === MAXIMUM_TURNS) throw running(mark, holder);
    // Empty: whoever made it is about to say who it is.
    if (holder !== 0 && !isRunning(holder)) await rm(mark, { force: true });
    await sleep(TURN_MILLISECONDS);
  }
  try {
    return work();
  } finally {
    await rm(mark, { force: true });
  }
}

async function marked(mark: string): Promise<boolean> {
  try {
    await writeFile(mark, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw diskError(error, mark);
  }
}

/** Signal 0 only asks (kill(2)); a process of somebody else's answers EPERM. */
function isRunning(pid: number): boolean {
  // Number 0 would ask for our own group.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function running(folder: string, pid: number): CliptagError {
  return new CliptagError(
    'pull-running',
    `Expected to be the only one that pulls into ${folder} but process ${pid} does: wait for it, or end it`,
  );
}
