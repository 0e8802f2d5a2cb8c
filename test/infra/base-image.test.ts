import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../functions/local/http/loopback-server.ts';
import { baseImageIn, digestOf, withDigest } from '../../infra/packaging/base-image.ts';

const DOCKERFILE = readFileSync(join(import.meta.dirname, '../../infra/packaging/Dockerfile'), 'utf8');

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const indexFor = (...processors: string[]) =>
  JSON.stringify({
    manifests: processors.map((architecture) => ({ platform: { os: 'linux', architecture } })),
  });

const BOTH = indexFor('amd64', 'arm64');
const MANIFESTS: Readonly<Record<string, { body: string; digest?: string }>> = {
  24: { body: BOTH },
  [sha256(BOTH)]: { body: BOTH },
  'x86-only': { body: indexFor('amd64') },
  single: { body: JSON.stringify({ layers: [] }) },
  cut: { body: BOTH.slice(0, -1), digest: sha256(BOTH) },
  [sha256('another')]: { body: BOTH },
};

/** Answers as a registry does, to those with a token. */
let registry: Server;
let origin: string;
beforeAll(async () => {
  registry = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://registry');
    if (pathname === '/token/' && searchParams.get('scope') === 'repository:lambda/nodejs:pull')
      return response.end('{"token":"secret"}');
    const manifest = MANIFESTS[pathname.replace('/v2/lambda/nodejs/manifests/', '')];
    const isIndex = request.headers.accept?.includes('application/vnd.oci.image.index.v1+json');
    if (request.headers.authorization !== 'Bearer secret') return response.writeHead(401).end();
    if (!manifest || !isIndex) return response.writeHead(404).end();
    response.writeHead(200, { 'docker-content-digest': manifest.digest ?? sha256(manifest.body) });
    return response.end(manifest.body);
  });
  origin = `http://127.0.0.1:${await listen(registry, 0)}`;
});
afterAll(() => new Promise((resolve) => registry.close(resolve)));

const image = { registry: 'public.ecr.aws', repository: 'lambda/nodejs' };

describe('the base image', () => {
  it('is pinned by its digest, so that it is the same in every deployment', () => {
    expect(baseImageIn(DOCKERFILE)).toEqual({
      ...image,
      tag: '24',
      digest: expect.stringMatching(/^sha256:/),
    });
  });

  it('can be pinned to another digest, whether it was pinned or not', () => {
    const digest = sha256('next');
    for (const before of ['', `@${sha256('before')}`]) {
      const dockerfile = `# base\nARG BASE=public.ecr.aws/lambda/nodejs:24${before}\nFROM \${BASE}\n`;
      const after = withDigest(dockerfile, digest);
      expect(after).toBe(`# base\nARG BASE=public.ecr.aws/lambda/nodejs:24@${digest}\nFROM \${BASE}\n`);
    }
    expect(() => withDigest('FROM scratch', digest)).toThrow('Expected a line "ARG BASE=');
  });

  it('has the digest that the registry gives for its tag, which names images for both processors', async () => {
    expect(await digestOf(image, '24', origin)).toBe(sha256(BOTH));
    expect(await digestOf(image, sha256(BOTH), origin)).toBe(sha256(BOTH));
  });

  it.each([
    ['an image for one processor', 'x86-only', 'for amd64 and arm64 but it is for amd64'],
    ['an image that is no list', 'single', 'for one processor only'],
    ['an answer that was changed on its way', 'cut', 'Expected sha256:'],
    ['another content than the digest says', sha256('another'), 'Expected sha256:'],
    ['a tag that is not there', '25', 'but received 404'],
  ])('rejects %s', async (_, reference, message) => {
    await expect(digestOf(image, reference, origin)).rejects.toThrow(message);
  });
});
