import type { IncomingMessage } from 'node:http';
import { API_BASE } from '../api/contract.ts';
import { PROBLEM_MEDIA_TYPE, RefusedRequest } from '../api/problems.ts';
import { CliptagError } from '../core/errors.ts';
import { uriEncode } from '../local/http/uri-encoding.ts';
import { send } from './outgoing.ts';

/** Gives the headers that a request goes out with: those that it has, and its signature. */
export type SignRequest = (request: {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}) => Promise<Record<string, string>>;

export interface ApiCall {
  readonly method: 'GET' | 'POST';
  /** With `/api/v1`. */
  readonly path: string;
  readonly parameters?: Iterable<readonly [name: string, value: string]>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the API of a stack; resolves to its own answer, whatever it says.
 *
 * @throws {RefusedRequest} `no-route` for a path that no route can have; `no-access` where AWS lets the caller not in, or there are no credentials; `unexpected-answer` for all else
 *   that is no answer of the API
 */
export type StackApi = (call: ApiCall) => Promise<IncomingMessage>;

/** What a route may be called: whatever else a path may have could be read in two ways, or lead elsewhere. */
const ROUTE = new RegExp(`^${API_BASE}/[a-z]+(\\.json)?$`);

/** @param url of the function, as the stack's output `ApiUrl` has it */
export function stackApi(url: URL, sign: SignRequest): StackApi {
  return async ({ method, path, parameters = [], headers = {}, body, signal }) => {
    if (!ROUTE.test(path)) throw new RefusedRequest(404, 'no-route', `There is no ${method} ${path}`);
    const asked = new URL(path, url);
    // Encoded as the signature has it, so that no two readings of `+` differ.
    asked.search = Array.from(parameters, (pair) => pair.map(uriEncode).join('=')).join('&');
    const signed = await sign({ method, url: asked, headers, body }).catch((error: unknown) => {
      throw signingFault(error);
    });
    const answer = await send(asked, { method, headers: signed, body, signal }).catch((error: unknown) => {
      throw new RefusedRequest(
        502,
        'unexpected-answer',
        `The API does not answer at ${url.host}: ${textOf(error)}`,
      );
    });
    await refuseUnlessApi(answer);
    return answer;
  };
}

function signingFault(error: unknown): RefusedRequest {
  if (error instanceof CliptagError) return new RefusedRequest(403, error.code, error.message);
  return new RefusedRequest(403, 'no-access', `The request cannot be signed: ${textOf(error)}`);
}

/** Lambda answers for the function where it lets nobody in, or has nothing of it to hand on. */
async function refuseUnlessApi(answer: IncomingMessage): Promise<void> {
  const { statusCode: status = 0, headers } = answer;
  if (status < 400 || headers['content-type']?.startsWith(PROBLEM_MEDIA_TYPE)) return;
  const told = `AWS answers ${status}: ${messageIn(await beginningOf(answer)) || 'no reason'}`;
  if (status === 401 || status === 403) throw new RefusedRequest(403, 'no-access', `${told}. ${RIGHTS}`);
  if (status === 413) throw new RefusedRequest(413, 'body-too-large', told);
  throw new RefusedRequest(502, 'unexpected-answer', `${told}. The log of the API’s function may say more.`);
}

const RIGHTS =
  'The user or role that is signed in here needs lambda:InvokeFunctionUrl and lambda:InvokeFunction on the API’s function (docs/api.md).';

/** AWS's own words name who is meant and what he lacks; nobody else's are longer than they need be. */
const MAXIMUM_MESSAGE_LENGTH = 500;

function messageIn(text: string): string {
  let message: unknown = text;
  try {
    const told: { Message?: unknown; message?: unknown } = JSON.parse(text);
    message = told.Message ?? told.message ?? text;
  } catch {
    // No JSON: the text is all there is.
  }
  return String(message).trim().replace(/\.$/, '').slice(0, MAXIMUM_MESSAGE_LENGTH);
}

/** An answer that is none of the API's may be of any length. */
const MAXIMUM_TOLD_BYTES = 4_096;

/** The first bytes of an answer as text; the rest is not waited for. */
export async function beginningOf(answer: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer) {
    parts.push(part);
    size += part.length;
    if (size >= MAXIMUM_TOLD_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, MAXIMUM_TOLD_BYTES).toString();
}

function textOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
