import { createHash } from 'node:crypto';

export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as they stood in the request line. */
  readonly target: string;
  /** Header values by lower-case name, as `node:http` gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/**
 * The text of a request that its signature covers.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request
 *
 * @param signedHeaders Lower-case names, in the order in which the client lists them.
 */
export function canonicalRequest(
  request: SignedRequest,
  signedHeaders: readonly string[],
  service: string,
): string {
  const [path, query] = splitOnce(request.target, '?');
  const headers = signedHeaders.map(
    (name) => `${name}:${headerValue(request, name).trim().replace(/ +/g, ' ')}\n`,
  );
  return [
    request.method,
    // S3 signs the path as it is sent; every other service signs it encoded once more.
    service === 's3' ? path : path.split('/').map(encode).join('/'),
    canonicalQuery(query),
    headers.join(''),
    signedHeaders.join(';'),
    payloadHash(request, service),
  ].join('\n');
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => splitOnce(pair, '=').map(recode));
  // By name, then by value: sorting the joined pairs would put "a-b=1" before "a=1".
  const inOrder = pairs.sort(([name = '', value = ''], [otherName = '', otherValue = '']) =>
    name === otherName ? compare(value, otherValue) : compare(name, otherName),
  );
  return inOrder.map((pair) => pair.join('=')).join('&');
}

/**
 * What the client signed in the payload's place. A digest is always taken from the body that arrived, for most clients
 * send none; only S3's other values (`UNSIGNED-PAYLOAD`, `STREAMING-…`) are the client's own words.
 */
function payloadHash(request: SignedRequest, service: string): string {
  const declared = headerValue(request, 'x-amz-content-sha256');
  return service === 's3' && /^(UNSIGNED|STREAMING)-/.test(declared) ? declared : sha256(request.body);
}

/** A header's value, or nothing when it is absent. */
export function headerValue(request: SignedRequest, name: string): string {
  const value = request.headers[name] ?? '';
  return typeof value === 'string' ? value : value.join(',');
}

/** RFC 3986's unreserved characters stay; `encodeURIComponent` alone leaves five more. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The one way to write what clients may have encoded in several; text that is no encoding at all stays as it is. */
function recode(text: string): string {
  try {
    return encode(decodeURIComponent(text));
  } catch {
    return text;
  }
}

/** By UTF-16 code units, as the signing process asks; the canonical text is ASCII by now. */
function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** As lower-case hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
