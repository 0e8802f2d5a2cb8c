import type { IncomingMessage, ServerResponse } from 'node:http';
import { API_BASE } from '../../api/contract.ts';
import { RefusedRequest } from '../../api/problems.ts';
import { askingAddress } from './asking-address.ts';
import type { GuessLimit } from './guess-limit.ts';
import { LOGIN_HEADERS, LOGIN_PATH, LOGOUT_PATH, loginDocument } from './login-page.ts';
import type { PageAccess } from './page-access.ts';

/** Longer tokens are refused at the start. */
const MAXIMUM_FORM_BYTES = 4_096;

export interface Door {
  readonly access: PageAccess;
  readonly limit: GuessLimit;
  /** Told of a session that has ended. */
  readonly onLogOut: (session: string) => void;
}

/**
 * Answers whoever may not pass, and forms with a token. Gives whether it has answered.
 *
 * @throws {RefusedRequest} 401 where a program asks for what the API or the pipeline has, 429 where an address has guessed too often
 */
export async function answerLogin(
  request: IncomingMessage,
  response: ServerResponse,
  methodAndPath: string,
  door: Door,
): Promise<boolean> {
  const { access, limit } = door;
  if (methodAndPath === `POST ${LOGIN_PATH}`) {
    await logIn(request, response, door);
    return true;
  }
  if (methodAndPath === `POST ${LOGOUT_PATH}`) {
    await logOut(request, response, door);
    return true;
  }
  const bearer = access.bearerOf(request.headers);
  if (bearer === undefined && access.sessionOf(request.headers) !== undefined) return false;
  if (bearer !== undefined) {
    const { waitSeconds, note } = guesser(request, limit);
    if (waitSeconds > 0) {
      response.setHeader('retry-after', waitSeconds);
      throw new RefusedRequest(429, 'too-many-guesses', tooMany(waitSeconds));
    }
    note(bearer === 'right');
    if (bearer === 'right') return false;
  } else if (methodAndPath === 'GET /' || methodAndPath === `GET ${LOGIN_PATH}`) {
    sendLoginPage(response, 401);
    return true;
  }
  response.setHeader('www-authenticate', 'Bearer');
  throw new RefusedRequest(401, 'no-token', TOKEN_EXPECTED);
}

const TOKEN_EXPECTED = `Expected "Authorization: Bearer TOKEN", with the token that cliptag start was given, or a browser that has logged in at ${LOGIN_PATH} (the API is below ${API_BASE})`;

function tooMany(waitSeconds: number): string {
  return `Too many wrong tokens came from this address: expected none for another ${waitSeconds} s`;
}

/** What is known of who gives a token. */
interface Guesser {
  /** While it has to wait, nobody looks at its tokens: else guessing would go on. */
  readonly waitSeconds: number;
  note(isRight: boolean): void;
}

/** Programs of this machine never wait, so that nobody shuts its owner out. */
function guesser(request: IncomingMessage, limit: GuessLimit): Guesser {
  const { address, isOfThisMachine } = askingAddress(request);
  if (isOfThisMachine) return { waitSeconds: 0, note: () => {} };
  return {
    waitSeconds: limit.waitSeconds(address),
    note: (isRight) => (isRight ? limit.noteRight(address) : limit.noteWrong(address)),
  };
}

async function logIn(
  request: IncomingMessage,
  response: ServerResponse,
  { access, limit }: Door,
): Promise<void> {
  const form = new URLSearchParams(await bodyOf(request));
  const { waitSeconds, note } = guesser(request, limit);
  if (waitSeconds > 0) return sendWait(response, waitSeconds);
  const isSecure = request.headers['x-forwarded-proto'] === 'https';
  const cookie = access.cookieFor(form.get('token') ?? '', isSecure);
  note(cookie !== undefined);
  if (cookie === undefined) return sendLoginPage(response, 401, 'That is not the token.');
  response.writeHead(303, { 'set-cookie': cookie, location: '/', 'cache-control': 'no-store' }).end();
}

function sendWait(response: ServerResponse, waitSeconds: number): void {
  response.setHeader('retry-after', waitSeconds);
  sendLoginPage(response, 429, `Too many wrong tokens: try again in ${waitSeconds} s.`);
}

/** A browser that has no session any more is as logged out as one whose session ends now. */
async function logOut(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { access, onLogOut }: Door,
): Promise<void> {
  const session = access.sessionOf(headers);
  const cookie = await access.logOut(headers);
  if (session !== undefined) onLogOut(session);
  response.writeHead(303, { 'set-cookie': cookie, location: '/', 'cache-control': 'no-store' }).end();
}

function sendLoginPage(response: ServerResponse, status: number, fault?: string): void {
  response.writeHead(status, LOGIN_HEADERS).end(loginDocument(fault));
}

/** @throws {RefusedRequest} for one that is too long */
async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request) {
    body += String(part);
    if (body.length > MAXIMUM_FORM_BYTES) {
      const message = `Expected a form of at most ${MAXIMUM_FORM_BYTES} bytes`;
      throw new RefusedRequest(413, 'body-too-large', message);
    }
  }
  return body;
}
