import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliptagError } from '../../core/errors.ts';
import { UsageError } from '../../terminal/exit-code.ts';
import { openLevelStore } from '../store/level-store.ts';
import { makeDataFolder } from './data-folder.ts';
import { noteStarting, type RunningNote, removeRunningNote, runningPipeline } from './running-note.ts';

/** A data folder that nobody else may have. */
export interface DataLock {
  release(): Promise<void>;
}

export interface DataLockOptions {
  readonly remark: (text: string) => void;
  /** For so long one that comes up is waited for: a large table takes a while to be mended. @default a minute */
  readonly startPatienceMilliseconds?: number;
  /** For so long one is waited for that says nothing, as one does that ends. @default 15 seconds */
  readonly endPatienceMilliseconds?: number;
}

const PAUSE_MILLISECONDS = 100;
/** Waiting for less is nothing to speak of. */
const UNTOLD_MILLISECONDS = 1_000;

/**
 * Takes a data folder. Where another process has it, that one is waited for until it says where it runs, or has ended: then the folder
 * is taken.
 *
 * The lock is that of an empty LevelDB store, which the system lets go with its process, however that ends. It is one of its own, for
 * whoever tries to open a store begins its log anew, in which the holder looks for damage.
 *
 * @throws {CliptagError} `already-running`, with the address and the process; {UsageError} where whoever has it does not say
 */
export async function takeDataFolder(dataFolder: string, options: DataLockOptions): Promise<DataLock> {
  const { startPatienceMilliseconds: forStart = 60_000, endPatienceMilliseconds: forEnd = 15_000 } = options;
  await makeDataFolder(dataFolder);
  const begun = Date.now();
  for (let isTold = false; ; await sleep(PAUSE_MILLISECONDS)) {
    const lock = await lockOf(dataFolder);
    if (lock) return noted(lock, dataFolder);
    const other = await runningPipeline(dataFolder);
    if (other?.pageUrl !== undefined) throw alreadyRunning(dataFolder, other, `at ${other.pageUrl}`);
    const waited = Date.now() - begun;
    if (other && waited >= forStart) {
      throw alreadyRunning(dataFolder, other, `though it has not come up in ${forStart / 1_000} s`);
    }
    if (!other && waited >= forEnd) throw inUse(dataFolder);
    if (!isTold && waited >= UNTOLD_MILLISECONDS) {
      isTold = true;
      const what = other ? `another start (${nameOf(other)}) comes up with` : 'another process still has';
      options.remark(`${what} the data folder ${dataFolder}: waiting for it`);
    }
  }
}

/** The lock of a folder that says who has it. */
async function noted(lock: DataLock, dataFolder: string): Promise<DataLock> {
  try {
    await noteStarting(dataFolder);
    return lock;
  } catch (error) {
    await lock.release().catch(() => {});
    throw error;
  }
}

/** @returns undefined where another process has it */
async function lockOf(dataFolder: string): Promise<DataLock | undefined> {
  try {
    const store = await openLevelStore(join(dataFolder, 'lock'));
    return {
      // Not before the note has gone, and in any case.
      release: () => removeRunningNote(dataFolder).finally(() => store.close()),
    };
  } catch (error) {
    if (isLocked(error)) return undefined;
    throw error;
  }
}

/** Whether a store could not be opened because another process has it. */
export function isLocked(error: unknown): boolean {
  return lockFault(error) !== undefined && !isUnlockable(error);
}

/** Whether the file system of a store has no locks, as some on the network, which LevelDB takes for being locked. */
export function isUnlockable(error: unknown): boolean {
  return NO_LOCKS.test(lockFault(error) ?? '');
}

/** What systems say for ENOLCK, ENOTSUP and ENOSYS. */
const NO_LOCKS = /no (record )?locks available|not supported|not implemented/i;

function lockFault(error: unknown): string | undefined {
  const { code, message } = ((error as Error | undefined)?.cause ?? {}) as NodeJS.ErrnoException;
  return code === 'LEVEL_LOCKED' ? (message ?? '') : undefined;
}

function nameOf({ pid, host = hostname() }: RunningNote): string {
  return host === hostname() ? `PID ${pid}` : `PID ${pid} of ${host}`;
}

function alreadyRunning(dataFolder: string, other: RunningNote, how: string): CliptagError {
  return new CliptagError(
    'already-running',
    `already running ${how} (${nameOf(other)}) with the data folder ${dataFolder}; one beside it: --data FOLDER --port auto`,
  );
}

function inUse(dataFolder: string): UsageError {
  return new UsageError([
    `--data: the folder ${dataFolder} is in use by another process: stop what was started with it, or choose another folder`,
  ]);
}
