import { ERROR_CODES, type ErrorCode } from './error-codes.ts';
import { CliptagError } from './errors.ts';

/** Their texts have numbers and digests in them, and never the key of an object. */
const TEXTS_WITHOUT_KEYS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['queue-full', 'dead-letters-grow', 'label-sets-changed', 'segment-taken', 'not-complete'] as const),
  ...(['no-classifier', 'model-mismatch'] as const),
]);

const LEFT_OUT = 'the text is left out, for keys are not logged';

/** An error may be its own cause. */
const MOST_CAUSES = 4;

/**
 * An error as it may be logged where keys are not to be read, for the text of any error may hold some: its name, the
 * meaning of its code, the HTTP status that AWS answered, the places in the program that it came through, and its cause likewise.
 */
export function errorWithoutText(error: unknown, causes = MOST_CAUSES): Error {
  if (!(error instanceof Error)) return new Error(LEFT_OUT);
  const { cause } = error;
  const bare = new Error(
    textOf(error),
    cause !== undefined && causes > 0 ? { cause: errorWithoutText(cause, causes - 1) } : {},
  );
  bare.name = error.name;
  // A text may have lines that look like places.
  const { stack = '' } = error;
  const after = stack.slice(Math.max(0, stack.indexOf(error.message)) + error.message.length);
  const places = after.split('\n').filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line));
  bare.stack = [`${bare.name}: ${bare.message}`, ...places].join('\n');
  return bare;
}

function textOf(error: Error): string {
  if (error instanceof CliptagError) {
    return TEXTS_WITHOUT_KEYS.has(error.code)
      ? error.message
      : `${error.code}: ${ERROR_CODES[error.code].meaning}`;
  }
  const { $metadata: { httpStatusCode = undefined } = {} } = error as {
    $metadata?: { httpStatusCode?: number };
  };
  return httpStatusCode === undefined ? LEFT_OUT : `HTTP status ${httpStatusCode}; ${LEFT_OUT}`;
}
