import type { IncomingMessage, ServerResponse } from 'node:http';
import { API_BASE, type ApiImage } from '../../api/contract.ts';
import { PROBLEM_MEDIA_TYPE, problemOf, RefusedRequest } from '../../api/problems.ts';
import { CliptagError } from '../../core/errors.ts';
import { findForeignPage, OWN_PAGES_ONLY } from '../http/foreign-page.ts';
import { createLocalServer, cutWhenIdle, listen, type PortChoice, stop } from '../http/loopback-server.ts';
import { LOOPBACK_REACH, type Reach } from '../http/reach.ts';
import { type EventStream, eventStream } from './event-stream.ts';
import { guessLimit } from './guess-limit.ts';
import { openLoggedOut } from './logged-out.ts';
import { answerLogin, type Door } from './login.ts';
import { type PageAccess, pageAccess } from './page-access.ts';
import { openPageFiles, type PageFile, type PageFiles } from './page-files.ts';

/** What open pages are told, by the names of the events. */
export interface PageEvents {
  /** How an image stands now. */
  readonly image: ApiImage;
  /** Images have changed, of which nobody says which; so many more there are. */
  readonly collection: { readonly added: number };
  /** Label sets have changed, or a retag goes on: `GET /label-sets` tells the rest. */
  readonly 'label-sets': Readonly<Record<string, never>>;
}

export interface PageHost {
  readonly port: number;
  /** Tells every open page. The data is made only if there is one. */
  tell<Name extends keyof PageEvents>(name: Name, data: () => PageEvents[Name]): void;
  /** Whether a page is open. */
  isHeard(): boolean;
  /** What follows the address in a link that lets one browser in, once and soon; empty where no token is asked for. */
  linkEnd(): string;
  close(): Promise<void>;
}

/**
 * Answers what stands behind the page, the routes of its API first of all; gives whether the path was one of its own. What it throws
 * is told as an error.
 *
 * @param path as it stands, without its query
 */
export type OwnAnswer = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
) => Promise<boolean>;

export interface PageHostOptions {
  readonly port: PortChoice;
  /** @default this machine alone */
  readonly reach?: Reach | undefined;
  /** What a browser logs in with, and programs send. @default everybody who reaches it may ask */
  readonly token?: string | undefined;
  /** Keeps who has logged out, beyond the process. @default they may log out until it ends */
  readonly loggedOutFile?: string | undefined;
  /** Told of an address that has to wait, for it has guessed the token wrong so often. */
  readonly onGuesses?: ((address: string, guesses: number) => void) | undefined;
}

/** Where the forms of uploads go. */
export const UPLOAD_FORMS = `${API_BASE}/uploads/forms`;
const EVENTS = `${API_BASE}/events`;
/** Whether a browser has logged in, so that it may log out. */
const SESSION = '/session';
/** Says that the server answers, and nothing else, to whoever asks. */
const HEALTH = '/health';

/** A connection that stands still for this long, in the midst of a body, is cut. */
const IDLE_MILLISECONDS = 120_000;

/**
 * Serves the page, on loopback unless told otherwise, with the events that it listens to and whatever `answerOwn` stands for. Web pages
 * of other origins get nothing, and where there is a token, nobody gets anything without it.
 *
 * @throws Error with code `EADDRINUSE` when the port is taken
 */
export async function startPageHost(
  { port, reach = LOOPBACK_REACH, token, loggedOutFile, onGuesses }: PageHostOptions,
  answerOwn: OwnAnswer,
): Promise<PageHost> {
  const events = eventStream();
  const loggedOut = await openLoggedOut(loggedOutFile);
  const limit = guessLimit({ onLimit: onGuesses });
  // Its cookie is named by the port, which is known before the first request comes.
  let made: PageAccess | undefined;
  const accessOf = (known: number) => {
    if (token !== undefined) made ??= pageAccess(token, known, { loggedOut });
    return made;
  };
  // Once it listens: bundling takes a moment.
  let files: PageFiles | undefined;
  const server = createLocalServer(
    (request, response) => {
      cutWhenIdle(request, response, IDLE_MILLISECONDS);
      files ??= openPageFiles();
      const access = accessOf(request.socket.localPort ?? 0);
      const door = access && { access, limit, onLogOut: events.end };
      answer(request, response, { answerOwn, files, events, reach, door }).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else sendError(request, response, error);
      });
    },
    // A large upload over a slow link may take hours.
    { requestTimeout: 0 },
  );
  const listeningPort = await listen(server, port, reach.host);
  files ??= openPageFiles();
  return {
    port: listeningPort,
    tell: events.tell,
    isHeard: events.isHeard,
    linkEnd() {
      const access = accessOf(listeningPort);
      return access ? `#code=${access.newCode()}` : '';
    },
    async close() {
      events.close();
      await stop(server);
    },
  };
}

interface Answering {
  readonly answerOwn: OwnAnswer;
  readonly files: PageFiles;
  readonly events: EventStream;
  readonly reach: Reach;
  readonly door: Door | undefined;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { answerOwn, files, events, reach, door }: Answering,
): Promise<void> {
  const headers = {
    ...OWN_PAGES_ONLY,
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const path = requestedPath(request);
  const methodAndPath = `${request.method} ${path}`;
  // The page shows nothing to a page that links to it, and asks for all the rest by itself.
  const isLinked = methodAndPath === 'GET /';
  const fault = findForeignPage(request.headers, { isLinked, isOwnName: reach.isOwnName });
  if (fault !== undefined) return sendText(response, 403, fault);
  if (methodAndPath === `GET ${HEALTH}`) return sendText(response, 200, 'ok');
  if (door && (await answerLogin(request, response, methodAndPath, door))) return;
  const session = door?.access.sessionOf(request.headers);
  if (methodAndPath === `GET ${SESSION}`) return sendJson(response, { isLoggedIn: session !== undefined });
  if (methodAndPath === `GET ${EVENTS}`) return events.open(response, session);
  if (await answerOwn(request, response, path)) return;
  const file = request.method === 'GET' ? await files.find(path) : undefined;
  if (file !== undefined) return sendFile(request, response, file);
  sendText(response, 404, `There is no ${methodAndPath}`);
}

/** As it stands, without its query: `//` and `..` lead nowhere. */
function requestedPath({ url = '/' }: IncomingMessage): string {
  if (!url.startsWith('/')) throw new CliptagError('invalid-request', `Expected a path but received ${url}`);
  return url.split('?', 1)[0] ?? url;
}

function sendFile({ headers }: IncomingMessage, response: ServerResponse, file: PageFile): void {
  const isKnown = file.headers.etag !== undefined && headers['if-none-match'] === file.headers.etag;
  response.writeHead(isKnown ? 304 : 200, file.headers).end(isKnown ? undefined : file.bytes);
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(value));
}

/** The rest of a body that was refused is not waited for. */
function sendError({ url }: IncomingMessage, response: ServerResponse, error: unknown): void {
  response.setHeader('connection', 'close');
  if (!url?.startsWith(`${API_BASE}/`)) {
    const status = error instanceof RefusedRequest ? error.status : error instanceof CliptagError ? 400 : 500;
    return void sendText(response, status, String(error));
  }
  const problem = problemOf(error);
  response.writeHead(problem.status, { 'content-type': PROBLEM_MEDIA_TYPE }).end(JSON.stringify(problem));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
