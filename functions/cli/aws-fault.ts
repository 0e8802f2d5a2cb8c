import { CliptagError } from '../core/errors.ts';

/** Names of the SDK's errors that speak of credentials. */
const ACCESS_ERRORS = [
  'CredentialsProviderError',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'ExpiredTokenException',
  'AccessDenied',
  'AccessDeniedException',
];

/**
 * What AWS answered, as the command line tells it: `no-access` without good credentials, else the code given.
 *
 * @param what e.g. "the table cannot be read"
 */
export function awsFault(what: string, code: string, cause: unknown): CliptagError {
  if (cause instanceof CliptagError) return cause;
  const { name = '', message = String(cause) } = cause as Partial<Error>;
  return new CliptagError(ACCESS_ERRORS.includes(name) ? 'no-access' : code, `${what}: ${name}: ${message}`, {
    cause,
  });
}
