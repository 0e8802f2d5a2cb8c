import { HTTPException } from 'hono/http-exception';
import { ERROR_CODES, type ErrorCode } from '../core/error-codes.ts';
import { CliptagError, ImageFault } from '../core/errors.ts';
import type { Problem } from './contract.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** A request that is refused, by its status. */
export class RefusedRequest extends CliptagError {
  constructor(
    readonly status: number,
    code: ErrorCode,
    message: string,
  ) {
    super(code, message);
  }
}

/** What the codes of others answer. Whatever stands neither here nor below is a fault of the API itself. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'invalid-request': 400,
  'invalid-input': 400,
  'invalid-cursor': 400,
  'object-gone': 404,
  'no-image': 404,
  'not-offered': 404,
  'not-tagged': 409,
  'too-many-corrections': 409,
  'no-bucket': 404,
  'no-label-set': 404,
  'label-set-taken': 409,
  'model-mismatch': 409,
};

/**
 * An error as problem details (https://www.rfc-editor.org/rfc/rfc9457). What went wrong within stays within: only errors
 * about the request itself have a detail.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof RefusedRequest) return problem(error.status, error.code, error.message);
  if (error instanceof ImageFault) return problem(422, error.code, error.message);
  if (error instanceof CliptagError) return problemOfOwn(error);
  if (error instanceof HTTPException && error.status < 500) return problemOfHono(error);
  return problem(500, 'internal-fault');
}

function problemOfOwn(error: CliptagError): Problem {
  const { code, message, retryable } = error;
  if ('column' in error && typeof error.column === 'number') {
    return { ...problem(400, code, message), column: error.column };
  }
  const status = STATUS[code];
  if (status !== undefined) return problem(status, code, message);
  return retryable ? problem(503, code) : problem(500, 'internal-fault');
}

/** What hono and its validators throw: a body that is no JSON, or of another media type than the route takes. */
function problemOfHono({ status, message }: HTTPException): Problem {
  if (status === 415) {
    return problem(status, 'unsupported-media-type', 'Expected a body of a media type that the route takes');
  }
  return problem(status, 'invalid-request', message);
}

function problem(status: number, code: ErrorCode, detail?: string): Problem {
  const title = ERROR_CODES[code].meaning;
  return { type: `urn:cliptag:problem:${code}`, title, status, ...(detail && { detail }), code };
}

export function problemResponse(answered: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(answered), {
    status: answered.status,
    headers: { 'content-type': PROBLEM_MEDIA_TYPE, ...headers },
  });
}
