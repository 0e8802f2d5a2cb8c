import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { LoggedOut } from './logged-out.ts';

/** Who may ask a page's server that has a token. */
export interface PageAccess {
  /** The session that a browser's cookie stands for; undefined for one that is none, has expired or was logged out. */
  sessionOf(headers: IncomingHttpHeaders): string | undefined;
  /** What a program says of the token, by `Authorization: Bearer TOKEN`. */
  bearerOf(headers: IncomingHttpHeaders): 'right' | 'wrong' | undefined;
  /**
   * The header `Set-Cookie` that lets a browser in, for the token or a code; undefined for what is neither.
   *
   * @param isSecure whether the browser came by TLS
   */
  cookieFor(given: string, isSecure: boolean): string | undefined;
  /** Ends a browser's session, if it has one; gives the header `Set-Cookie` that has it forget the cookie. */
  logOut(headers: IncomingHttpHeaders): Promise<string>;
  /** A code that lets one browser in, once and soon: it may stand where others could read a token, as in a list of processes. */
  newCode(): string;
}

/** 30 days, in seconds. */
const COOKIE_SECONDS = 30 * 24 * 60 * 60;
/** A browser that starts may take a while. */
const CODE_MILLISECONDS = 60_000;

export interface PageAccessOptions {
  /** @default it begins empty, and ends with the process */
  readonly loggedOut?: LoggedOut | undefined;
  /** A clock, in milliseconds. */
  readonly now?: () => number;
}

/**
 * Nothing is kept of who has logged in, only of who has logged out: a cookie says when its session began, and proves by the token that
 * it was given here. It is good for 30 days, and for as long as the token is.
 *
 * @param port tells the cookies of several pages on one machine apart, since cookies know no ports
 */
export function pageAccess(
  token: string,
  port: number,
  { loggedOut = memoryOfLoggedOut(), now = Date.now }: PageAccessOptions = {},
): PageAccess {
  const name = `cliptag-${port}`;
  const codes = new Map<string, number>();

  function takeCode(given: string): boolean {
    for (const [code, until] of codes) if (until < now()) codes.delete(code);
    return codes.delete(given);
  }

  const signed = (session: string) =>
    `${session}.${createHmac('sha256', token).update(`cliptag page ${session}`).digest('base64url')}`;

  function isGood(session: string): boolean {
    return now() < expiryOf(session) && !loggedOut.has(session);
  }

  function sessionOf({ cookie = '' }: IncomingHttpHeaders): string | undefined {
    const values = cookiesOf(cookie, name);
    const good = values.find((value) => {
      const session = value.slice(0, value.lastIndexOf('.'));
      return isSame(value, signed(session)) && isGood(session);
    });
    return good?.slice(0, good.lastIndexOf('.'));
  }

  return {
    sessionOf,
    bearerOf({ authorization = '' }) {
      const [, bearer] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
      if (bearer === undefined) return undefined;
      return isSame(bearer, token) ? 'right' : 'wrong';
    },
    cookieFor(given, isSecure) {
      if (!isSame(given, token) && !takeCode(given)) return undefined;
      const session = `${now().toString(36)}.${randomBytes(12).toString('base64url')}`;
      return `${name}=${signed(session)}; ${attributes(COOKIE_SECONDS)}${isSecure ? '; Secure' : ''}`;
    },
    async logOut(headers) {
      const session = sessionOf(headers);
      if (session !== undefined) await loggedOut.add(session, expiryOf(session));
      return `${name}=; ${attributes(0)}`;
    },
    newCode() {
      const code = randomBytes(24).toString('base64url');
      codes.set(code, now() + CODE_MILLISECONDS);
      return code;
    },
  };
}

function attributes(seconds: number): string {
  return `Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;
}

/** @param session begins with its time, in milliseconds to the base of 36 */
function expiryOf(session: string): number {
  return Number.parseInt(session, 36) + COOKIE_SECONDS * 1_000;
}

function memoryOfLoggedOut(): LoggedOut {
  const sessions = new Set<string>();
  return { has: (session) => sessions.has(session), add: async (session) => void sessions.add(session) };
}

/** In a time that says nothing of where they differ, or of how long they are. */
function isSame(left: string, right: string): boolean {
  return timingSafeEqual(digestOf(left), digestOf(right));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function cookiesOf(header: string, name: string): readonly string[] {
  const pairs = header.split(';').map((pair) => pair.trim());
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}
