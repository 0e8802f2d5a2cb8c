import { createHash } from 'node:crypto';
import { z } from 'zod';

/** The image that a Dockerfile begins with: `REGISTRY/REPOSITORY:TAG`, with the digest of what the tag stood for. */
export interface BaseImage {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** `sha256:` and 64 digits; none where the image is not pinned. */
  readonly digest?: string | undefined;
}

const ARGUMENT = /^ARG BASE=([^/\s]+)\/([^:@\s]+):([^@\s]+)(?:@(sha256:[0-9a-f]{64}))?$/m;

/** Lists of images for several processors: https://github.com/opencontainers/image-spec/blob/main/image-index.md */
const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** Either may be deployed: `architecture`. */
const PROCESSORS = ['amd64', 'arm64'];

const TIMEOUT_MILLISECONDS = 30_000;

/** @throws Error when the Dockerfile has no line `ARG BASE=…` of that form */
export function baseImageIn(dockerfile: string): BaseImage {
  const [, registry, repository, tag, digest] = ARGUMENT.exec(dockerfile) ?? [];
  if (!registry || !repository || !tag)
    throw new Error('Expected a line "ARG BASE=REGISTRY/REPOSITORY:TAG@sha256:DIGEST" in the Dockerfile');
  return { registry, repository, tag, digest };
}

/** The Dockerfile with another digest of its base. */
export function withDigest(dockerfile: string, digest: string): string {
  const { registry, repository, tag } = baseImageIn(dockerfile);
  return dockerfile.replace(ARGUMENT, `ARG BASE=${registry}/${repository}:${tag}@${digest}`);
}

/** Docker Hub's registry has another name than its images: https://docs.docker.com/reference/api/registry/latest/ */
const HUB = { name: 'docker.io', host: 'registry-1.docker.io' };

/**
 * The digest of a tag, or of a digest itself, as the registry gives it now. The list that it names is read whole: its
 * digest must be right, and it must have an image for each processor.
 *
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
 *
 * @param reference a tag or a digest
 * @param origin where the registry is. @default its own name, by HTTPS; Docker Hub's for `docker.io`
 * @throws Error when the registry does not answer as it should, or the image is for one processor only
 */
export async function digestOf(
  { registry, repository }: Pick<BaseImage, 'registry' | 'repository'>,
  reference: string,
  origin = `https://${registry === HUB.name ? HUB.host : registry}`,
): Promise<string> {
  const url = `${origin}/v2/${repository}/manifests/${reference}`;
  const token = await pullToken(url, repository);
  const answer = await answered(url, {
    accept: INDEX_TYPES.join(', '),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  });
  const body = Buffer.from(await answer.arrayBuffer());
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const expected = reference.startsWith('sha256:') ? reference : answer.headers.get('docker-content-digest');
  if (expected !== null && digest !== expected)
    throw new Error(`Expected ${expected} of ${registry}/${repository} but received ${digest}`);
  requireProcessors(JSON.parse(body.toString()), `${registry}/${repository}:${reference}`);
  return digest;
}

/**
 * What lets anyone read an image: whoever asks without is told where it is to be had. Undefined where it takes none.
 *
 * https://distribution.github.io/distribution/spec/auth/token/
 */
async function pullToken(url: string, repository: string): Promise<string | undefined> {
  const { status, headers } = await requested(url, { method: 'HEAD' });
  if (status !== 401) return undefined;
  const challenge = headers.get('www-authenticate') ?? '';
  const part = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(challenge)?.[1];
  const [realm, service] = [part('realm'), part('service')];
  if (!/^bearer /i.test(challenge) || realm === undefined)
    throw new Error(`Expected ${url} to say where tokens are to be had but received "${challenge}"`);
  const asked = new URL(realm);
  asked.searchParams.set('scope', `repository:${repository}:pull`);
  if (service !== undefined) asked.searchParams.set('service', service);
  const { token } = z.object({ token: z.string() }).parse(await (await answered(asked.href)).json());
  return token;
}

async function answered(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const answer = await requested(url, { headers });
  if (!answer.ok) throw new Error(`Expected an answer of ${url} but received ${answer.status}`);
  return answer;
}

/** @throws Error with the address and the cause, which the runtime's own leaves out */
async function requested(url: string, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  return fetch(url, { ...init, signal }).catch((error: Error) => {
    throw new Error(`Expected an answer of ${url} but received none: ${String(error.cause ?? error)}`);
  });
}

function requireProcessors(index: unknown, name: string): void {
  const { manifests = [] } = index as { manifests?: { platform?: { os?: string; architecture?: string } }[] };
  const found = manifests.flatMap(({ platform }) =>
    platform?.os === 'linux' ? [platform.architecture] : [],
  );
  if (PROCESSORS.every((processor) => found.includes(processor))) return;
  throw new Error(
    `Expected ${name} to be for ${PROCESSORS.join(' and ')} but it is for ${found.join(', ') || 'one processor only'}`,
  );
}
