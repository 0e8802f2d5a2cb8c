import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliptagError } from '../../functions/core/errors.ts';
import { diskFault } from './disk-fault.ts';

const MARK = '.pulling';

/**
 * Does the work while no other process pulls into the folder. The mark of a process that was killed does not count.
 *
 * @throws {CliptagError} `pull-running` when another one does
 */
export async function solePull<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const mark = join(folder, MARK);
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw diskFault(error, folder);
  });
  if (!(await marked(mark))) {
    const holder = Number(await readFile(mark, 'utf8').catch(() => ''));
    if (isRunning(holder)) throw running(folder, holder);
    await rm(mark, { force: true });
    if (!(await marked(mark))) throw running(folder, holder);
  }
  return work().finally(() => rm(mark, { force: true }));
}

async function marked(mark: string): Promise<boolean> {
  try {
    await writeFile(mark, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw diskFault(error, mark);
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
