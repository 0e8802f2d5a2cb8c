import { API_BASE } from '../api/base-path.ts';
import { ApiProblem, problemIn } from './api-problem.ts';

/** Sends a request and gives its answer, as the platform's own `fetch` does; the place to sign requests in. */
export type Fetch = (request: Request) => Promise<Response>;

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Parameters | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: Blob | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @default follow */
  readonly redirect?: 'follow' | 'manual';
}

/** The address of a route with its parameters; those that are undefined are left out. */
export function addressOf(base: URL, path: string, query: Parameters = {}): URL {
  const address = new URL(base);
  address.pathname = `${base.pathname.replace(/\/$/, '')}${API_BASE}${path}`;
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) address.searchParams.set(name, String(value));
  }
  return address;
}

/** @throws {ApiProblem} for an answer that is none of success, or no answer of the API */
export async function send(base: URL, fetch: Fetch, path: string, call: Call = {}): Promise<Response> {
  const { method = 'GET', query, json, body, signal, redirect } = call;
  const answer = await fetch(
    new Request(addressOf(base, path, query), {
      method,
      ...(json !== undefined && {
        body: JSON.stringify(json),
        headers: { 'content-type': 'application/json' },
      }),
      ...(body && { body, headers: { 'content-type': body.type || 'application/octet-stream' } }),
      ...(signal && { signal }),
      ...(redirect && { redirect }),
    }),
  );
  if (answer.ok || isRedirect(answer)) return answer;
  throw await problemIn(answer);
}

export function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || status === 302;
}

/** The JSON of an answer, which the API's own tests hold to the contract. */
export async function jsonOf<Answer>(answer: Promise<Response>): Promise<Answer> {
  const response = await answer;
  try {
    return (await response.json()) as Answer;
  } catch {
    const title = 'Expected JSON of the API but received something else';
    throw new ApiProblem(response.status, { title, code: 'unexpected-answer' });
  }
}
