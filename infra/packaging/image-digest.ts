import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

const DIGEST_HEX_LENGTH = 32;
const READABLE_FOLDER = 0o755;
const READABLE_FILE = 0o644;

/** Digest of the names and contents of all files in a folder. Their times and modes and the folder's name don't count. */
export async function folderDigest(folder: string): Promise<string> {
  const digest = createHash('sha256');
  for (const { path } of (await entriesOf(folder)).filter(({ isFolder }) => !isFolder)) {
    digest.update(`${relative(folder, path).replaceAll(sep, '/')}\0${await fileDigest(path)}\n`);
  }
  return digest.digest('hex').slice(0, DIGEST_HEX_LENGTH);
}

/** Lets any user read the folder: the function does not run as the user who builds its image. */
export async function setModes(folder: string): Promise<void> {
  await chmod(folder, READABLE_FOLDER);
  for (const { path, isFolder } of await entriesOf(folder)) {
    await chmod(path, isFolder ? READABLE_FOLDER : READABLE_FILE);
  }
}

async function entriesOf(folder: string): Promise<ReadonlyArray<{ path: string; isFolder: boolean }>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => ({ path: join(entry.parentPath, entry.name), isFolder: entry.isDirectory() }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function fileDigest(path: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path)) digest.update(chunk);
  return digest.digest('hex');
}
