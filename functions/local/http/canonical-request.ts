import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { uriEncode } from './uri-encoding.ts';

/** The parts of a request that a signature can cover. */
export interface SignableRequest {
  readonly method: string;
  /** In the encoding in which the service signs it: S3 percent-encodes it once, all other services twice. */
  readonly canonicalPath: string;
  /** Decoded, without the signature itself. */
  readonly query: Iterable<readonly [name: string, value: string]>;
  /** By lower-case name, as `node:http` gives them. */
  readonly headers: IncomingHttpHeaders;
  /** The body's SHA-256 in hexadecimal, or what S3's clients sign in its place. */
  readonly bodyHash: string;
}

/**
 * The text of a request that its signature covers. Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request
 *
 * @param signedHeaders Lower-case names, in the order in which the client lists them.
 */
export function canonicalRequest(request: SignableRequest, signedHeaders: readonly string[]): string {
  const { method, canonicalPath, query, headers, bodyHash } = request;
  return [
    method,
    canonicalPath,
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${headerValue(headers, name).trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    bodyHash,
  ].join('\n');
}

/** A header's value; empty when the header is absent. */
export function headerValue(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name] ?? '';
  return typeof value === 'string' ? value : value.join(',');
}

/** As lower-case hexadecimal digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function canonicalQuery(query: SignableRequest['query']): string {
  return (
    Array.from(query, ([name, value]) => [uriEncode(name), uriEncode(value)] as const)
      // By name, then by value: sorting the joined pairs would put "a-b=1" before "a=1".
      .sort(
        ([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue),
      )
      .map((pair) => pair.join('='))
      .join('&')
  );
}

/** Compares by code unit, not by language. Encoded text is ASCII, so code units are bytes. */
function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
