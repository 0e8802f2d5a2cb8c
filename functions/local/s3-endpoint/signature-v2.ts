import { createHmac } from 'node:crypto';
import { isSameSignature, MISMATCH, UNKNOWN_KEY } from '../http/signature.ts';
import type { Authentication } from './authentication.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import { type Credentials, findSecret, signatureError } from './signature.ts';

/** The query parameters that a version 2 signature covers. */
const COVERED_PARAMETERS =
  /^(acl|cors|delete|location|notification|partNumber|tagging|uploadId|uploads|versionId|versioning|response-.+)$/;

/** Whether a presigned URL is of Signature Version 2: boto3 and version 1 of the AWS CLI still make these. */
export function isPresignedV2({ query }: S3Request): boolean {
  return query.has('AWSAccessKeyId') && query.has('Signature');
}

/**
 * Checks a presigned URL of Signature Version 2 ("Query String Request Authentication Alternative",
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html).
 *
 * @throws {S3Error} `AccessDenied`, `InvalidAccessKeyId`, `SignatureDoesNotMatch`
 */
export function authenticateV2(request: S3Request, credentials: Credentials): Authentication {
  const accessKeyId = request.query.get('AWSAccessKeyId') ?? '';
  const secret = findSecret(credentials, accessKeyId);
  if (secret === undefined) throw signatureError(UNKNOWN_KEY);
  const expires = request.query.get('Expires') ?? '';
  if (!(Number(expires) * 1000 > Date.now())) throw new S3Error(403, 'AccessDenied', 'Request has expired');
  const signature = request.query.get('Signature') ?? '';
  const expected = createHmac('sha1', secret).update(stringToSign(request, expires)).digest('base64');
  if (!isSameSignature(expected, signature)) throw signatureError(MISMATCH);
  const cannotSignOn = (): never => {
    throw new S3Error(400, 'InvalidRequest', 'A version 2 signature cannot be followed by signed chunks.');
  };
  return { accessKeyId, signature, bodyHash: 'UNSIGNED-PAYLOAD', sign: cannotSignOn };
}

function stringToSign(request: S3Request, expires: string): string {
  // Clients move the headers that they sign into the query.
  const sent = new Map(
    [...Object.entries(request.headers), ...request.query].map(([name, value]) => [
      name.toLowerCase(),
      String(value),
    ]),
  );
  const amzHeaders = [...sent].filter(([name]) => name.startsWith('x-amz-')).sort(byName);
  return [
    request.method,
    sent.get('content-md5') ?? '',
    sent.get('content-type') ?? '',
    expires,
    ...amzHeaders.map(([name, value]) => `${name}:${value.trim()}`),
    resource(request),
  ].join('\n');
}

function resource({ rawPath, bucket, headers, query }: S3Request): string {
  const isInHost = headers.host?.startsWith(`${bucket}.`) ?? false;
  const covered = [...query].filter(([name]) => COVERED_PARAMETERS.test(name)).sort(byName);
  const parameters = covered.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');
  return `${isInHost ? `/${bucket}` : ''}${rawPath}${parameters && `?${parameters}`}`;
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}
