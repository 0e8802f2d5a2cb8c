import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { findForeignPage, type PageRules } from '../../../../functions/local/http/foreign-page.ts';

const host = '127.0.0.1:3000';
const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

type Case = [what: string, headers: IncomingHttpHeaders, rules?: PageRules];

const passing: readonly Case[] = [
  ['a program', { host }],
  ['a program by another name of this machine', { host: 'localhost:3000' }],
  ['a program in a container', { host: 'host.docker.internal:3000' }],
  ['a program at a name of a bucket', { host: 'photos.localhost:3000' }, { hasSubdomains: true }],
  ['its own page', { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }],
  ['its own page, of an old browser', { host, referer: `http://${host}/` }],
  ['an address that somebody typed', { host, 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
  ['a link on another page, where that may be', { host, ...link }, { isLinked: true }],
  ['a page that may ask', { host, origin: 'http://a' }, { allowsOrigin: (origin) => origin === 'http://a' }],
  [
    'a picture on a page that may ask',
    { host, 'sec-fetch-site': 'same-site', referer: 'http://localhost:5173/' },
    { allowsOrigin: (origin) => origin === 'http://localhost:5173' },
  ],
];

const refused: readonly Case[] = [
  ['a name that was led here', { host: 'rebound.example:3000' }],
  ['a name that ends as one of this machine', { host: 'localhost.example' }, { hasSubdomains: true }],
  ['a name of a bucket where there are none', { host: 'photos.localhost:3000' }],
  ['no name', {}],
  ['another origin', { host, origin: 'http://example.com' }],
  ['another port of this machine', { host, origin: 'http://127.0.0.1:3001', 'sec-fetch-site': 'same-site' }],
  ['a page without an origin', { host, origin: 'null' }],
  ['a picture or form of another site', { host, 'sec-fetch-site': 'cross-site' }],
  ['a picture of another port', { host, 'sec-fetch-site': 'same-site' }],
  ['a page of an old browser', { host, referer: 'http://example.com/' }],
  ['a redirection by another site', { host, origin: `http://${host}`, 'sec-fetch-site': 'cross-site' }],
  ['a link on another page', { host, ...link }],
  ['a frame in another page', { host, ...link, 'sec-fetch-dest': 'iframe' }, { isLinked: true }],
  ['a form on another page', { host, ...link, origin: 'http://a' }, { isLinked: true }],
  [
    'a page that may not ask',
    { host, origin: 'http://b' },
    { allowsOrigin: (origin) => origin === 'http://a' },
  ],
  [
    'a name that was led here, of a page that may ask',
    { host: 'a', origin: 'http://a' },
    { allowsOrigin: () => true },
  ],
];

describe('a request', () => {
  it.each(passing)('passes by %s', (_, headers, rules) => {
    expect(findForeignPage(headers, rules)).toBeUndefined();
  });

  it.each(refused)('rejects %s', (_, headers, rules) => {
    expect(findForeignPage(headers, rules)).toMatch(/^Expected /);
  });
});
