import { CliptagError, ImageFault } from '../../core/errors.ts';

/** Limits on drawing one SVG. */
export interface DrawingLimits {
  /**
   * Processor time that drawing may take, the start of its process included. Waiting for a busy machine does not count.
   */
  readonly cpuSeconds: number;
  /** Memory that the process may hold, in bytes. */
  readonly memoryBytes: number;
  /** After this long the process is killed, however little processor time it got. */
  readonly timeoutSeconds: number;
}

/** The worker's message when it gives up. */
export interface DrawingProblem {
  readonly problem: 'too-slow' | 'too-much-memory' | 'unreadable';
  readonly reason?: string;
}

/** How the process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The error for a worker that has given up. */
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
 * The error for a process that ended without its pixels. A crash is the fault of the drawing. SIGKILL comes from a system
 * that is short of memory (the process itself never gets far above its share), and an exit before any answer means that
 * the worker cannot run at all: both are to be retried.
 */
export function endingFault({ code, signal }: Ending, complaint: string): Error {
  if (signal && signal !== 'SIGKILL') return new Error(`drawing it ended with ${signal}`);
  return processFault(`it ended with ${signal ?? `exit code ${code}`} ${complaint}`);
}

/** The error for a process that was killed at its time limit, far above its processor time: the machine was too busy. */
export function timeoutFault({ timeoutSeconds }: DrawingLimits): CliptagError {
  const message = `Expected the drawing process to end within ${timeoutSeconds} s but it was still waiting for a processor`;
  return new CliptagError('decode-timeout', message);
}

/** The error for a process that could not be started, or that ended by itself: retryable. */
export function processFault(reason: string): CliptagError {
  const message = `Expected a process to draw the image in, but ${reason.trim()}`;
  return new CliptagError('drawing-process-failed', message);
}
