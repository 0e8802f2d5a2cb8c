import { createHmac } from 'node:crypto';
import { isSameSignature, MISMATCH, UNKNOWN_KEY } from '../http/signature.ts';
import type { Authentication } from './authentication.ts';
import { S3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';
import { type Credentials, findSecret, signatureError } from './signature.ts';

/** The query parameters that a version 2 signature covers. */
const COVERED_PARAMETERS =
  /^(acl|cors|delete|lifecycle|location|logging|notification|partNumber|policy|replication|requestPayment|restore|tagging|torrent|uploadId|uploads|versionId|versioning|versions|website|response-.+)$/;

/** S3 accepts a request up to 15 minutes from its own clock. */
const MAXIMUM_CLOCK_SKEW_MILLISECONDS = 15 * 60 * 1_000;

interface SignatureV2 {
  readonly accessKeyId: string;
  readonly signature: string;
  /** The line of the text to sign that says when: the date, or when a presigned URL expires. */
  readonly dateLine: string;
}

/** Whether a request is signed by Version 2: boto3 and version 1 of the AWS CLI still presign so, old clients always. */
export function isSignedV2({ query, headers }: S3Request): boolean {
  return isPresignedV2(query) || /^AWS\s/.test(headers.authorization ?? '');
}

/**
 * Checks a request's Signature Version 2, in its header or in a presigned URL
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html).
 *
 * @throws {S3Error} `AccessDenied`, `InvalidAccessKeyId`, `RequestTimeTooSkewed`, `SignatureDoesNotMatch`
 */
export function authenticateV2(request: S3Request, credentials: Credentials): Authentication {
  const { accessKeyId, signature, dateLine } = isPresignedV2(request.query)
    ? signatureInQuery(request)
    : signatureInHeader(request);
  const secret = findSecret(credentials, accessKeyId);
  if (secret === undefined) throw signatureError(UNKNOWN_KEY);
  const isSigned = signablePaths(request).some((path) => {
    const text = stringToSign(request, dateLine, path);
    return isSameSignature(createHmac('sha1', secret).update(text).digest('base64'), signature);
  });
  if (!isSigned) throw signatureError(MISMATCH);
  const cannotSignOn = (): never => {
    throw new S3Error(400, 'InvalidRequest', 'A version 2 signature cannot be followed by signed chunks.');
  };
  const bodyHash = header(request, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  return { accessKeyId, signature, bodyHash, sign: cannotSignOn };
}

function isPresignedV2(query: URLSearchParams): boolean {
  return query.has('AWSAccessKeyId') && query.has('Signature');
}

function signatureInQuery({ query }: S3Request): SignatureV2 {
  const dateLine = query.get('Expires') ?? '';
  if (!(Number(dateLine) * 1000 > Date.now())) throw new S3Error(403, 'AccessDenied', 'Request has expired');
  return {
    accessKeyId: query.get('AWSAccessKeyId') ?? '',
    signature: query.get('Signature') ?? '',
    dateLine,
  };
}

/** `AWS KEY:SIGNATURE` */
function signatureInHeader(request: S3Request): SignatureV2 {
  const [, accessKeyId = '', signature = ''] =
    /^AWS\s+([^:\s]+):(\S+)$/.exec(header(request, 'authorization') ?? '') ?? [];
  const amzDate = header(request, 'x-amz-date');
  const date = amzDate ?? header(request, 'date') ?? '';
  const ageMilliseconds = Math.abs(Date.now() - Date.parse(date));
  if (Number.isNaN(ageMilliseconds))
    throw new S3Error(403, 'AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  if (ageMilliseconds > MAXIMUM_CLOCK_SKEW_MILLISECONDS)
    throw new S3Error(403, 'RequestTimeTooSkewed', `The request was signed at ${date}.`);
  return { accessKeyId, signature, dateLine: amzDate === undefined ? date : '' };
}

function stringToSign(request: S3Request, dateLine: string, path: string): string {
  // Clients move the headers that they sign into the query. Where a header is sent as well, it is the one that acts.
  const sent = new Map(
    [...request.query, ...Object.entries(request.headers).filter(([, value]) => value !== '')].map(
      ([name, value]) => [name.toLowerCase(), String(value)],
    ),
  );
  const amzHeaders = [...sent].filter(([name]) => name.startsWith('x-amz-')).sort(byName);
  return [
    request.method,
    sent.get('content-md5') ?? '',
    sent.get('content-type') ?? '',
    dateLine,
    ...amzHeaders.map(([name, value]) => `${name}:${value.trim()}`),
    `${path}${coveredParameters(request.query)}`,
  ].join('\n');
}

/** With the bucket, whichever way it was named; boto3 signs a slash behind a bucket that it does not send. */
function signablePaths({ rawPath, bucket, key, headers }: S3Request): readonly string[] {
  const isInHost = headers.host?.startsWith(`${bucket}.`) ?? false;
  const path = `${isInHost ? `/${bucket}` : ''}${rawPath}`;
  return key === '' && !path.endsWith('/') ? [path, `${path}/`] : [path];
}

function coveredParameters(query: URLSearchParams): string {
  const covered = [...query].filter(([name]) => COVERED_PARAMETERS.test(name)).sort(byName);
  const parameters = covered.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');
  return parameters && `?${parameters}`;
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}
