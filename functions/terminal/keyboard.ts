import { type JobState, jobState } from './foreground.ts';

type Input = Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'pause' | 'resume'>;

export interface KeyboardOptions {
  /** Told of each key that is pressed, but for those that the terminal itself knows, such as Ctrl-C. */
  readonly onKey: (key: string) => void;
  /** Told when keys begin to come: at first, and whenever the process is back in the foreground. */
  readonly onTaken?: () => void;
  /** Told before the terminal is left to others: at the end, and when the process is stopped. */
  readonly onReleased?: () => void;
}

/** The keys of the terminal, for as long as the process is in the foreground there. */
export interface Keyboard {
  /** Whether keys come here. */
  isTaken(): boolean;
  close(): void;
}

/** Keys that make signals where the terminal is set up as usual, for the whole of the foreground group. */
const SIGNAL_KEYS: Readonly<Record<string, NodeJS.Signals>> = {
  '\x03': 'SIGINT',
  '\x1a': 'SIGTSTP',
  '\x1c': 'SIGQUIT',
};

/** Arrows and the like, which begin with Escape (ECMA-48 5.4), mean nothing here. */
const SEQUENCE = new RegExp(`${'\u001b'}(?:\\[[0-?]*[ -/]*[@-~]|O.|.)?`, 'g');

/** A shell that puts a job that runs into the foreground (`fg`) does not tell it. Asking costs more where a program has to be asked. */
const LOOK_MILLISECONDS = process.platform === 'linux' ? 1_000 : 5_000;

/**
 * Takes keys one by one, without Enter, where standard input is a terminal and this process in its foreground: a process in the
 * background (`cliptag start &`) that reads the terminal is stopped by it (SIGTTIN), and so is one that sets it up (SIGTTOU).
 * Ctrl-C, Ctrl-Z and Ctrl-\ do what they always do. The terminal is set up as it was before whenever the process stops, ends or crashes.
 *
 * @example
 * const keyboard = openKeyboard({ onKey: (key) => key === 'q' && quit() });
 */
export function openKeyboard(options: KeyboardOptions): Keyboard {
  // Asked for only where there is a terminal: a pipe would be opened for reading.
  const input: Input = process.stdin;
  if (!input.isTTY) return { isTaken: () => false, close: () => {} };
  let isTaken = false;

  function take(): void {
    if (isTaken || !jobState().isForeground) return;
    input.setRawMode(true);
    input.on('data', onData);
    input.resume();
    isTaken = true;
    options.onTaken?.();
  }

  function release(): void {
    if (!isTaken) return;
    options.onReleased?.();
    isTaken = false;
    input.off('data', onData);
    input.pause();
    // In the background the shell has set it up for itself.
    if (jobState().isForeground) input.setRawMode(false);
  }

  function onData(data: Buffer): void {
    for (const key of String(data).replace(SEQUENCE, '')) {
      const signal = SIGNAL_KEYS[key];
      if (signal === undefined) options.onKey(key);
      else sendToGroup(signal, jobState(), release);
    }
  }

  /** The terminal is the shell's while this process stands still. */
  function onStop(): void {
    release();
    process.kill(process.pid, 'SIGSTOP');
  }

  function onContinue(): void {
    if (!jobState().isForeground) release();
    take();
  }

  process.on('exit', release);
  process.on('SIGCONT', onContinue);
  process.on('SIGTSTP', onStop);
  const timer = setInterval(take, LOOK_MILLISECONDS);
  timer.unref();
  take();
  return {
    isTaken: () => isTaken,
    close() {
      clearInterval(timer);
      release();
      process.off('exit', release);
      process.off('SIGCONT', onContinue);
      process.off('SIGTSTP', onStop);
    },
  };
}

/** As the terminal does: `npm start` and its shell get it, too. */
function sendToGroup(signal: NodeJS.Signals, { isJob }: JobState, release: () => void): void {
  // Nobody could have it go on.
  if (signal === 'SIGTSTP' && !isJob) return;
  // It ends the process without a word to it.
  if (signal === 'SIGQUIT') release();
  process.kill(0, signal);
}
