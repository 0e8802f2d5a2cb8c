import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../functions/local/http/loopback-server.ts';
import { baseImageIn, digestOf, withDigest } from '../../infra/packaging/base-image.ts';
import { checkBase, DOCKERFILES, renewBase } from '../../infra/packaging/pinned-base.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const DOCKERFILE = readFileSync(join(import.meta.dirname, '../../infra/packaging/Dockerfile'), 'utf8');

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const indexFor = (...processors: string[]) =>
  JSON.stringify({
    manifests: processors.map((architecture) => ({ platform: { os: 'linux', architecture } })),
  });

const BOTH = indexFor('amd64', 'arm64');
const MANIFESTS: Readonly<Record<string, { body: string; digest?: string }>> = {
  24: { body: BOTH },
  '24-slim': { body: BOTH },
  [sha256(BOTH)]: { body: BOTH },
  'x86-only': { body: indexFor('amd64') },
  single: { body: JSON.stringify({ layers: [] }) },
  cut: { body: BOTH.slice(0, -1), digest: sha256(BOTH) },
  [sha256('another')]: { body: BOTH },
};

const REPOSITORIES = ['lambda/nodejs', 'library/node'];

/** Answers as a registry does: to those with a token, which it tells the others how to get. */
let registry: Server;
let origin: string;
beforeAll(async () => {
  registry = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://registry');
    if (pathname === '/token' && searchParams.get('service') === 'pulling')
      return response.end(JSON.stringify({ token: `for ${searchParams.get('scope')}` }));
    const [, repository = '', reference = ''] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(pathname) ?? [];
    const manifest = REPOSITORIES.includes(repository) ? MANIFESTS[reference] : undefined;
    const isIndex = request.headers.accept?.includes('application/vnd.oci.image.index.v1+json');
    if (request.headers.authorization !== `Bearer for repository:${repository}:pull`) {
      const challenge = `Bearer realm="${origin}/token",service="pulling",scope="aws"`;
      return response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
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

describe('npm run pin:base', () => {
  const digest = sha256(BOTH);
  async function copies(): Promise<string[]> {
    const folder = await temporaryFolder();
    const files = DOCKERFILES.map((_, i) => join(folder, `Dockerfile-${i}`));
    for (const [i, file] of files.entries()) await copyFile(DOCKERFILES[i] ?? '', file);
    return files;
  }

  it('renews the base of the functions and that of the home server, and nothing else of their Dockerfiles', async () => {
    const files = await copies();
    const said: string[] = [];
    for (const file of files) said.push(await renewBase(file, new Date('2027-01-02T03:04:05Z'), origin));
    expect(said).toEqual([
      `public.ecr.aws/lambda/nodejs:24 is pinned to ${digest}`,
      `docker.io/library/node:24-slim is pinned to ${digest}`,
    ]);
    for (const [i, file] of files.entries()) {
      const before = (await readFile(DOCKERFILES[i] ?? '', 'utf8')).split('\n');
      const after = (await readFile(file, 'utf8')).split('\n');
      const changed = after.filter((line, at) => line !== before[at]);
      expect(changed).toEqual([
        ...(i === 0 ? ['# Pinned on 2027-01-02.'] : []),
        expect.stringMatching(new RegExp(`^ARG BASE=\\S+@${digest}$`)),
      ]);
      expect(after).toHaveLength(before.length);
      expect(await renewBase(file, new Date(), origin)).toMatch(/@sha256:\w+ stays$/);
      expect(await checkBase(file, origin)).toContain('is what the tag stands for');
    }
  });

  it('rejects a base that cannot be had, and leaves its Dockerfile as it was', async () => {
    const [file = ''] = await copies();
    const text = (await readFile(file, 'utf8')).replace('lambda/nodejs', 'lambda/other');
    await writeFile(file, text);
    await expect(renewBase(file, new Date(), origin)).rejects.toThrow('but received 404');
    await expect(checkBase(file, origin)).rejects.toThrow('but received 404');
    // A port of nobody's.
    await expect(renewBase(file, new Date(), 'http://127.0.0.1:1')).rejects.toThrow(
      /^Expected an answer of http:\/\/127\.0\.0\.1:1\/v2\/lambda\/other\/manifests\/24 but received none: .+/,
    );
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});
