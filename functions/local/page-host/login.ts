import type { IncomingMessage, ServerResponse } from 'node:http';
import { API_BASE } from '../../api/contract.ts';
import { RefusedRequest } from '../../api/problems.ts';
import { LOGIN_HEADERS, LOGIN_PATH, loginDocument } from './login-page.ts';
import type { PageAccess } from './page-access.ts';

/** Longer tokens are refused at the start. */
const MAXIMUM_FORM_BYTES = 4_096;

/**
 * Answers whoever may not pass, and forms with a token. Gives whether it has answered.
 *
 * @throws {RefusedRequest} 401 where a program asks for what the API or the pipeline has
 */
export async function answerLogin(
  request: IncomingMessage,
  response: ServerResponse,
  methodAndPath: string,
  access: PageAccess,
): Promise<boolean> {
  if (methodAndPath === `POST ${LOGIN_PATH}`) {
    await logIn(request, response, access);
    return true;
  }
  if (access.mayPass(request.headers)) return false;
  if (methodAndPath === 'GET /' || methodAndPath === `GET ${LOGIN_PATH}`) {
    sendLoginPage(response, 401);
    return true;
  }
  response.setHeader('www-authenticate', 'Bearer');
  throw new RefusedRequest(401, 'no-token', TOKEN_EXPECTED);
}

const TOKEN_EXPECTED = `Expected "Authorization: Bearer TOKEN", with the token that cliptag start was given, or a browser that has logged in at ${LOGIN_PATH} (the API is below ${API_BASE})`;

async function logIn(request: IncomingMessage, response: ServerResponse, access: PageAccess): Promise<void> {
  const form = new URLSearchParams(await bodyOf(request));
  const isSecure = request.headers['x-forwarded-proto'] === 'https';
  const cookie = access.cookieFor(form.get('token') ?? '', isSecure);
  if (cookie === undefined) return sendLoginPage(response, 401, true);
  response.writeHead(303, { 'set-cookie': cookie, location: '/', 'cache-control': 'no-store' }).end();
}

function sendLoginPage(response: ServerResponse, status: number, isWrong = false): void {
  response.writeHead(status, LOGIN_HEADERS).end(loginDocument(isWrong));
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
