import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { API_BASE, type SearchAnswerBody, type StatusAnswer, type UploadAnswer } from '../api/contract.ts';
import { RefusedRequest } from '../api/problems.ts';
import { sendJson, startPageHost, UPLOAD_FORMS } from '../local/page-host/page-host.ts';
import { handOn } from './forwarded.ts';
import { keptStatus } from './kept-status.ts';
import { sendPicture } from './pictures.ts';
import { type SignRequest, type StackApi, stackApi } from './stack-api.ts';
import { followStack } from './stack-changes.ts';
import { uploadForms } from './upload-forms.ts';

export interface StackPageOptions {
  /** Of the page; 0 takes a free one. */
  readonly port: number;
  /** Of the API's function, as the stack's output `ApiUrl` has it. */
  readonly apiUrl: URL;
  readonly sign: SignRequest;
  /** Between two looks at what is new. @default 5 seconds */
  readonly intervalMilliseconds?: number;
}

export interface StackPage {
  readonly port: number;
  close(): Promise<void>;
}

/** What Lambda takes for one request (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const MAXIMUM_BODY_BYTES = 6 * 1024 * 1024;
/** Of the newest images, that are looked at for changes. */
const NEWEST = 50;

/**
 * Serves the page on this machine before the API of a deployed stack. Every request to the API is signed here; pictures and uploads
 * go through here too, so that the page asks no other host and nothing of the stack is public.
 *
 * @throws Error with code `EADDRINUSE` when the port is taken
 * @example
 * const { port, close } = await startStackPage({ port: 3001, apiUrl: new URL('https://….on.aws/'), sign });
 */
export async function startStackPage(options: StackPageOptions): Promise<StackPage> {
  const api = stackApi(options.apiUrl, options.sign);
  const answering = { api, forms: uploadForms(UPLOAD_FORMS), status: keptStatus(() => statusOf(api)) };
  const page = await startPageHost({ port: options.port }, async (request, response, path) => {
    if (!path.startsWith(`${API_BASE}/`)) return false;
    await answer(request, response, path, answering);
    return true;
  });
  const changes = followStack({ page, newest: () => newestOf(api, answering.status), ...options });
  return {
    port: page.port,
    async close() {
      changes.close();
      await page.close();
    },
  };
}

interface Answering {
  readonly api: StackApi;
  readonly forms: ReturnType<typeof uploadForms>;
  readonly status: () => Promise<StatusAnswer>;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { api, forms, status }: Answering,
): Promise<void> {
  const { method } = request;
  const parameters = new URLSearchParams(request.url?.split('?').slice(1).join('?'));
  const left = new AbortController();
  response.once('close', () => left.abort());
  if (method === 'POST' && path.startsWith(`${UPLOAD_FORMS}/`)) {
    return forms.forward(path.slice(UPLOAD_FORMS.length + 1), request, response);
  }
  if (method !== 'GET' && method !== 'POST') {
    throw new RefusedRequest(405, 'method-not-allowed', `Expected GET or POST but received ${method}`);
  }
  if (method === 'GET' && path === `${API_BASE}/status`) return sendJson(response, await status());
  const body = method === 'POST' ? await bodyOf(request) : undefined;
  const call = { method, parameters, headers: headersOf(request), body, signal: left.signal } as const;
  let answered = await api({ ...call, path });
  if (path === `${API_BASE}/thumbnails` && answered.statusCode === 404) {
    // A stack may make none, or have had images before it made some.
    answered.resume();
    answered = await api({ ...call, path: `${API_BASE}/originals` });
  }
  if (answered.statusCode === 302) {
    return sendPicture(answered, response, { eTag: parameters.get('eTag'), signal: left.signal });
  }
  if (path === `${API_BASE}/uploads` && answered.statusCode === 201) {
    return sendJson(response, forms.throughHere((await json(answered)) as UploadAnswer), 201);
  }
  await handOn(answered, response);
}

/** What of a browser's headers means something to the API; who asks from where does not, and cookies are none of ours. */
const ASKED_WITH = ['accept', 'content-type', 'if-none-match'] as const;

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const given = ASKED_WITH.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(
    given.filter((pair): pair is [(typeof pair)[0], string] => pair[1] !== undefined),
  );
}

/** All of it, for its hash is signed. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    // The rest is read and left, so that the browser hears why.
    if (size <= MAXIMUM_BODY_BYTES) parts.push(part);
    else parts.length = 0;
  }
  if (size <= MAXIMUM_BODY_BYTES) return Buffer.concat(parts);
  const message = `Expected a body of at most ${MAXIMUM_BODY_BYTES} bytes but received ${size}`;
  throw new RefusedRequest(413, 'body-too-large', message);
}

async function statusOf(api: StackApi): Promise<StatusAnswer> {
  return jsonOf(await api({ method: 'GET', path: `${API_BASE}/status` }));
}

/** A stack with a vector index has no list of all images: then they are counted alone. */
async function newestOf(api: StackApi, status: Answering['status']): Promise<SearchAnswerBody> {
  const parameters = Object.entries({ order: 'newest', limit: String(NEWEST), facets: 'true' });
  const answer = await api({ method: 'GET', path: `${API_BASE}/search`, parameters });
  if (answer.statusCode !== 400) return jsonOf(answer);
  answer.resume();
  const { tagged = 0, failed = 0, unsupported = 0 } = (await status()).images;
  return { understood: '', images: [], total: tagged + failed + unsupported };
}

async function jsonOf<Answer>(answer: IncomingMessage): Promise<Answer> {
  const told: unknown = await json(answer);
  if (answer.statusCode === 200) return told as Answer;
  const { detail, title } = told as { detail?: string; title?: string };
  throw new RefusedRequest(answer.statusCode ?? 502, 'unexpected-answer', detail ?? title ?? 'no reason');
}
