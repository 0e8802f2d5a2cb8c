import {
  findSignatureError,
  parseCredential,
  type RequestSignature,
  SIGNATURE_ALGORITHM,
  type SignatureError,
  signatureInHeaders,
  signer,
  UNKNOWN_KEY,
} from '../http/signature.ts';
import { uriEncodePath } from '../http/uri-encoding.ts';
import type { Authentication } from './authentication.ts';
import { S3Error } from './errors.ts';
import { header, type S3Request, uriDecode } from './request.ts';

/** Secret by access key. */
export type Credentials = Readonly<Record<string, string>>;

/** What S3 takes and other services do not: presigned URLs, and bodies that are not signed by their hash. */
interface S3Signature extends RequestSignature {
  readonly bodyHash: string;
  /** Lifetime of a presigned URL; `undefined` for a request that is signed in its header. */
  readonly expiresSeconds?: number;
}

/** Seven days: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
const MAXIMUM_EXPIRY_SECONDS = 604_800;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const CODES: Readonly<Record<SignatureError['code'], readonly [status: number, code: string]>> = {
  'malformed-date': [403, 'AccessDenied'],
  'wrong-scope': [400, 'InvalidArgument'],
  'unknown-key': [403, 'InvalidAccessKeyId'],
  'not-yet-valid': [403, 'RequestTimeTooSkewed'],
  expired: [403, 'RequestTimeTooSkewed'],
  'unsigned-headers': [403, 'AccessDenied'],
  mismatch: [403, 'SignatureDoesNotMatch'],
};

/**
 * Checks a request's Signature Version 4, in its header or in the query of a presigned URL
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html).
 *
 * @throws {S3Error} `AccessDenied`, `InvalidAccessKeyId`, `RequestTimeTooSkewed`, `SignatureDoesNotMatch`, …
 */
export function authenticate(request: S3Request, credentials: Credentials): Authentication {
  const signed = readSignature(request);
  const { accessKeyId, signature, bodyHash, expiresSeconds } = signed;
  const secret = findSecret(credentials, accessKeyId);
  if (secret === undefined) throw signatureError(UNKNOWN_KEY);
  const fault = findSignatureError(
    {
      method: request.method,
      canonicalPath: uriEncodePath(uriDecode(request.rawPath)),
      query: [...request.query].filter(([name]) => name !== 'X-Amz-Signature'),
      headers:
        expiresSeconds === undefined ? request.headers : withSignedInQuery(request, signed.signedHeaders),
      bodyHash,
    },
    signed,
    {
      service: 's3',
      secret,
      ...(expiresSeconds !== undefined && { lifetimeMilliseconds: expiresSeconds * 1_000 }),
    },
  );
  if (fault) throw signatureError(fault, expiresSeconds !== undefined);
  return { accessKeyId, bodyHash, signature, sign: signer(secret, signed) };
}

/** Version 2 of the SDK for JavaScript names headers as signed that it has moved into the query. */
function withSignedInQuery({ headers, query }: S3Request, signedHeaders: readonly string[]) {
  const moved = [...query].map(([name, value]) => [name.toLowerCase(), value] as const);
  return { ...Object.fromEntries(moved.filter(([name]) => signedHeaders.includes(name))), ...headers };
}

export function findSecret(credentials: Credentials, accessKeyId: string): string | undefined {
  return Object.hasOwn(credentials, accessKeyId) ? credentials[accessKeyId] : undefined;
}

/** The error, under S3's name for it. */
export function signatureError({ code, message }: SignatureError, isPresigned = false): S3Error {
  const [status, s3Code] = CODES[code];
  // A presigned URL may be old on purpose, so its client's clock is not at fault.
  const isAge = s3Code === 'RequestTimeTooSkewed';
  return new S3Error(status, isPresigned && isAge ? 'AccessDenied' : s3Code, message);
}

/** @throws {S3Error} when the request is not signed, or not in a form that S3 takes */
function readSignature(request: S3Request): S3Signature {
  if (request.query.has('X-Amz-Signature')) return signatureInQuery(request);
  if (header(request, 'authorization') !== undefined) return signatureInHeader(request);
  throw new S3Error(403, 'AccessDenied', 'Access Denied: the request is not signed.');
}

function signatureInHeader(request: S3Request): S3Signature {
  const signed = signatureInHeaders(request.headers);
  if (signed === undefined) {
    const message = 'Expected a Signature Version 4 Authorization header.';
    throw new S3Error(400, 'AuthorizationHeaderMalformed', message);
  }
  const bodyHash = header(request, 'x-amz-content-sha256');
  if (bodyHash !== undefined) return { ...signed, bodyHash };
  throw new S3Error(400, 'InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
}

function signatureInQuery(request: S3Request): S3Signature {
  const { query } = request;
  const parameter = (name: string): string => {
    const value = query.get(name);
    if (value) return value;
    throw queryError(`Query-string authentication needs the parameter ${name}.`);
  };
  if (parameter('X-Amz-Algorithm') !== SIGNATURE_ALGORITHM)
    throw queryError(`X-Amz-Algorithm only supports ${SIGNATURE_ALGORITHM}.`);
  const expiresSeconds = Number(parameter('X-Amz-Expires'));
  if (!(expiresSeconds > 0 && expiresSeconds <= MAXIMUM_EXPIRY_SECONDS)) {
    throw queryError(`X-Amz-Expires must be between 1 and ${MAXIMUM_EXPIRY_SECONDS} seconds.`);
  }
  const credential = parseCredential(parameter('X-Amz-Credential'));
  if (!credential) throw queryError('Expected X-Amz-Credential as KEY/DATE/REGION/s3/aws4_request.');
  return {
    ...credential,
    signedHeaders: parameter('X-Amz-SignedHeaders').split(';'),
    signature: parameter('X-Amz-Signature'),
    timestamp: parameter('X-Amz-Date'),
    bodyHash:
      query.get('X-Amz-Content-Sha256') ?? header(request, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
    expiresSeconds,
  };
}

function queryError(message: string): S3Error {
  return new S3Error(400, 'AuthorizationQueryParametersError', message);
}
