import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { folderDigest, setModes } from './image-digest.ts';

/** A build that is under way may still read a folder that a newer one has replaced. */
const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * Makes a folder that is named for its content: the same content always gives the same path. Folders beside it that were
 * not asked for in a day are removed, since every change of the code makes a new one.
 *
 * @param parent the folder that it is made in
 * @param write fills the draft whose path it gets
 * @returns path of the finished folder
 */
export async function contentFolder(
  parent: string,
  write: (draft: string) => Promise<void>,
): Promise<string> {
  const draft = join(parent, `draft-${randomUUID()}`);
  try {
    await mkdir(draft, { recursive: true });
    await write(draft);
    await setModes(draft);
    return await moveToDigest(draft, parent);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await removeUnused(parent);
  }
}

/** Another process may have made the same folder meanwhile; its content is the same then. */
async function moveToDigest(draft: string, parent: string): Promise<string> {
  const path = join(parent, await folderDigest(draft));
  const isThere = () => stat(path).then(Boolean, () => false);
  await rename(draft, path).catch(async (error: unknown) => {
    if (!(await isThere())) throw error;
  });
  await utimes(path, new Date(), new Date());
  return path;
}

async function removeUnused(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const path = join(parent, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > KEPT_MILLISECONDS) await rm(path, { recursive: true, force: true });
  }
}
