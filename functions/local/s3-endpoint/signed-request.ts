import { invalidArgument, S3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';

/** What a request says of its own signature, in the Authorization header or in the query of a presigned URL. */
export interface SignedRequest {
  readonly accessKeyId: string;
  /** Credential scope: date, region, service, `aws4_request`. */
  readonly scope: readonly string[];
  readonly signedHeaders: readonly string[];
  /** Lower-case hexadecimal. */
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly timestamp: string;
  /** `x-amz-content-sha256`: the body's hash, or how the body is signed instead. */
  readonly bodyHash: string;
  /** Lifetime of a presigned URL; `undefined` for one signed in its header. */
  readonly expiresSeconds?: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const AUTHORIZATION = new RegExp(
  `^${ALGORITHM}\\s+Credential=([^,\\s]+),\\s*SignedHeaders=([^,\\s]+),\\s*Signature=([0-9a-f]{64})$`,
);

/** Seven days: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
const MAXIMUM_EXPIRY_SECONDS = 604_800;

/** @throws {S3Error} when the request is not signed, or not in a form that S3 takes */
export function readSignature(request: S3Request): SignedRequest {
  if (request.query.has('X-Amz-Signature')) return signatureInQuery(request);
  if (header(request, 'authorization') !== undefined) return signatureInHeader(request);
  throw new S3Error(403, 'AccessDenied', 'Access Denied: the request is not signed.');
}

function signatureInHeader(request: S3Request): SignedRequest {
  const [, credential = '', signedHeaders = '', signature = ''] =
    AUTHORIZATION.exec(header(request, 'authorization') ?? '') ?? [];
  if (signature === '') {
    throw new S3Error(
      400,
      'AuthorizationHeaderMalformed',
      'Expected a Signature Version 4 Authorization header.',
    );
  }
  const bodyHash = header(request, 'x-amz-content-sha256');
  if (bodyHash === undefined) {
    throw new S3Error(
      400,
      'InvalidRequest',
      'Missing required header for this request: x-amz-content-sha256',
    );
  }
  return {
    ...readCredential(credential),
    signedHeaders: signedHeaders.split(';'),
    signature,
    timestamp: header(request, 'x-amz-date') ?? '',
    bodyHash,
  };
}

function signatureInQuery({ query, headers }: S3Request): SignedRequest {
  const parameter = (name: string): string => {
    const value = query.get(name);
    if (value) return value;
    throw queryError(`Query-string authentication needs the parameter ${name}.`);
  };
  if (parameter('X-Amz-Algorithm') !== ALGORITHM)
    throw queryError(`X-Amz-Algorithm only supports ${ALGORITHM}.`);
  const expiresSeconds = Number(parameter('X-Amz-Expires'));
  if (!(expiresSeconds > 0 && expiresSeconds <= MAXIMUM_EXPIRY_SECONDS)) {
    throw queryError(`X-Amz-Expires must be between 1 and ${MAXIMUM_EXPIRY_SECONDS} seconds.`);
  }
  return {
    ...readCredential(parameter('X-Amz-Credential')),
    signedHeaders: parameter('X-Amz-SignedHeaders').split(';'),
    signature: parameter('X-Amz-Signature'),
    timestamp: parameter('X-Amz-Date'),
    bodyHash:
      query.get('X-Amz-Content-Sha256') ?? String(headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD'),
    expiresSeconds,
  };
}

function queryError(message: string): S3Error {
  return new S3Error(400, 'AuthorizationQueryParametersError', message);
}

/** Any region is taken: on one machine there is only one S3, and a client's configured region is no fault. */
function readCredential(credential: string): Pick<SignedRequest, 'accessKeyId' | 'scope'> {
  const [accessKeyId = '', ...scope] = credential.split('/');
  const [, , service, terminator] = scope;
  if (scope.length === 4 && service === 's3' && terminator === 'aws4_request') return { accessKeyId, scope };
  throw invalidArgument(
    `Expected the credential as KEY/DATE/REGION/s3/aws4_request but received ${scope.join('/')} after the key.`,
  );
}
