import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { canonicalRequest, headerValue, type SignableRequest, sha256Hex } from './canonical-request.ts';

/**
 * AWS Signature Version 4, as a server checks it. Each endpoint reads the signature from where its service takes it,
 * and answers an error by its service's name for it. It is our own code because the libraries
 * (`@smithy/signature-v4`) sign the requests of a client and check none. Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

/** AWS accepts a request up to 15 minutes from its own clock. */
const MAXIMUM_CLOCK_SKEW_MILLISECONDS = 15 * 60 * 1_000;

export const SIGNATURE_ALGORITHM = 'AWS4-HMAC-SHA256';

const AUTHORIZATION = new RegExp(
  `^${SIGNATURE_ALGORITHM}\\s+Credential=([^,\\s]+),\\s*SignedHeaders=([^,\\s]+),\\s*Signature=([^,\\s]+)$`,
);

/** What a request says about its own signature. */
export interface RequestSignature extends Credential {
  /** Lower-case names. */
  readonly signedHeaders: readonly string[];
  /** Lower-case hexadecimal. */
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly timestamp: string;
}

export interface Credential {
  readonly accessKeyId: string;
  readonly scope: readonly [date: string, region: string, service: string, terminator: string];
}

export interface SignatureRules {
  /** The service whose scope the signature must carry. Any region is taken: one machine has no regions. */
  readonly service: string;
  /** The secret of the signature's access key; `undefined` when the key is not known. */
  readonly secret: string | undefined;
  /**
   * How long the signature is valid.
   * @default 15 minutes
   */
  readonly lifetimeMilliseconds?: number;
  /**
   * Milliseconds since the epoch by the server's clock.
   * @default now
   */
  readonly nowMilliseconds?: number;
}

/** Why a request is refused: `code` is what callers branch on, `message` is for people. */
export interface SignatureError {
  readonly code:
    | 'malformed-date'
    | 'wrong-scope'
    | 'unknown-key'
    | 'not-yet-valid'
    | 'expired'
    | 'unsigned-headers'
    | 'mismatch';
  readonly message: string;
}

export const UNKNOWN_KEY = fault(
  'unknown-key',
  'The access key ID you provided is not one of this endpoint.',
);

export const MISMATCH = fault(
  'mismatch',
  'The request signature we calculated does not match the signature you provided. ' +
    'Check your AWS Secret Access Key and signing method.',
);

/** Whether other keys would have helped. */
export function isOfKeys(code: SignatureError['code'] | undefined): boolean {
  return code === 'unknown-key' || code === 'mismatch';
}

/** The signature in the `Authorization` and `X-Amz-Date` headers; `undefined` when it is not of Version 4. */
export function signatureInHeaders(headers: IncomingHttpHeaders): RequestSignature | undefined {
  const [, credential = '', signedHeaders = '', signature = ''] =
    AUTHORIZATION.exec(headerValue(headers, 'authorization').trim()) ?? [];
  const parsed = parseCredential(credential);
  const timestamp = headerValue(headers, 'x-amz-date');
  return parsed && { ...parsed, signedHeaders: signedHeaders.split(';'), signature, timestamp };
}

/** `KEY/DATE/REGION/SERVICE/aws4_request` */
export function parseCredential(credential: string): Credential | undefined {
  const [accessKeyId, date, region, service, terminator, ...surplus] = credential.split('/');
  if (!accessKeyId || !date || !region || !service || !terminator || surplus.length > 0) return undefined;
  return { accessKeyId, scope: [date, region, service, terminator] };
}

/**
 * Checks who signed a request, and that nothing that was signed has changed since.
 *
 * @returns `undefined` for a request that may pass.
 */
export function findSignatureError(
  request: SignableRequest,
  signed: RequestSignature,
  {
    service,
    secret,
    lifetimeMilliseconds = MAXIMUM_CLOCK_SKEW_MILLISECONDS,
    nowMilliseconds = Date.now(),
  }: SignatureRules,
): SignatureError | undefined {
  const { timestamp, scope } = signed;
  const ageMilliseconds = nowMilliseconds - parseTimestamp(timestamp);
  const wantedScope = [timestamp.slice(0, 8), scope[1], service, 'aws4_request'].join('/');
  const unsigned = unsignedHeaders(request.headers, signed.signedHeaders);
  if (Number.isNaN(ageMilliseconds))
    return fault('malformed-date', `Expected the date as YYYYMMDDTHHMMSSZ but received "${timestamp}".`);
  if (scope.join('/') !== wantedScope)
    return fault('wrong-scope', `Expected the scope ${wantedScope} but received ${scope.join('/')}.`);
  if (secret === undefined) return UNKNOWN_KEY;
  if (ageMilliseconds < -MAXIMUM_CLOCK_SKEW_MILLISECONDS)
    return fault('not-yet-valid', `Request is not yet valid: it was signed at ${timestamp}.`);
  if (ageMilliseconds > lifetimeMilliseconds)
    return fault('expired', `Request has expired: it was signed at ${timestamp}.`);
  if (unsigned.length > 0)
    return fault(
      'unsigned-headers',
      `There were headers present which were not signed: ${unsigned.join(', ')}`,
    );
  const canonical = sha256Hex(canonicalRequest(request, signed.signedHeaders));
  const expected = signer(secret, signed)(SIGNATURE_ALGORITHM, [canonical]);
  return isSameSignature(expected, signed.signature) ? undefined : MISMATCH;
}

/**
 * Signs text with a key for one time and scope.
 *
 * @param algorithm First line of the string to sign, e.g. `AWS4-HMAC-SHA256`.
 * @param lines The lines after the scope.
 * @returns Lower-case hexadecimal.
 */
export type Sign = (algorithm: string, lines: readonly string[]) => string;

/** The key for one scope. */
export function signingKey(secret: string, scope: Credential['scope']): Buffer {
  return scope.reduce<Buffer>((parent, part) => hmac(parent, part), Buffer.from(`AWS4${secret}`));
}

export function signer(secret: string, { scope, timestamp }: RequestSignature): Sign {
  const key = signingKey(secret, scope);
  return (algorithm, lines) =>
    hmac(key, [algorithm, timestamp, scope.join('/'), ...lines].join('\n')).toString('hex');
}

/** Compares in a time that does not depend on where the two differ. */
export function isSameSignature(expected: string, received: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(received)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Headers that change a request's meaning must be signed; without the host, it could be replayed to another server. */
function unsignedHeaders(headers: IncomingHttpHeaders, signedHeaders: readonly string[]): string[] {
  const amzHeaders = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
  // The body's hash need not be signed as a header: it has a line of its own in the text that is signed.
  return ['host', ...amzHeaders].filter(
    (name) => !signedHeaders.includes(name) && name !== 'x-amz-content-sha256',
  );
}

/** Milliseconds since the epoch; `NaN` when the form is not `YYYYMMDDTHHMMSSZ`. */
function parseTimestamp(timestamp: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function fault(code: SignatureError['code'], message: string): SignatureError {
  return { code, message };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
