import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { type FilePath, filePath } from './file-path.ts';

/**
 * Removes a file that a process has left when it died, unless it says something else by now: another process may have removed it
 * and made its own in its place, which stays.
 *
 * @param text what it said
 * @example
 * await removeLeft('models.lock.json.writing', '4711');
 */
export async function removeLeft(path: FilePath, text: string): Promise<void> {
  if ((await textOf(path)) !== text) return;
  const aside = filePath(Buffer.concat([Buffer.from(path), Buffer.from(`.${randomUUID()}.left`)]));
  // One of those that come to this at the same time has it then.
  const isHere = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!isHere) return;
  if ((await textOf(aside)) !== text) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/** What a file says; undefined where there is none, or nothing of it can be read. */
export function textOf(path: FilePath): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
