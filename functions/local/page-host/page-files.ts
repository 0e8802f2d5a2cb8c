import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, posix, sep } from 'node:path';
import { bundlePage, PAGE_SOURCES } from '../../adapters/esbuild/bundled-page.ts';
import { IS_CHECKOUT, packagePath } from '../../adapters/files/package-folder.ts';

export interface PageFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** The page and what belongs to it, by their paths: `/`, `/assets/…`. */
export interface PageFiles {
  /** @throws Error when the page's sources don't compile */
  find(path: string): Promise<PageFile | undefined>;
}

type Contents = ReadonlyMap<string, Uint8Array>;

const DOCUMENT = 'page.html';
const DOCUMENT_PATHS: ReadonlySet<string> = new Set(['/']);
const ASSET_PATH = /^\/(assets\/[\w.-]+)$/;

/**
 * Opens the page's files. In a package they lie bundled in `dist/page`. In a checkout they are bundled now, beside whatever else the
 * start does, and again when somebody loads the page after a change of its sources.
 */
export function openPageFiles(): PageFiles {
  const read = IS_CHECKOUT ? bundledWhenChanged() : readOnce();
  return {
    async find(path) {
      if (DOCUMENT_PATHS.has(path)) return documentFile((await read(true)).get(DOCUMENT));
      const name = ASSET_PATH.exec(path)?.[1];
      const bytes = name === undefined ? undefined : (await read(false)).get(name);
      return bytes && assetFile(path, bytes);
    },
  };
}

type Read = (isForDocument: boolean) => Promise<Contents>;

/** They are read at the start: later there may be no file to be opened left. */
function readOnce(): Read {
  const folder = packagePath('dist', 'page');
  const contents = filesIn(folder).then(async (names) => {
    const read = names.map(async (name) => [name, await readFile(join(folder, name))] as const);
    return new Map(await Promise.all(read));
  });
  contents.catch(() => {}); // whoever asks for the page is told
  return () => contents;
}

function bundledWhenChanged(): Read {
  let changed = 0;
  let bundled: Promise<Contents> = Promise.resolve(new Map());
  const bundle = async (): Promise<Contents> => {
    const earlier = await bundled.catch(() => new Map<string, Uint8Array>());
    // Tabs that are open may still ask for parts of the page that they have.
    return new Map([...earlier, ...(await bundlePage()).files]);
  };
  const read: Read = async (isForDocument) => {
    const newest = isForDocument ? await newestChange(packagePath(PAGE_SOURCES)) : changed;
    if (newest > changed) {
      changed = newest;
      bundled = bundle();
    }
    return bundled;
  };
  read(true).catch(() => {});
  return read;
}

async function newestChange(folder: string): Promise<number> {
  const names = await filesIn(folder);
  const changes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).mtimeMs));
  return Math.max(...changes);
}

/** Paths with `/`, relative to the folder. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => extname(name) !== '').map((name) => name.replaceAll(sep, posix.sep));
}

/** Everything comes from this server; no page may frame or script it. */
const DOCUMENT_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // Pictures that are about to be uploaded have addresses of their own.
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

function documentFile(bytes: Uint8Array | undefined): PageFile {
  if (bytes === undefined) throw new Error(`Expected ${DOCUMENT} in the page's folder`);
  const eTag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
  return { headers: { ...DOCUMENT_HEADERS, etag: eTag, 'cache-control': 'no-cache' }, bytes };
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Its name has its content's hash. */
function assetFile(path: string, bytes: Uint8Array): PageFile {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  return {
    headers: { 'content-type': type, 'cache-control': 'private, max-age=31536000, immutable' },
    bytes,
  };
}
