/** Where the other side is gone before all of an answer has come. */
const RESET = { code: 'ECONNRESET' };

/** Codes of undici's errors, with what the SDK's own handler tells of the same. */
const KNOWN_AS: Readonly<Record<string, object>> = {
  UND_ERR_CONNECT_TIMEOUT: { name: 'TimeoutError' },
  UND_ERR_HEADERS_TIMEOUT: { name: 'TimeoutError' },
  UND_ERR_BODY_TIMEOUT: { name: 'TimeoutError' },
  UND_ERR_SOCKET: RESET,
  // Bodies that end before they are complete, of answers after which the connection was to end.
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: RESET,
  HPE_INVALID_EOF_STATE: RESET,
};

/** So that the SDK's retries know what passes. */
export function connectionError(error: Error): Error {
  const known = KNOWN_AS[codeOf(error)];
  return known ? Object.assign(new Error(error.message, { cause: error }), known) : error;
}

/** Whether the connection ended, as told by {@link connectionError}. */
export function isReset(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes(codeOf(error));
}

/**
 * Whether undici gave up a request for a `100 Continue` that it had not asked for. Every server may send one, and a client has to
 * wait for what comes after it: https://www.rfc-editor.org/rfc/rfc9110#section-15.2
 */
export function isUnaskedContinue(error: unknown): boolean {
  const { cause } = error as { readonly cause?: unknown };
  return cause instanceof Error && codeOf(cause) === 'UND_ERR_SOCKET' && cause.message === 'bad response';
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
