import { CliptagError, ImageFault } from '../../core/errors.ts';

/** Limits on decoding one image in a process of its own. */
export interface ProcessLimits {
  /** Processor time that it may take, the start of its process included. Waiting for a busy machine does not count. */
  readonly cpuSeconds: number;
  /** Memory that the process may hold, in bytes. */
  readonly memoryBytes: number;
  /** After this long the process is killed, however little processor time it got. */
  readonly timeoutSeconds: number;
}

/** The worker's message when it gives up. */
export interface Problem {
  readonly problem:
    | 'too-slow'
    | 'too-much-memory'
    | 'truncated'
    | 'unsupported'
    | 'no-decoder'
    | 'unreadable';
  readonly reason?: string;
}

/** How the process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * The error for a worker that has given up.
 *
 * @param noun what it decodes, as a message calls it: `drawing`
 */
export function problemFault(
  noun: string,
  { problem, reason }: Problem,
  { cpuSeconds, memoryBytes }: ProcessLimits,
): Error {
  switch (problem) {
    case 'too-slow':
      return new ImageFault(
        'failed',
        'too-slow',
        `Expected a ${noun} that takes at most ${cpuSeconds} s of a processor but it took longer`,
      );
    case 'too-much-memory':
      return new ImageFault(
        'failed',
        'too-many-pixels',
        `Expected a ${noun} that takes at most ${memoryBytes} bytes of memory but it took more`,
      );
    case 'truncated':
      return new ImageFault('failed', 'truncated', `Expected a whole ${noun} but received a truncated one`);
    case 'unsupported':
      return new ImageFault(
        'unsupported',
        'unsupported-format',
        `Expected a ${noun} that can be decoded but received one of another kind: ${reason}`,
      );
    case 'no-decoder':
      return processFault(`its decoder cannot be loaded: ${reason}`);
    case 'unreadable':
      return new Error(reason);
  }
}

/**
 * The error for a process that ended without its pixels. A crash is the fault of the image. SIGKILL comes from a system
 * that is short of memory (the process itself never gets far above its share), and an exit before any answer means that
 * the worker cannot run at all: both are to be retried.
 */
export function endingFault({ code, signal }: Ending, complaint: string): Error {
  if (signal && signal !== 'SIGKILL') return new Error(`decoding it ended with ${signal}`);
  return processFault(`it ended with ${signal ?? `exit code ${code}`} ${complaint}`);
}

/** The error for a process that was killed at its time limit, far above its processor time: the machine was too busy. */
export function timeoutFault({ timeoutSeconds }: ProcessLimits): CliptagError {
  const message = `Expected the decoding process to end within ${timeoutSeconds} s but it was still waiting for a processor`;
  return new CliptagError('decode-timeout', message);
}

/** The error for a process that could not be started, or that ended by itself: retryable. */
export function processFault(reason: string): CliptagError {
  const message = `Expected a process to decode the image in, but ${reason.trim()}`;
  return new CliptagError('decoding-process-failed', message);
}
