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

/**
 * Resolves when somebody stops a server: by Ctrl-C, or by SIGTERM as service managers do. Another Ctrl-C ends the
 * program.
 *
 * @param whileServing what it does first; it may stop the server, too
 */
export async function untilStopped(whileServing: (stop: () => void) => Promise<void>): Promise<void> {
  let onStop = () => {};
  const stopped = new Promise<void>((resolve) => {
    onStop = resolve;
  });
  process.once('SIGTERM', onStop);
  const serving = whileServing(onStop).then(() => stopped);
  await withInterrupt(onStop, () => Promise.race([stopped, serving]));
  process.off('SIGTERM', onStop);
}

function stop(): void {
  // What is shown of progress stays as it is; the prompt begins on a new line.
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.exit(EXIT.stopped);
}
