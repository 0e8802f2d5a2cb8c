import { CliptagError, ImageFault } from '../../core/errors.ts';

export interface DrawingLimits {
  /** Processor's time that drawing may take, start of the process included: a busy machine takes none of it. */
  readonly cpuSeconds: number;
  /** Memory that the process may hold. */
  readonly memoryBytes: number;
  /** After this long the process is killed, whatever it got of the processor. */
  readonly timeoutSeconds: number;
}

/** What the worker says when it gives up. */
export interface DrawingProblem {
  readonly problem: 'too-slow' | 'too-much-memory' | 'unreadable';
  readonly reason?: string;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export function problemFault(
  { problem, reason }: DrawingProblem,
  { cpuSeconds, memoryBytes }: DrawingLimits,
): Error {
  switch (problem) {
    case 'too-slow':
      return new ImageFault(
        'failed',
        'too-slow',
        `Expected a drawing that takes at most ${cpuSeconds} s of a processor but it took longer`,
      );
    case 'too-much-memory':
      return new ImageFault(
        'failed',
        'too-many-pixels',
        `Expected a drawing that takes at most ${memoryBytes} bytes of memory but it took more`,
      );
    case 'unreadable':
      return new Error(reason);
  }
}

/**
 * A crash is the drawing's doing. SIGKILL is the system's, short of memory (the process itself never gets far above
 * its share), and an exit before any answer means a worker that can't run at all: both are to be retried.
 */
export function endingFault({ code, signal }: Ending, complaint: string): Error {
  if (signal && signal !== 'SIGKILL') return new Error(`drawing it ended with ${signal}`);
  return processFault(`it ended with ${signal ?? `exit code ${code}`} ${complaint}`);
}

/** Far above the processor's time that is granted, so the machine was too busy to give it. */
export function timeoutFault({ timeoutSeconds }: DrawingLimits): CliptagError {
  const message = `Expected the drawing process to end within ${timeoutSeconds} s but it was still waiting for a processor`;
  return new CliptagError('decode-timeout', message);
}

export function processFault(reason: string): CliptagError {
  const message = `Expected a process to draw the image in, but ${reason.trim()}`;
  return new CliptagError('drawing-process-failed', message);
}
