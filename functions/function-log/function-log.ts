import { Logger } from '@aws-lambda-powertools/logger';
import type { LogEnvironment } from '../config.ts';
import { errorWithoutText } from '../core/error-without-text.ts';
import { keyDigest } from '../core/objects/key-digest.ts';

/** What a Lambda function writes to its log, and how it writes of keys and errors there. */
export interface FunctionLog {
  readonly logger: Logger;
  /** A key, or the beginning of keys, as it is logged. */
  readonly key: <Key extends string | undefined>(key: Key) => Key | string;
  /** An error as it is logged: by Cliptag, or by Lambda and Step Functions where it is thrown on. */
  readonly error: (error: unknown) => unknown;
}

/**
 * The log of a function.
 *
 * @example
 * const log = functionLog({ LOG_LEVEL: 'INFO', LOG_KEYS: false });
 * log.logger.info('fed', { first: log.key('a.jpg') }); // "first":"sha256:509b0d4641a7c3ba"
 */
export function functionLog({ LOG_LEVEL, LOG_KEYS }: LogEnvironment): FunctionLog {
  const logger = new Logger({ serviceName: 'cliptag', logLevel: LOG_LEVEL });
  return LOG_KEYS
    ? { logger, key: (key) => key, error: (error) => error }
    : { logger, key: (key) => (key === undefined ? key : keyDigest(key)), error: errorWithoutText };
}
