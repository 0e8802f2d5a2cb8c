/** The proxies between this machine and the network. */
export interface Proxies {
  /** For `http:` URLs. */
  readonly http?: string | undefined;
  /** For `https:` URLs. */
  readonly https?: string | undefined;
  /** Hosts that are reached without a proxy: `host`, `.domain`, `*.domain`, each with an optional `:port`, or `*`. */
  readonly except: readonly string[];
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** The proxy for a URL, as curl chooses it: `domain` in NO_PROXY means its subdomains, too. */
export function proxyFor(url: URL, { http, https, except }: Proxies): string | undefined {
  const proxy = url.protocol === 'https:' ? https : http;
  return proxy === undefined || except.some((entry) => matches(url, entry)) ? undefined : proxy;
}

function matches(url: URL, entry: string): boolean {
  if (entry === '*') return true;
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  const domain = name.toLowerCase().replace(/^\*?\./, '');
  if (domain === '') return false;
  const urlPort = url.port || DEFAULT_PORTS[url.protocol];
  if (port !== undefined && port !== urlPort) return false;
  return url.hostname === domain || url.hostname.endsWith(`.${domain}`);
}
