import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { findForeignPage, OWN_PAGES_ONLY } from '../http/foreign-page.ts';
import type { Reach } from '../http/reach.ts';
import { isDiskFull } from '../store/free-space.ts';
import { allowsOrigin, type CorsRule, corsHeaders, preflightHeaders } from './cors.ts';
import { S3Error } from './errors.ts';
import { isFormUpload, postObject } from './form-upload.ts';
import { withCarriedHeaders } from './presigned-headers.ts';
import { parseRequest, type S3Request } from './request.ts';
import { emptyResponse, errorResponse, type S3Response } from './response.ts';
import { findOperation } from './routes.ts';
import { authenticate, type Credentials } from './signature.ts';
import { authenticateV2, isSignedV2 } from './signature-v2.ts';
import type { S3State } from './state.ts';

export interface Guards {
  readonly credentials: Credentials;
  /** A sentence for those who sign with other keys. */
  readonly keysHint: string | undefined;
  readonly reach: Reach;
}

/** Answers one request. Never rejects: a fault becomes the client's answer, or closes its connection. */
export async function exchange(
  state: S3State,
  guards: Guards,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const response = await respond(state, guards, incoming, outgoing);
  try {
    await send(response, incoming, outgoing);
  } catch {
    outgoing.destroy(); // the client has gone, or must learn that the body is cut short
  } finally {
    await response.release?.().catch(report);
  }
}

async function respond(
  state: S3State,
  { credentials, keysHint, reach }: Guards,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<S3Response> {
  let request: Pick<S3Request, 'rawPath' | 'requestId'> = { rawPath: incoming.url ?? '/', requestId: '' };
  try {
    const parsed = parseRequest(incoming, outgoing);
    request = parsed;
    outgoing.setHeader('x-amz-request-id', parsed.requestId);
    const corsRules = (await state.metadata.buckets.get(parsed.bucket))?.corsRules ?? [];
    refuseForeignPages(parsed, { corsRules, reach }, outgoing);
    if (parsed.method === 'OPTIONS') return emptyResponse(200, preflightHeaders(corsRules, parsed.headers));
    // Errors carry these headers as well, or a page in a browser could not read them.
    setHeaders(outgoing, corsHeaders(corsRules, parsed.method, parsed.headers));
    if (isFormUpload(parsed)) return await postObject(state, parsed, credentials);
    const operation = findOperation(parsed);
    const check = isSignedV2(parsed) ? authenticateV2 : authenticate;
    const authentication = check(parsed, credentials);
    return await operation(state, withCarriedHeaders({ ...parsed, authentication }));
  } catch (error) {
    return errorResponse(withHint(asS3Error(error, incoming), keysHint), request);
  }
}

/** Objects may be pages with scripts, which would else be this endpoint's own pages and could ask for anything. */
const NO_SCRIPTS = { 'content-security-policy': "sandbox; frame-ancestors 'none'" };

/**
 * Whoever may sign is known to every page in a browser, and a presigned link needs no more than to be opened. So only
 * the pages may ask that the bucket's CORS configuration names.
 *
 * @throws {S3Error} `AccessDenied`
 */
function refuseForeignPages(
  { method, headers }: S3Request,
  { corsRules, reach }: { readonly corsRules: readonly CorsRule[]; readonly reach: Reach },
  outgoing: ServerResponse,
): void {
  setHeaders(outgoing, { ...OWN_PAGES_ONLY, ...NO_SCRIPTS });
  let isAllowedPage = false;
  const fault = findForeignPage(headers, {
    hasSubdomains: true,
    isOwnName: reach.isOwnName,
    allowsOrigin: (origin) => {
      // The answer to a preflight says itself what is allowed.
      isAllowedPage = method === 'OPTIONS' || allowsOrigin(corsRules, method, origin);
      return isAllowedPage;
    },
  });
  if (fault !== undefined) throw new S3Error(403, 'AccessDenied', fault);
  if (!isAllowedPage) return;
  outgoing.setHeader('cross-origin-resource-policy', 'cross-origin');
  outgoing.setHeader('content-security-policy', 'sandbox');
}

function withHint(error: S3Error, keysHint: string | undefined): S3Error {
  const isOfKeys = error.code === 'InvalidAccessKeyId' || error.code === 'SignatureDoesNotMatch';
  if (!isOfKeys || keysHint === undefined) return error;
  return new S3Error(error.status, error.code, `${error.message} ${keysHint}`, error.headers);
}

function asS3Error(error: unknown, incoming: IncomingMessage): S3Error {
  if (error instanceof S3Error) return error;
  if (isDiskFull(error)) return new S3Error(507, 'InsufficientStorage', String(error));
  const wasCutOff = incoming.destroyed && !incoming.complete;
  if (!wasCutOff) report(error);
  return new S3Error(500, 'InternalError', error instanceof Error ? error.message : String(error));
}

async function send(
  { status, headers = {}, body }: S3Response,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  setHeaders(outgoing, headers);
  outgoing.writeHead(status);
  incoming.resume(); // the rest of a refused body, because clients read the answer only after sending it
  if (body === undefined || incoming.method === 'HEAD') outgoing.end();
  else if (typeof body === 'string') outgoing.end(body);
  else await pipeline(Readable.from(body, { objectMode: false }), outgoing);
}

function report(error: unknown): void {
  console.error('The local S3 endpoint failed:', error);
}

function setHeaders(outgoing: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
}
