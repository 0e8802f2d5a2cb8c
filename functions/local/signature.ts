import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalRequest, headerValue, type SignedRequest, sha256 } from './canonical-request.ts';

/**
 * AWS Signature Version 4 as a server checks it, for signatures in the `Authorization` header.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

/** AWS accepts a request up to 15 minutes from its own clock. */
const MAX_CLOCK_SKEW_MS = 15 * 60 * 1_000;

const ALGORITHM = 'AWS4-HMAC-SHA256';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Why a request is refused: `code` is what callers branch on, `message` is for people. */
export interface SignatureFault {
  readonly code: 'missing' | 'incomplete' | 'unknown-key' | 'expired' | 'mismatch';
  readonly message: string;
}

interface Authorization {
  readonly accessKeyId: string;
  /** `<yyyymmdd>/<region>/<service>/aws4_request`, in its four parts. */
  readonly scope: readonly [date: string, region: string, service: string, terminator: string];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/**
 * Checks who signed a request and that nothing signed was changed since, the body included.
 *
 * @param service The service whose scope the signature must carry: `dynamodb`, `s3`, ...
 * @param nowMs Milliseconds since the epoch by the server's clock.
 * @returns `undefined` for a request that may pass.
 */
export function findSignatureFault(
  request: SignedRequest,
  credentials: Credentials,
  service: string,
  nowMs: number = Date.now(),
): SignatureFault | undefined {
  const header = headerValue(request, 'authorization');
  if (header === '') return { code: 'missing', message: 'Request is missing Authentication Token' };
  const authorization = parseAuthorization(header);
  const timestamp = headerValue(request, 'x-amz-date');
  const signedAtMs = parseTimestamp(timestamp);
  if (authorization === undefined || signedAtMs === undefined || !coversHost(authorization)) {
    return {
      code: 'incomplete',
      message: 'Expected a Signature Version 4 Authorization header, an X-Amz-Date header and a signed Host',
    };
  }
  if (authorization.accessKeyId !== credentials.accessKeyId) {
    return { code: 'unknown-key', message: 'The security token included in the request is invalid.' };
  }
  if (Math.abs(nowMs - signedAtMs) > MAX_CLOCK_SKEW_MS) {
    return {
      code: 'expired',
      message: `Signature expired: ${timestamp} is more than 15 minutes from this clock`,
    };
  }
  const { scope } = authorization;
  const sound = scope[0] === timestamp.slice(0, 8) && scope[2] === service && scope[3] === 'aws4_request';
  const expected = sign(request, authorization, timestamp, credentials.secretAccessKey);
  return sound && isSame(expected, authorization.signature) ? undefined : MISMATCH;
}

const MISMATCH: SignatureFault = {
  code: 'mismatch',
  message:
    'The request signature we calculated does not match the signature you provided. ' +
    'Check your AWS Secret Access Key and signing method.',
};

function parseAuthorization(header: string): Authorization | undefined {
  const [algorithm, ...rest] = header.trim().split(' ');
  if (algorithm !== ALGORITHM) return undefined;
  const pairs = rest
    .join('')
    .split(',')
    .map((field) => field.split('='));
  const fields = new Map(pairs.map(([name = '', value = '']) => [name, value]));
  const [accessKeyId, date, region, service, terminator, ...surplus] = (fields.get('Credential') ?? '').split(
    '/',
  );
  const signedHeaders = fields.get('SignedHeaders');
  const signature = fields.get('Signature');
  if (!accessKeyId || !date || !region || !service || !terminator || surplus.length > 0) return undefined;
  if (!signedHeaders || !signature) return undefined;
  const scope = [date, region, service, terminator] as const;
  return { accessKeyId, scope, signedHeaders: signedHeaders.split(';'), signature };
}

/** Without the host under the signature, a request for one server could be replayed to another. */
function coversHost(authorization: Authorization): boolean {
  return authorization.signedHeaders.includes('host');
}

function parseTimestamp(value: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

function sign(
  request: SignedRequest,
  { scope, signedHeaders }: Authorization,
  timestamp: string,
  secret: string,
): string {
  const canonical = canonicalRequest(request, signedHeaders, scope[2]);
  const toSign = [ALGORITHM, timestamp, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>((parent, part) => hmac(parent, part), `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

function isSame(expected: string, received: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(received)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
