/** What an answer says of its problem: problem details (RFC 9457). */
interface ProblemDetails {
  readonly title: string;
  readonly detail?: string;
  readonly code: string;
  readonly column?: number;
}

/**
 * An answer that is a problem. Programs branch on `code` (docs/error-codes.md), never on text.
 *
 * @example
 * if (error instanceof ApiProblem && error.code === 'no-image') …
 */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  /** Of HTTP. */
  readonly status: number;
  readonly code: string;
  /** Where a query is wrong: the first column is 1. */
  readonly column: number | undefined;

  constructor(status: number, { title, detail, code, column }: ProblemDetails) {
    super(detail ?? title);
    this.status = status;
    this.code = code;
    this.column = column;
  }
}

/** The problem that an answer is, whoever gave it: AWS refuses callers before the API hears of them. */
export async function problemIn(answer: Response): Promise<ApiProblem> {
  const body: unknown = await answer.json().catch(() => undefined);
  if (isProblem(body)) return new ApiProblem(answer.status, body);
  const isRefused = answer.status === 401 || answer.status === 403;
  return new ApiProblem(answer.status, {
    title: isRefused
      ? `The caller may not use the API, or has not signed the request (HTTP ${answer.status})`
      : `Expected an answer of the API but received HTTP ${answer.status}`,
    code: isRefused ? 'no-access' : 'unexpected-answer',
  });
}

function isProblem(body: unknown): body is ProblemDetails {
  if (typeof body !== 'object' || body === null) return false;
  const { title, code } = body as Partial<ProblemDetails>;
  return typeof title === 'string' && typeof code === 'string';
}
