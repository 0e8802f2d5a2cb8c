import { CliptagError } from '../../core/errors.ts';
import { type Attempts, withAttempts } from './attempts.ts';
import type { Download } from './download.ts';
import { agreedContent, declaredContent, type ExpectedContent, MISMATCH_ADVICE } from './file-digest.ts';
import type { Hub } from './hub.ts';
import type { LockedCheckpoint } from './models-lock.ts';

export interface FileSources {
  readonly repo: string;
  readonly commit: string;
  /** SHA-256 by path. */
  readonly pins: Readonly<Record<string, string>>;
  readonly locked: LockedCheckpoint | undefined;
  /** The lock file's name, for errors. */
  readonly lockName: string;
}

/** A file of the checkpoint, and what is known about it before it is downloaded. */
export interface RemoteFile extends Pick<Download, 'source' | 'expected' | 'check'> {
  /** Its path in the repository. */
  readonly path: string;
}

/**
 * Finds out what each file must be: what the lock says, else what the endpoint declares. A pin must agree with either.
 *
 * @throws {CliptagError} `digest-mismatch` when two of them differ; `no-digest` when none says anything
 */
export async function remoteFiles(
  paths: readonly string[],
  sources: FileSources,
  hub: Hub,
  attempts: Attempts,
): Promise<RemoteFile[]> {
  const files: RemoteFile[] = [];
  for (const path of paths) files.push(await remoteFile(path, sources, hub, attempts));
  return files;
}

async function remoteFile(
  path: string,
  sources: FileSources,
  hub: Hub,
  attempts: Attempts,
): Promise<RemoteFile> {
  const { repo, commit, pins, locked, lockName } = sources;
  const source = `${repo}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
  const lock = locked?.files[path];
  const known: (ExpectedContent | undefined)[] = [
    Object.hasOwn(pins, path)
      ? { sha256: pins[path], source: 'pinned in this version of cliptag' }
      : undefined,
    lock && { ...lock, source: lockName },
  ];
  const declaredBy = (headers: Readonly<Record<string, string>>) => {
    requireCommit(headers, sources, path);
    return declaredContent(headers, `declared by ${hub.endpoint.host}`);
  };
  const declared = lock
    ? undefined
    : declaredBy((await withAttempts(() => hub.send('HEAD', source), attempts)).declared);
  const expected = agreedContent(path, [...known, declared]);
  if (!expected) throw noDigest(path, hub);
  const check: Download['check'] = (headers) => {
    agreedContent(path, [expected, declaredBy(headers)]);
  };
  return { path, source, expected, check };
}

function requireCommit(
  headers: Readonly<Record<string, string>>,
  { repo, commit }: FileSources,
  path: string,
): void {
  const received = headers['x-repo-commit'];
  if (received === undefined || received === commit) return;
  throw new CliptagError(
    'digest-mismatch',
    `Expected ${path} of ${repo} at commit ${commit} but received it at ${received}: ${MISMATCH_ADVICE}`,
  );
}

function noDigest(path: string, { endpoint }: Hub): CliptagError {
  return new CliptagError(
    'no-digest',
    `Expected a digest of ${path} from ${endpoint.host} (X-Linked-ETag) but received none: pull it once from the hub itself, and bring models.lock.json along`,
  );
}
