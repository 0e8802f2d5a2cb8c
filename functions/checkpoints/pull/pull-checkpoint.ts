import { stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CliptagError } from '../../core/errors.ts';
import { type ModelSource, SOURCE_FILE } from '../source-file.ts';
import type { Attempts } from './attempts.ts';
import type { CheckpointReference } from './checkpoint-reference.ts';
import { diskError, requireRoom } from './disk-error.ts';
import { download } from './download.ts';
import { contentError, type FileDigest, fileDigest } from './file-digest.ts';
import type { Hub } from './hub.ts';
import { type HubListing, hubListing } from './hub-listing.ts';
import { licenceRemark } from './licence-remark.ts';
import { type LockedCheckpoint, readLock, writeLock } from './models-lock.ts';
import { readPart } from './part-file.ts';
import { exclusivePull } from './pid-file.ts';
import { type RemoteFile, remoteFiles } from './remote-files.ts';
import { localPath, type PulledLayout, wantedFiles } from './wanted-files.ts';

export interface PullOptions {
  /** The folder that the files go to. */
  readonly folder: string;
  /** The `models.lock.json`. */
  readonly lockPath: string;
  readonly layout: PulledLayout;
  /** Asks the hub what the revision is, even where it is locked. */
  readonly update: boolean;
  readonly hub: Hub;
  readonly attempts: Attempts;
  readonly report: PullReport;
  freeBytes(folder: string): Promise<number>;
}

/** Called as the pull goes on. */
export interface PullReport {
  /** All bytes of the checkpoint, and how many of them are there already. */
  plan(totalBytes: number, presentBytes: number): void;
  position(path: string, bytes: number): void;
  finished(path: string, bytes: number, state: 'downloaded' | 'present'): void;
  remark(text: string): void;
}

export interface PulledCheckpoint {
  readonly name: string;
  readonly folder: string;
  readonly repo: string;
  readonly commit: string;
  readonly licence: string;
  /** By their paths in the folder. */
  readonly files: readonly ({ readonly path: string } & Omit<FileDigest, 'gitBlob'>)[];
}

/**
 * Downloads a checkpoint's files into a folder, compares each with its digest, and locks the digests.
 *
 * @throws {InvalidInput} when the repository holds nothing that can be used, or the lock file is broken
 * @throws {CliptagError} `hub-…`, `digest-mismatch`, `no-digest`, `disk-full`, `disk`, `pull-running`
 */
export async function pullCheckpoint(
  reference: CheckpointReference,
  options: PullOptions,
): Promise<PulledCheckpoint> {
  const { folder, lockPath, hub, attempts, layout } = options;
  const key = lockKey(reference, layout);
  const locked = options.update ? undefined : readLock(lockPath, key);
  const listing = locked ? listingOf(locked) : await hubListing(reference, hub, attempts);
  requireRevision(reference, listing);
  const { paths, remarks } = wantedFiles(reference.repo, listing.paths, layout);
  const licence = listing.licence ?? reference.licence ?? 'unknown';
  for (const text of [...remarks, licenceRemark(reference.repo, licence) ?? []].flat())
    options.report.remark(text);
  return exclusivePull(folder, async () => {
    const from = { repo: reference.repo, commit: listing.commit, pins: reference.pins };
    const sources = { ...from, locked, lockName: basename(lockPath) };
    const files = await remoteFiles(paths, sources, hub, attempts);
    const inPlace = await filesInPlace(files, options);
    const pulled: PulledCheckpoint = {
      name: reference.name,
      folder,
      repo: reference.repo,
      commit: listing.commit,
      licence,
      files: inPlace.map((file) => ({ ...file, path: localPath(file.path) })),
    };
    if (!locked) await writeLock(lockPath, key, lockedOf({ ...pulled, files: inPlace }));
    await writeSource(pulled);
    return pulled;
  });
}

/** Layouts of one repository are locked apart: each has files of its own. */
function lockKey({ repo, revision }: CheckpointReference, layout: PulledLayout): string {
  return `${repo}@${revision}${layout === 'auto' ? '' : ` (${layout})`}`;
}

function listingOf({ commit, licence, files }: LockedCheckpoint): HubListing {
  return { commit, licence, paths: Object.keys(files) };
}

/** A commit stands for itself: a hub that resolves it to another one is not to be trusted. */
function requireRevision({ repo, revision }: CheckpointReference, { commit }: HubListing): void {
  if (!/^[0-9a-f]{40}$/.test(revision) || commit === revision) return;
  throw new CliptagError(
    'hub-unexpected-answer',
    `Expected commit ${revision} of ${repo} but received ${commit}: check the endpoint`,
  );
}

/** Downloads the files that are missing. @returns all files, by their paths in the repository */
async function filesInPlace(
  files: readonly RemoteFile[],
  options: PullOptions,
): Promise<PulledCheckpoint['files']> {
  const { folder, report, hub, attempts } = options;
  const known = new Map<string, FileDigest>();
  for (const file of files) {
    const found = await presentDigest(join(folder, localPath(file.path)), file);
    if (found) known.set(file.path, found);
  }
  const missing = files.filter(({ path }) => !known.has(path));
  await requireRoomFor(missing, known, options);
  for (const file of files) {
    const there = known.get(file.path);
    const target = join(folder, localPath(file.path));
    const onPosition = (bytes: number) => report.position(file.path, bytes);
    const found = there ?? (await download({ ...file, target, onPosition }, hub, attempts));
    known.set(file.path, found);
    report.finished(file.path, found.bytes, there ? 'present' : 'downloaded');
  }
  return [...known].map(([path, { sha256, bytes }]) => ({ path, sha256, bytes }));
}

/** The digest of a file that is there already, with the right content. */
async function presentDigest(target: string, { expected }: RemoteFile): Promise<FileDigest | undefined> {
  const found = await stat(target).catch(() => undefined);
  if (!found?.isFile() || found.size !== (expected.bytes ?? found.size)) return undefined;
  const digest = await fileDigest(target);
  return contentError(digest, expected) === undefined ? digest : undefined;
}

async function requireRoomFor(
  missing: readonly RemoteFile[],
  known: ReadonlyMap<string, FileDigest>,
  { folder, report, freeBytes }: PullOptions,
): Promise<void> {
  let [neededBytes, partBytes] = [0, 0];
  for (const { path, expected } of missing) {
    neededBytes += expected.bytes ?? 0;
    partBytes += (await readPart(join(folder, localPath(path)), expected.sha256 ?? expected.gitBlob ?? ''))
      .bytes;
  }
  const presentBytes = [...known.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  requireRoom(neededBytes - partBytes, await freeBytes(folder), folder);
  report.plan(presentBytes + neededBytes, presentBytes + partBytes);
}

function lockedOf({ commit, licence, files }: PulledCheckpoint): LockedCheckpoint {
  const entries = files.map(({ path, sha256, bytes }) => [path, { sha256, bytes }] as const);
  return { commit, licence, files: Object.fromEntries(entries) };
}

async function writeSource({ folder, name, repo, commit, licence, files }: PulledCheckpoint): Promise<void> {
  const path = join(folder, SOURCE_FILE);
  const source: ModelSource = { source: `hf:${repo}`, revision: commit, licence };
  await writeFile(path, `${JSON.stringify({ name, ...source, files }, null, 2)}\n`).catch((error) => {
    throw diskError(error, path);
  });
}
