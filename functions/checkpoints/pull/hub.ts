import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { connectionError, HubError, statusError } from './hub-error.ts';
import { type Proxies, proxyFor } from './proxy-choice.ts';

export interface HubSettings {
  /** The hub or a mirror of it, e.g. `https://huggingface.co`. */
  readonly endpoint: string;
  /** Sent to the endpoint's own host only. */
  readonly token?: string | undefined;
  readonly proxies: Proxies;
  /** A connection that is silent for this long is given up. @default 30 s */
  readonly stallMilliseconds?: number;
}

type HeaderFields = Readonly<Record<string, string>>;

export interface HubAnswer {
  /** 200, 206 or 416; for a HEAD request also 3xx, when the file lies on another host. */
  readonly status: number;
  readonly headers: HeaderFields;
  /** The headers of the endpoint's own answers: those of a redirect's target say nothing about the repository. */
  readonly declared: HeaderFields;
  /** The URL that answered, after redirects. */
  readonly url: URL;
  readonly body: Dispatcher.ResponseData['body'];
}

export interface Hub {
  readonly endpoint: URL;
  readonly stallMilliseconds: number;
  /**
   * @param path below the endpoint, percent-encoded
   * @throws {CliptagError} when there is no answer, or one of 400 and above other than 416
   */
  send(method: 'GET' | 'HEAD', path: string, headers?: HeaderFields): Promise<HubAnswer>;
  close(): Promise<void>;
}

const DEFAULT_STALL_MILLISECONDS = 30_000;
/** The hub needs two: to a repository's new name, and to its file store. */
const MAXIMUM_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
const RANGE_NOT_SATISFIABLE = 416;

/** Connects to a hub, through proxies where there are some. */
export function openHub(settings: HubSettings): Hub {
  const { token, proxies, stallMilliseconds = DEFAULT_STALL_MILLISECONDS } = settings;
  const endpoint = new URL(settings.endpoint.replace(/\/*$/, '/'));
  const dispatchers = openDispatchers(proxies, stallMilliseconds);
  const isOwn = (url: URL) => url.origin === endpoint.origin;

  async function once(
    method: 'GET' | 'HEAD',
    url: URL,
    headers: HeaderFields,
  ): Promise<Dispatcher.ResponseData> {
    const own: HeaderFields = token !== undefined && isOwn(url) ? { authorization: `Bearer ${token}` } : {};
    const timeouts = { headersTimeout: stallMilliseconds, bodyTimeout: stallMilliseconds };
    // Sizes and ranges are those of the file itself only without compression.
    const all = { 'user-agent': 'cliptag', 'accept-encoding': 'identity', ...headers, ...own };
    try {
      const response = await request(url, {
        method,
        headers: all,
        dispatcher: dispatchers.to(url),
        ...timeouts,
      });
      // A connection may be cut before anybody reads, who is told of it then; without a listener it would end the process.
      response.body.on('error', () => {});
      return response;
    } catch (error) {
      throw connectionError(error, url, stallMilliseconds, proxyFor(url, proxies));
    }
  }

  async function send(method: 'GET' | 'HEAD', path: string, headers: HeaderFields = {}): Promise<HubAnswer> {
    let url = new URL(path, endpoint);
    let declared: HeaderFields = {};
    for (let redirects = 0; redirects <= MAXIMUM_REDIRECTS; redirects++) {
      const response = await once(method, url, headers);
      const received = plainHeaders(response.headers);
      if (isOwn(url)) declared = { ...declared, ...received };
      const next = redirectTarget(response.statusCode, received, url);
      if (next === undefined || (method === 'HEAD' && !isOwn(next))) {
        return await checked({ ...response, status: response.statusCode, headers: received, declared, url });
      }
      await discard(response.body);
      url = next;
    }
    throw new HubError(
      'unexpected-answer',
      `Expected ${url.host} to answer but received ${MAXIMUM_REDIRECTS + 1} redirects`,
    );
  }

  return { endpoint, stallMilliseconds, send, close: dispatchers.close };
}

/** One connection pool for each proxy, and one for direct connections. */
function openDispatchers(proxies: Proxies, stallMilliseconds: number) {
  const opened = new Map<string | undefined, Dispatcher>();
  const connect = { timeout: stallMilliseconds };
  return {
    to(url: URL): Dispatcher {
      const proxy = proxyFor(url, proxies);
      const known = opened.get(proxy);
      if (known) return known;
      // No tunnel for http: proxies commonly allow CONNECT to port 443 only.
      const dispatcher =
        proxy === undefined ? new Agent({ connect }) : new ProxyAgent({ uri: proxy, proxyTunnel: false });
      opened.set(proxy, dispatcher);
      return dispatcher;
    },
    async close() {
      await Promise.all([...opened.values()].map((dispatcher) => dispatcher.destroy()));
    },
  };
}

function redirectTarget(status: number, { location }: HeaderFields, url: URL): URL | undefined {
  if (!REDIRECTS.includes(status) || location === undefined) return undefined;
  const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  const isWeaker = url.protocol === 'https:' && target?.protocol !== 'https:';
  if (target && !isWeaker && /^https?:$/.test(target.protocol)) return target;
  throw new HubError(
    'unexpected-answer',
    `Expected ${url.host} to redirect to ${url.protocol} but received ${location}`,
  );
}

async function checked(answer: HubAnswer): Promise<HubAnswer> {
  if (answer.status < 400 || answer.status === RANGE_NOT_SATISFIABLE) return answer;
  await discard(answer.body);
  throw statusError(answer.status, answer.headers, answer.url);
}

/** Frees the connection; an error in a body that nobody reads does not matter. */
async function discard(body: HubAnswer['body']): Promise<void> {
  await body.dump().catch(() => {});
}

function plainHeaders(headers: Dispatcher.ResponseData['headers']): HeaderFields {
  const single = ([name, value]: [string, string | string[] | undefined]) =>
    [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : (value ?? '')] as const;
  return Object.fromEntries(Object.entries(headers).map(single));
}
