import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { S3Error, signatureDoesNotMatch } from './errors.ts';
import { header, type S3Request } from './request.ts';
import { readSignature, type SignedRequest } from './signed-request.ts';
import { uriDecode, uriEncode, uriEncodeKey } from './uri-encoding.ts';

/** Who sent a request, and what signing its body's chunks goes on from. */
export interface Authentication {
  readonly accessKeyId: string;
  readonly bodyHash: string;
  readonly signature: string;
  /**
   * Signs further text with the request's key, time and scope.
   * @param algorithm e.g. `AWS4-HMAC-SHA256-PAYLOAD`
   * @param lines what follows the scope in the string to sign
   */
  sign(algorithm: string, lines: readonly string[]): string;
}

/** How far a client's clock may be off: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html */
const MAXIMUM_SKEW_MILLISECONDS = 15 * 60_000;

/**
 * Checks a request's Signature Version 4
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html).
 *
 * @param credentials secret by access key
 * @throws {S3Error} `AccessDenied`, `InvalidAccessKeyId`, `RequestTimeTooSkewed`, `SignatureDoesNotMatch`, …
 */
export function authenticate(
  request: S3Request,
  credentials: Readonly<Record<string, string>>,
): Authentication {
  const signed = readSignature(request);
  const secret = secretOf(credentials, signed.accessKeyId);
  assertTimely(signed);
  assertSigned(request, signed);
  const key = signingKey(secret, signed.scope);
  const sign = (algorithm: string, lines: readonly string[]) =>
    hmac(key, [algorithm, signed.timestamp, signed.scope.join('/'), ...lines].join('\n')).toString('hex');
  const expected = sign('AWS4-HMAC-SHA256', [sha256Hex(canonicalRequest(request, signed))]);
  if (!equalSignatures(expected, signed.signature)) throw signatureDoesNotMatch();
  return { accessKeyId: signed.accessKeyId, bodyHash: signed.bodyHash, signature: signed.signature, sign };
}

/** @throws {S3Error} `InvalidAccessKeyId` */
export function secretOf(credentials: Readonly<Record<string, string>>, accessKeyId: string): string {
  const secret = Object.hasOwn(credentials, accessKeyId) ? credentials[accessKeyId] : undefined;
  if (secret !== undefined) return secret;
  throw new S3Error(
    403,
    'InvalidAccessKeyId',
    'The AWS Access Key Id you provided is not one of this endpoint.',
  );
}

/** Compares in a time that tells nothing of where the two differ. */
export function equalSignatures(expected: string, received: string): boolean {
  return expected.length === received.length && timingSafeEqual(Buffer.from(expected), Buffer.from(received));
}

export function sha256Hex(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: string | Buffer, content: string): Buffer {
  return createHmac('sha256', key).update(content).digest();
}

function signingKey(secret: string, scope: readonly string[]): Buffer {
  return scope.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

function assertTimely({ timestamp, scope, expiresSeconds }: SignedRequest): void {
  const time = Date.parse(timestamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(time) || !timestamp.startsWith(scope[0] ?? '')) {
    throw new S3Error(
      403,
      'AccessDenied',
      `Expected x-amz-date as YYYYMMDDTHHMMSSZ but received "${timestamp}".`,
    );
  }
  const ageMilliseconds = Date.now() - time;
  if (expiresSeconds === undefined) {
    if (Math.abs(ageMilliseconds) <= MAXIMUM_SKEW_MILLISECONDS) return;
    throw new S3Error(
      403,
      'RequestTimeTooSkewed',
      'The time of the request and of this endpoint differ too much.',
    );
  }
  if (ageMilliseconds < -MAXIMUM_SKEW_MILLISECONDS)
    throw new S3Error(403, 'AccessDenied', 'Request is not yet valid');
  if (ageMilliseconds > expiresSeconds * 1000) throw new S3Error(403, 'AccessDenied', 'Request has expired');
}

/** Whatever changes a request's meaning must be under its signature. */
function assertSigned(request: S3Request, { signedHeaders }: SignedRequest): void {
  const mustBeSigned = Object.keys(request.headers).filter(
    (name) => name === 'host' || name.startsWith('x-amz-'),
  );
  const unsigned = mustBeSigned.filter(
    (name) => !signedHeaders.includes(name) && name !== 'x-amz-content-sha256',
  );
  if (unsigned.length === 0) return;
  throw new S3Error(
    403,
    'AccessDenied',
    `There were headers present which were not signed: ${unsigned.join(', ')}`,
  );
}

function canonicalRequest(request: S3Request, { signedHeaders, bodyHash }: SignedRequest): string {
  return [
    request.method,
    uriEncodeKey(uriDecode(request.rawPath)),
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${(header(request, name) ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    bodyHash,
  ].join('\n');
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map((pair) => pair.join('='))
    .join('&');
}

/** By code, not by language. Encoded text is ASCII, so code units are bytes. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
