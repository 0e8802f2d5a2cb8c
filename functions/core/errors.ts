import { ERROR_CODES, type ErrorCode, type ImageFaultCode } from './error-codes.ts';

export interface CliptagErrorOptions {
  /** For a fault that differs from others of its code. @default what {@link ERROR_CODES} says of the code */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/**
 * What every error of Cliptag carries: callers branch on `code`, never on text;
 * `retryable` decides a message's fate (retryable: it goes back to the queue).
 */
export class CliptagError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: CliptagErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable ?? false;
  }
}

/**
 * Names an error for its code. Step Functions decides by an error's name whether it calls a function again, and the
 * name of a class will not do: bundlers shorten it.
 */
export function namedByCode(error: unknown): unknown {
  if (error instanceof CliptagError) error.name = error.code;
  return error;
}

/** A permanent fault of one image: it ends in an image record with this status and reason. */
export class ImageFault extends CliptagError {
  declare readonly code: ImageFaultCode;
  readonly status: 'unsupported' | 'failed';

  constructor(status: 'unsupported' | 'failed', code: ImageFaultCode, message: string) {
    super(code, message);
    this.status = status;
  }
}

/** A message that cannot be understood: it is reported as failed until its receives are used up (dead-letter queue). */
export class MessageFault extends CliptagError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super('message-not-understood', message, options);
  }
}

/** The object is no longer in the state that the event tells of; a newer event tells the rest. */
export class ObjectSuperseded extends CliptagError {
  constructor(code: 'object-gone' | 'object-changed', message: string) {
    super(code, message);
  }
}

/** Two embeddings, or an embedding and a classifier, come from different models. */
export class ModelMismatch extends CliptagError {
  constructor(expected: string, received: string) {
    super(
      'model-mismatch',
      `Expected an embedding of model ${expected} but received one of model ${received}: embeddings of different models cannot be compared`,
    );
  }
}

/** Something that the user wrote (label set, flag, manifest) is not as it should be; `faults` holds all faults. */
export class InvalidInput extends CliptagError {
  readonly faults: readonly string[];

  constructor(subject: string, faults: readonly string[]) {
    super('invalid-input', [`${subject}:`, ...faults.map((fault) => `  ${fault}`)].join('\n'));
    this.faults = faults;
  }
}

const EXCERPT_LENGTH = 200;

/** What arrived, as an error's text shows it: JSON, cut so that it fits a log line. */
export function excerpt(received: unknown): string {
  const text = printed(received);
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
}

function printed(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Deeper than the stack, which what a file holds may be.
    return Array.isArray(value) ? '[…]' : '{…}';
  }
}
