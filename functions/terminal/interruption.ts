import { EXIT } from './exit-code.ts';

let whenInterrupted = stop;

/** From now on Ctrl-C ends the program, unless some work says otherwise meanwhile. */
export function listenForInterrupts(): void {
  process.on('SIGINT', () => whenInterrupted());
}

/**
 * Lets Ctrl-C do something else while the work goes on, once: a second one ends the program, for those who can't wait.
 */
export async function withInterrupt<Result>(
  onInterrupt: () => void,
  work: () => Promise<Result>,
): Promise<Result> {
  whenInterrupted = () => {
    whenInterrupted = stop;
    onInterrupt();
  };
  try {
    return await work();
  } finally {
    whenInterrupted = stop;
  }
}

function stop(): void {
  // The progress bar's line stays as it is; the prompt begins on a new one.
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.exit(EXIT.stopped);
}
