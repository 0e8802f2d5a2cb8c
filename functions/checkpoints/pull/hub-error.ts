import { CliptagError } from '../../core/errors.ts';

export type HubErrorKind =
  | 'unreachable'
  | 'interrupted'
  | 'busy'
  | 'refused'
  | 'not-found'
  | 'unexpected-answer';

/** Something between here and the hub went wrong. `retryable`: another attempt may succeed. */
export class HubError extends CliptagError {
  /** What the server asks to wait, if it does. */
  readonly afterMilliseconds: number | undefined;

  private readonly kind: HubErrorKind;

  constructor(
    code: HubErrorKind,
    message: string,
    options: { retryable?: boolean; cause?: unknown; afterMilliseconds?: number | undefined } = {},
  ) {
    super(`hub-${code}`, message, options);
    this.kind = code;
    this.afterMilliseconds = options.afterMilliseconds;
  }

  /** The same fault where another attempt is not worth its time. */
  final(): HubError {
    return new HubError(this.kind, this.message, { cause: this.cause });
  }
}

/** What may be done where the hub cannot be had. */
const WITHOUT_HUB =
  'give a mirror (--mirror URL), compile a folder that you have (cliptag models compile DIR), or use the embedded model, which needs no network';

/** No connection comes about. */
const UNREACHABLE = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What a failed request or a body that broke off means. */
export function connectionError(
  error: unknown,
  url: URL,
  stallMilliseconds: number,
  proxy?: string,
): CliptagError {
  if (error instanceof CliptagError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const cause = { cause: error };
  if (code === 'UND_ERR_BODY_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT') {
    const wait = `${stallMilliseconds / 1000} s`;
    const sentence = `Expected bytes of ${place(url)} but received none for ${wait}`;
    return new HubError('interrupted', sentence, { ...cause, retryable: true });
  }
  if (UNREACHABLE.has(code)) {
    const by = proxy === undefined ? '' : ` through the proxy ${new URL(proxy).host}`;
    const sentence = `Expected to reach ${url.host}${by} but received ${code}: ${WITHOUT_HUB}`;
    return new HubError('unreachable', sentence, { ...cause, retryable: true });
  }
  if (/^Proxy response|Proxy Authentication/.test(message)) {
    const sentence = `Expected a way to ${url.host} but the proxy refused (${message}): check HTTPS_PROXY, HTTP_PROXY and NO_PROXY`;
    return new HubError('refused', sentence, cause);
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    const sentence = `Expected a trusted certificate of ${url.host} but received ${code}: where a proxy signs its own, name its certificate in NODE_EXTRA_CA_CERTS`;
    return new HubError('refused', sentence, cause);
  }
  const sentence = `Expected all of ${place(url)} but the connection was cut (${code || message})`;
  return new HubError('interrupted', sentence, { ...cause, retryable: true });
}

/** What an answer of 400 and above means; `headers` in lower case. */
export function statusError(status: number, headers: Readonly<Record<string, string>>, url: URL): HubError {
  const what = place(url);
  const told = headers['x-error-message'] ? ` ("${headers['x-error-message']}")` : '';
  if (status === 429 || status >= 500) {
    const options = { retryable: true, afterMilliseconds: retryAfter(headers['retry-after']) };
    return new HubError('busy', `Expected ${what} but received status ${status}${told}`, options);
  }
  if (status === 401 || status === 403) {
    return new HubError(
      'refused',
      `Expected ${what} but received status ${status}${told}: ${refusedAdvice(status)}`,
    );
  }
  if (status === 404) {
    return new HubError(
      'not-found',
      `Expected ${what} but received status 404${told}: ${missingAdvice(headers)}`,
    );
  }
  return new HubError(
    'unexpected-answer',
    `Expected ${what} but received status ${status}${told}: check the endpoint`,
  );
}

function refusedAdvice(status: number): string {
  return status === 401
    ? 'check the name (the hub answers so for repositories that do not exist, too), or set HF_TOKEN to a token that may read it'
    : "accept the model's licence on its page on the hub, and set HF_TOKEN to a token of that account";
}

function missingAdvice(headers: Readonly<Record<string, string>>): string {
  const missing: Readonly<Record<string, string>> = {
    RepoNotFound: 'there is no such repository',
    RevisionNotFound: 'the repository has no such revision',
    EntryNotFound: 'the revision has no such file',
  };
  return missing[headers['x-error-code'] ?? ''] ?? NO_SUCH_PLACE;
}

const NO_SUCH_PLACE =
  'check repository, revision and file; a plain mirror without the list of files that the hub has (/api/models) gives only what models.lock.json holds';

/** Longer is no waiting but giving up. */
const MAXIMUM_WAIT_MILLISECONDS = 300_000;

/** Retry-After: seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(milliseconds)
    ? undefined
    : Math.min(MAXIMUM_WAIT_MILLISECONDS, Math.max(0, milliseconds));
}

/** Without the query: that of a redirect holds a signature. */
function place(url: URL): string {
  return `${url.host}${url.pathname}`;
}
