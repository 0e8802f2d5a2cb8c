import type { IncomingHttpHeaders } from 'node:http';
import { headerValue, sha256Hex } from '../http/canonical-request.ts';
import { findSignatureError, isOfKeys, type SignatureError, signatureInHeaders } from '../http/signature.ts';
import { uriEncodePath } from '../http/uri-encoding.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface DynamoDbRequest {
  readonly method: string;
  /** Path and query exactly as in the request line. */
  readonly target: string;
  /** By lower-case name, as `node:http` gives them. */
  readonly headers: IncomingHttpHeaders;
  /** `undefined` when it has not come yet: then all is checked but the signature itself, which covers it. */
  readonly body: Uint8Array | undefined;
}

/** Why a request is refused; SDKs make `exception` the error's `name`. */
export interface DynamoDbError {
  /** @default 400 */
  readonly status?: number;
  readonly exception: string;
  readonly message: string;
}

/** Amazon DynamoDB's names for the errors. */
const EXCEPTIONS: Readonly<Record<SignatureError['code'], string>> = {
  'malformed-date': 'IncompleteSignatureException',
  'unsigned-headers': 'IncompleteSignatureException',
  'unknown-key': 'UnrecognizedClientException',
  'wrong-scope': 'InvalidSignatureException',
  'not-yet-valid': 'InvalidSignatureException',
  expired: 'InvalidSignatureException',
  mismatch: 'InvalidSignatureException',
};

/** The body's digest is always calculated from the body, since most clients send none. */
export function findDynamoDbError(
  { method, target, headers, body }: DynamoDbRequest,
  credentials: Credentials,
  keysHint = '',
): DynamoDbError | undefined {
  if (headerValue(headers, 'authorization') === '') {
    return {
      exception: 'MissingAuthenticationTokenException',
      message: 'Request is missing Authentication Token',
    };
  }
  const signed = signatureInHeaders(headers);
  if (signed === undefined) {
    const message = 'Expected a Signature Version 4 Authorization header';
    return { exception: 'IncompleteSignatureException', message };
  }
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const fault = findSignatureError(
    {
      method,
      canonicalPath: uriEncodePath(path),
      query: new URLSearchParams(query),
      headers,
      bodyHash: sha256Hex(body ?? ''),
    },
    signed,
    {
      service: 'dynamodb',
      secret: signed.accessKeyId === credentials.accessKeyId ? credentials.secretAccessKey : undefined,
    },
  );
  if (body === undefined && fault?.code === 'mismatch') return undefined;
  const hint = isOfKeys(fault?.code) ? ` ${keysHint}` : '';
  return fault && { exception: EXCEPTIONS[fault.code], message: `${fault.message}${hint}`.trim() };
}
