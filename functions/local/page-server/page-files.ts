import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { packagePath } from '../../adapters/files/package-folder.ts';

export interface PageFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The page and its script, by what is asked for. They are read once: later there may be no file to be opened left. */
export async function readPageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const [page, script] = await Promise.all([readPageFile('page.html'), readPageFile('page.js')]);
  return new Map([
    ['GET /', { headers: pageHeaders(page), text: page }],
    ['GET /page.js', { headers: { 'content-type': 'text/javascript; charset=utf-8' }, text: script }],
  ]);
}

function readPageFile(name: string): Promise<string> {
  return readFile(packagePath('functions', 'local', 'page-server', name), 'utf8');
}

/** Everything comes from this server, but for the style, which is in the page itself; no page may frame or script it. */
function pageHeaders(page: string): Readonly<Record<string, string>> {
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
  const styleHash = createHash('sha256').update(style).digest('base64');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'sha256-${styleHash}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  };
}
