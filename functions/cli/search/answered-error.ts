import { ApiProblem } from '../../client/client.ts';
import { ERROR_CODES, type ErrorCode } from '../../core/error-codes.ts';
import { CliptagError } from '../../core/errors.ts';
import { WrongQuery } from './wrong-query.ts';

/** What the API of the local pipeline on this port has answered in place of an answer, as the command line tells it. */
export function answeredError(error: unknown, httpPort: number): CliptagError {
  const place = `127.0.0.1:${httpPort}`;
  if (!(error instanceof ApiProblem)) {
    return new CliptagError(
      'no-pipeline',
      `no local pipeline's page answers on ${place}: start it with cliptag start, or name a deployed one with --stack`,
      { cause: error },
    );
  }
  const { code, column, message } = error;
  if (column !== undefined) return new WrongQuery(message, column);
  if (code !== 'unexpected-answer' && isErrorCode(code))
    return new CliptagError(code, message, { cause: error });
  return new CliptagError(
    'no-pipeline',
    `what answers on ${place} is no pipeline of this version: ${message}`,
    { cause: error },
  );
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
