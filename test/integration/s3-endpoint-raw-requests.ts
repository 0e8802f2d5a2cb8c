/** Requests that no SDK would send, signed here and not by the code under test. */
import { createHash, createHmac } from 'node:crypto';
import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { ACCESS_KEY, SECRET } from './s3-endpoint-credentials.ts';

export interface RawRequest {
  readonly method?: string;
  /** Path and query, percent-encoded. */
  readonly target: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
  /** Where connections are kept. @default one of its own */
  readonly agent?: Agent;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a request as it is, over a connection of its own. */
export function send(
  url: string,
  { method = 'GET', target, headers = {}, body, agent }: RawRequest,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const outgoing = httpRequest({ hostname, port, method, path: target, headers, agent: agent ?? false });
    outgoing.on('error', reject);
    outgoing.on('response', async (incoming) => {
      try {
        const pieces: Buffer[] = [];
        for await (const piece of incoming) pieces.push(piece);
        const text = Buffer.concat(pieces).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.end(body);
  });
}

/** Adds a Signature Version 4 in the Authorization header. */
export function signed(url: string, request: RawRequest, signing: { date?: Date; bodyHash?: string } = {}) {
  const timestamp = amzDate(signing.date ?? new Date());
  const bodyHash = signing.bodyHash ?? sha256(request.body ?? '');
  const headers: Record<string, string> = {
    host: new URL(url).host,
    ...request.headers,
    'x-amz-date': timestamp,
    'x-amz-content-sha256': bodyHash,
  };
  const names = Object.keys(headers).sort();
  const [path = '', query = ''] = request.target.split('?');
  const canonical = [
    request.method ?? 'GET',
    path,
    canonicalQuery(query),
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    bodyHash,
  ].join('\n');
  const { scope, signature, key } = signatureOf(timestamp, canonical);
  const authorization = `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return {
    request: { ...request, headers: { ...headers, authorization } },
    signature,
    key,
    scope,
    timestamp,
  };
}

/** Path and query of a presigned URL. */
export function presigned(url: string, request: PresignedRequest): string {
  return presignedWith(url, request);
}

/** The same with headers that are signed as such, and moved into the query. */
export function presignedWith(
  url: string,
  {
    method = 'GET',
    path,
    query: more = {},
    algorithm = 'AWS4-HMAC-SHA256',
    moved = {},
    expiresSeconds = 60,
    date = new Date(),
  }: PresignedRequest & { readonly moved?: Record<string, string> },
): string {
  const headers: Record<string, string> = { ...moved, host: new URL(url).host };
  const names = Object.keys(headers).sort();
  const timestamp = amzDate(date);
  const scope = `${timestamp.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const query = canonicalQuery(
    new URLSearchParams({
      ...more,
      ...moved,
      'X-Amz-Algorithm': algorithm,
      'X-Amz-Credential': `${ACCESS_KEY}/${scope}`,
      'X-Amz-Date': timestamp,
      'X-Amz-Expires': String(expiresSeconds),
      'X-Amz-SignedHeaders': names.join(';'),
    }).toString(),
  );
  const canonical = [
    method,
    path,
    query,
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  return `${path}?${query}&X-Amz-Signature=${signatureOf(timestamp, canonical).signature}`;
}

interface PresignedRequest {
  readonly method?: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  /** What it says; it is signed by Signature Version 4 all the same. */
  readonly algorithm?: string;
  readonly expiresSeconds?: number;
  readonly date?: Date;
}

export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function signatureOf(timestamp: string, canonicalRequest: string) {
  const day = timestamp.slice(0, 8);
  const scope = `${day}/us-east-1/s3/aws4_request`;
  const key = hmac(hmac(hmac(hmac(`AWS4${SECRET}`, day), 'us-east-1'), 's3'), 'aws4_request');
  const text = ['AWS4-HMAC-SHA256', timestamp, scope, sha256(canonicalRequest)].join('\n');
  return { scope, key, signature: hmac(key, text).toString('hex') };
}

function amzDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
}
