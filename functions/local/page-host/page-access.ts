import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Who may ask a page's server that has a token. */
export interface PageAccess {
  /** Whether a request may pass: a program by `Authorization: Bearer TOKEN`, a browser by its cookie. */
  mayPass(headers: IncomingHttpHeaders): boolean;
  /**
   * The header `Set-Cookie` that lets a browser in, for the token or a code; undefined for what is neither.
   *
   * @param isSecure whether the browser came by TLS
   */
  cookieFor(given: string, isSecure: boolean): string | undefined;
  /** A code that lets one browser in, once and soon: it may stand where others could read a token, as in a list of processes. */
  newCode(): string;
}

/** 30 days, in seconds. */
const COOKIE_SECONDS = 30 * 24 * 60 * 60;
/** A browser that starts may take a while. */
const CODE_MILLISECONDS = 60_000;

/**
 * Nothing is kept of who has logged in: a cookie is made of the token, and is good for as long as the token is.
 *
 * @param port tells the cookies of several pages on one machine apart, since cookies know no ports
 */
export function pageAccess(token: string, port: number, now: () => number = Date.now): PageAccess {
  const name = `cliptag-${port}`;
  const session = createHmac('sha256', token).update('cliptag page').digest('base64url');
  const codes = new Map<string, number>();

  function takeCode(given: string): boolean {
    for (const [code, until] of codes) if (until < now()) codes.delete(code);
    return codes.delete(given);
  }

  return {
    mayPass({ authorization = '', cookie = '' }) {
      const [, bearer] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
      if (bearer !== undefined) return isSame(bearer, token);
      return cookiesOf(cookie, name).some((value) => isSame(value, session));
    },
    cookieFor(given, isSecure) {
      if (!isSame(given, token) && !takeCode(given)) return undefined;
      const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${COOKIE_SECONDS}${isSecure ? '; Secure' : ''}`;
      return `${name}=${session}; ${attributes}`;
    },
    newCode() {
      const code = randomBytes(24).toString('base64url');
      codes.set(code, now() + CODE_MILLISECONDS);
      return code;
    },
  };
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
