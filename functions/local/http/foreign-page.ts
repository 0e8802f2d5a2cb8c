import type { IncomingHttpHeaders } from 'node:http';

/** What a server allows beyond its own pages and programs. */
export interface PageRules {
  /** Whether the header `Host` names the server, where it is reached from other machines. @default only names of this machine do */
  readonly isOwnName?: ((host: string) => boolean) | undefined;
  /** Whether names below `localhost` are the server's too, as those of S3's buckets are. @default false */
  readonly hasSubdomains?: boolean;
  /** Whether a link on any page may open the address in a tab. @default false */
  readonly isLinked?: boolean;
  /** Whether pages of an origin may ask; it is `''` where the browser does not tell it. @default none may */
  readonly allowsOrigin?: (origin: string) => boolean;
}

/**
 * Names of this machine. No web page can have one of them, so that a request under any other name comes from a page
 * whose name was made to lead here (DNS rebinding). The last two are names of the machine in its containers.
 */
const OWN_NAME =
  /^(127\.0\.0\.1|localhost|\[::1\]|host\.docker\.internal|host\.containers\.internal)(:\d+)?$/i;
const SUBDOMAIN = /^[a-z0-9.-]+\.localhost(:\d+)?$/i;

/**
 * Finds out whether a request was made by a web page of another origin. Any page may send requests to this machine, and
 * keys such as `local` are known to all of them, so that a signature says nothing about who asks. Browsers do: by
 * `Host`, `Origin`, `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/) and, old ones, `Referer`. No page can
 * change or leave out the first three. Programs send `Host` alone.
 *
 * @returns why the request is to be refused; `undefined` when it may pass
 */
export function findForeignPage(headers: IncomingHttpHeaders, rules: PageRules = {}): string | undefined {
  const { host = '', origin } = headers;
  const { isOwnName = isNameOfThisMachine } = rules;
  if (!isOwnName(host) && !(rules.hasSubdomains && SUBDOMAIN.test(host))) {
    const others = rules.isOwnName ? ', or one that --allowed-host names,' : '';
    return `Expected a name of this machine${others} in the header Host but received "${host}".`;
  }
  const site = headers['sec-fetch-site'];
  const referrer = originOf(headers.referer);
  // Where other machines reach it, a proxy may stand before it that speaks TLS.
  const own = [`http://${host}`, ...(rules.isOwnName ? [`https://${host}`] : [])];
  const isForeign =
    !(origin === undefined || own.includes(origin)) ||
    !(site === undefined || site === 'same-origin' || site === 'none') ||
    !(origin !== undefined || site !== undefined || referrer === undefined || own.includes(referrer));
  if (!isForeign) return undefined;
  if (rules.isLinked && isOpenedInTab(headers)) return undefined;
  const asking = origin ?? referrer ?? '';
  if (rules.allowsOrigin?.(asking)) return undefined;
  return `Expected a program, or a page of this server, but received a request of the page ${asking || 'of another origin'}.`;
}

/** Whether a header `Host` has a name that only this machine, and containers on it, are called by. */
export function isNameOfThisMachine(host: string): boolean {
  return OWN_NAME.test(host);
}

/** Headers that keep an answer from pages of other origins, and a browser from taking it for what it is not. */
export const OWN_PAGES_ONLY: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};

/** A link that was followed, as opposed to a frame, a picture or a form that sends a body. */
function isOpenedInTab(headers: IncomingHttpHeaders): boolean {
  return (
    headers.origin === undefined &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
}

function originOf(referrer: string | undefined): string | undefined {
  if (referrer === undefined || !URL.canParse(referrer)) return undefined;
  return new URL(referrer).origin;
}
