import type { ErrorCode } from '../../core/error-codes.ts';
import { CliptagError } from '../../core/errors.ts';

/** Names of the SDK's errors about credentials. */
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

/** The message of a plain error that @smithy/config-resolver throws. */
const SDK_WITHOUT_REGION = 'Region is missing';

/**
 * What AWS answered, as the command line tells it: `no-access` without good credentials, `no-region` where no region
 * is set, else the code given.
 *
 * @param what e.g. "the table cannot be read"
 */
export function awsError(what: string, code: ErrorCode, cause: unknown): CliptagError {
  if (cause instanceof CliptagError) return cause;
  const { name = '', message = String(cause) } = cause as Partial<Error>;
  if (message === SDK_WITHOUT_REGION) {
    return new CliptagError(
      'no-region',
      `${what}: expected an AWS region: give --region, or set AWS_REGION`,
      {
        cause,
      },
    );
  }
  return new CliptagError(ACCESS_ERRORS.includes(name) ? 'no-access' : code, `${what}: ${name}: ${message}`, {
    cause,
  });
}
