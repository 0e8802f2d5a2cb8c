import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { foldersOf, labelSetState } from '../../adapters/files/label-set-state.ts';

export interface LabelSetWatch {
  /** Looks at once, without waiting for the file system to tell; resolves when what it has found is taken over. */
  look(): Promise<void>;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

export interface LabelSetWatchOptions {
  /** Files and folders as they are at the moment. */
  readonly paths: () => readonly string[];
  /** The state that was read at the start. */
  readonly state: string;
  /**
   * Takes over what has changed; gives whether it is done with that. If not, it is called again after a while: a fault
   * that is not the files' may pass.
   */
  readonly take: () => Promise<boolean>;
  /** How often files are looked at; `fs.watch` tells nothing of network folders and of some links. @default 1,000 */
  readonly pollMilliseconds?: number | undefined;
  /** For so long a file must stay as it is: editors write in several steps. @default 300 */
  readonly settleMilliseconds?: number | undefined;
  /** Lets that time pass between two looks. @default by the clock */
  readonly pause?: ((milliseconds: number, signal: AbortSignal) => Promise<void>) | undefined;
  /** @default 15,000 */
  readonly retryMilliseconds?: number | undefined;
}

/** A file that is written without end keeps the others waiting for so many times the settling time. */
const MAXIMUM_LOOKS = 20;
/** A network folder that is gone may answer nothing for minutes: no stop waits for it. */
const CLOSING_MILLISECONDS = 5_000;

/**
 * Has changed label set files taken over, soon after they have been written whole. Hints come from the file system where it gives
 * any, else from looking at times and sizes; one change is taken over at a time.
 */
export function watchLabelSets(options: LabelSetWatchOptions): LabelSetWatch {
  const {
    paths,
    take,
    pollMilliseconds = 1_000,
    settleMilliseconds = 300,
    pause = (milliseconds, signal) => sleep(milliseconds, undefined, { signal, ref: false }),
    retryMilliseconds = 15_000,
  } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let taken = options.state;
  let retryAt: number | undefined;
  let working: Promise<void> | undefined;
  let isAskedAgain = false;
  let watchers: readonly FSWatcher[] = [];

  function look(): Promise<void> {
    isAskedAgain = working !== undefined;
    // Whatever it throws ends it alone: it was ended amid its pauses.
    working ??= Promise.resolve()
      .then(work)
      .catch(() => {});
    return working;
  }

  async function work(): Promise<void> {
    try {
      do {
        isAskedAgain = false;
        const isDue = retryAt !== undefined && Date.now() >= retryAt;
        if (isDue || (await labelSetState(paths())) !== taken) await takeSettled();
      } while (isAskedAgain && !signal.aborted);
    } finally {
      // At once: whoever asks from now on is not told by a look that is over.
      working = undefined;
    }
  }

  async function takeSettled(): Promise<void> {
    const state = await settledState();
    const isDone = await take();
    if (signal.aborted) return;
    // What has changed meanwhile, perhaps between two files, is another state, and taken over with the next look.
    taken = state;
    retryAt = isDone ? undefined : Date.now() + retryMilliseconds;
    await rewatch();
  }

  /** Of files that never come to rest, the state after a while. */
  async function settledState(): Promise<string> {
    let before: string;
    let state = await labelSetState(paths());
    let looks = 0;
    do {
      before = state;
      await pause(settleMilliseconds, signal);
      state = await labelSetState(paths());
    } while (state !== before && ++looks < MAXIMUM_LOOKS);
    return state;
  }

  /** Anew after each change, for a folder that was replaced is another one to the file system. */
  async function rewatch(): Promise<void> {
    for (const watcher of watchers) watcher.close();
    watchers = [];
    const folders = await foldersOf(paths());
    if (!signal.aborted) watchers = folders.flatMap((folder) => watched(folder, () => void look()));
  }

  const timer = setInterval(() => void look(), pollMilliseconds);
  timer.unref();
  const watching = rewatch().catch(() => {});
  return {
    look,
    async close() {
      clearInterval(timer);
      closing.abort();
      const ended = Promise.all([watching, working]);
      await Promise.race([ended, sleep(CLOSING_MILLISECONDS, undefined, { ref: false })]);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** None where the folder is not there, or the system has no watches left: then it is looked at by the clock alone. */
function watched(folder: string, onChange: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, onChange);
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
