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
  /** The wait that the server asks for, if it does. */
  readonly afterMilliseconds: number | undefined;

  private readonly kind: HubErrorKind;

  constructor(
    kind: HubErrorKind,
    message: string,
    options: { retryable?: boolean; cause?: unknown; afterMilliseconds?: number | undefined } = {},
  ) {
    super(`hub-${kind}`, message, options);
    this.kind = kind;
    this.afterMilliseconds = options.afterMilliseconds;
  }

  /** The same error, but not retryable. */
  final(): HubError {
    return new HubError(this.kind, this.message, { retryable: false, cause: this.cause });
  }
}

/** What the user can do without the hub. */
const WITHOUT_HUB =
  'give a mirror (--mirror URL), compile a folder that you have (cliptag models compile FOLDER), or use the embedded model, which needs no network';

/** Codes of Node and undici: no connection was made. */
const UNREACHABLE = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The error for a failed request, or for a body that broke off. */
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

/** The error for a status of 400 or above. @param headers their names in lower case */
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
  // The hub's header X-Error-Code (huggingface_hub, `hf_raise_for_status`).
  const missing: Readonly<Record<string, string>> = {
    RepoNotFound: 'there is no such repository',
    RevisionNotFound: 'the repository has no such revision',
    EntryNotFound: 'the revision has no such file',
  };
  return missing[headers['x-error-code'] ?? ''] ?? NO_SUCH_PLACE;
}

const NO_SUCH_PLACE =
  'check repository, revision and file; a plain mirror without the list of files that the hub has (/api/models) gives only what models.lock.json holds';

/** A server that asks for a longer wait is asked again after five minutes. */
const MAXIMUM_WAIT_MILLISECONDS = 300_000;

/** Retry-After: seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(milliseconds)
    ? undefined
    : Math.min(MAXIMUM_WAIT_MILLISECONDS, Math.max(0, milliseconds));
}

/** Host and path only: the query of a redirect holds a signature. */
function place(url: URL): string {
  return `${url.host}${url.pathname}`;
}
