import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CliptagError } from '../../core/errors.ts';

/** What is known about a file's content. */
export interface ExpectedContent {
  readonly sha256?: string | undefined;
  /** SHA-1 of Git's blob, `blob <size>\0<content>`: the hub declares it for files outside its large-file storage. */
  readonly gitBlob?: string | undefined;
  readonly bytes?: number | undefined;
  /** Where this comes from, for errors, for example `models.lock.json`. */
  readonly source: string;
}

export interface FileDigest {
  readonly sha256: string;
  readonly gitBlob: string;
  readonly bytes: number;
}

/** Reads a file once for both digests. */
export async function fileDigest(path: string): Promise<FileDigest> {
  const { size: bytes } = await stat(path);
  const [sha256, gitBlob] = [createHash('sha256'), createHash('sha1').update(`blob ${bytes}\0`)];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    sha256.update(chunk);
    gitBlob.update(chunk);
  }
  return { sha256: sha256.digest('hex'), gitBlob: gitBlob.digest('hex'), bytes };
}

/** A sentence about what differs, or undefined when nothing does. */
export function contentError(found: FileDigest, expected: ExpectedContent): string | undefined {
  if (expected.sha256 !== undefined) {
    if (found.sha256 === expected.sha256) return undefined;
    return `Expected SHA-256 ${expected.sha256} (${expected.source}) but received ${found.sha256}`;
  }
  if (found.gitBlob === expected.gitBlob) return undefined;
  return `Expected Git blob ${expected.gitBlob} (${expected.source}) but received ${found.gitBlob}`;
}

const SHA256 = /^[0-9a-f]{64}$/;
const SHA1 = /^[0-9a-f]{40}$/;

/**
 * What the endpoint's headers say about a file's content: `X-Linked-ETag` and `X-Linked-Size`, or the plain headers for
 * small files (huggingface_hub, `get_hf_file_metadata`).
 *
 * @returns undefined when they hold no digest
 */
export function declaredContent(
  headers: Readonly<Record<string, string>>,
  source: string,
): ExpectedContent | undefined {
  const digest = etagText(headers['x-linked-etag'] ?? headers.etag);
  const size = headers['x-linked-etag'] === undefined ? headers['content-length'] : headers['x-linked-size'];
  const bytes = size !== undefined && /^\d+$/.test(size) ? Number(size) : undefined;
  if (SHA256.test(digest)) return { sha256: digest, bytes, source };
  return SHA1.test(digest) ? { gitBlob: digest, bytes, source } : undefined;
}

/** The text between the quotes. A weak ETag serves as well, because a digest says what the content is. */
function etagText(etag = ''): string {
  return etag.replace(/^W\//, '').replaceAll('"', '');
}

/** @throws {CliptagError} `digest-mismatch` when two sources contradict each other about a file */
export function agreedContent(
  path: string,
  sources: readonly (ExpectedContent | undefined)[],
): ExpectedContent | undefined {
  const known = sources.filter((source) => source !== undefined);
  const [first, ...others] = known.filter(({ sha256 }) => sha256 !== undefined);
  const other = others.find(({ sha256 }) => sha256 !== first?.sha256);
  if (first && other) {
    throw new CliptagError(
      'digest-mismatch',
      `Expected SHA-256 ${first.sha256} of ${path} (${first.source}) but received ${other.sha256} (${other.source}): nothing was downloaded; ${MISMATCH_ADVICE}`,
    );
  }
  if (!first) return known[0];
  return { ...first, bytes: known.find(({ bytes }) => bytes !== undefined)?.bytes };
}

/** What to do about content that differs. */
export const MISMATCH_ADVICE =
  'ask another mirror, or, where the new content is wanted, name its revision (hf:OWNER/REPO@REVISION) or lock anew (--update)';
