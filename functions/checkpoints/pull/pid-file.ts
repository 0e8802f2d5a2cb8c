import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeLeft, textOf } from '../../adapters/files/left-file.ts';
import { isRunning } from '../../adapters/files/running-process.ts';
import { CliptagError } from '../../core/errors.ts';
import { diskError } from './disk-error.ts';

/*
 * A file that holds a process's number while it works keeps other processes from the same work. The file of a process
 * that was killed does not count. It is ours, because proper-lockfile (last released in 2021) tells a dead holder only
 * by the age of its file.
 */

const PULL_FILE = '.pulling';

/** Processes that write take turns, each for a few milliseconds. */
const TURN_MILLISECONDS = 20;
const MAXIMUM_TURNS = 500;

/**
 * Does the work while no other process pulls into the folder.
 *
 * @throws {CliptagError} `pull-running` when another one does
 */
export async function exclusivePull<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const path = join(folder, PULL_FILE);
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw diskError(error, folder);
  });
  if (!(await createPidFile(path))) {
    const { text, pid } = await holderOf(path);
    if (isRunning(pid)) throw running(folder, pid);
    await removeLeft(path, text);
    if (!(await createPidFile(path))) throw running(folder, pid);
  }
  return work().finally(() => rm(path, { force: true }));
}

/**
 * Does the work, which takes milliseconds, when no other process does it.
 *
 * @param path the file that holds the process's number meanwhile
 * @throws {CliptagError} `pull-running` when the turn does not come within ten seconds
 */
export async function exclusiveWrite<Result>(path: string, work: () => Result): Promise<Result> {
  for (let turn = 0; !(await createPidFile(path)); turn++) {
    const { text, pid } = await holderOf(path);
    if (turn === MAXIMUM_TURNS) throw running(path, pid);
    // An empty file: the process that made it is about to write its number.
    if (pid !== 0 && !isRunning(pid)) await removeLeft(path, text);
    await sleep(TURN_MILLISECONDS);
  }
  try {
    return work();
  } finally {
    await rm(path, { force: true });
  }
}

/** @returns false when the file is there already */
async function createPidFile(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw diskError(error, path);
  }
}

async function holderOf(path: string): Promise<{ readonly text: string; readonly pid: number }> {
  const text = (await textOf(path)) ?? '';
  return { text, pid: Number(text) };
}

function running(folder: string, pid: number): CliptagError {
  return new CliptagError(
    'pull-running',
    `Expected to be the only one that pulls into ${folder} but process ${pid} does: wait for it, or end it`,
  );
}
