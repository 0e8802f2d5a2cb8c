import { lstat, readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { writeAtomically } from '../../adapters/files/atomic-write.ts';
import { makeFolder } from '../../adapters/files/make-folder.ts';
import { mergedSidecar } from './merged-sidecar.ts';
import type { Keywords, ListForm } from './xmp-names.ts';
import { newSidecar } from './xmp-text.ts';

/** Far more than programs write, with all steps of an edit. */
const MAXIMUM_BYTES = 50_000_000;

/**
 * What became of a sidecar. With a reason: `kept`, one that is there and stays as it was; `unwritten`, one that is not there,
 * or is not looked for; `refused`, an image that may have none.
 */
export type WrittenSidecar =
  | { readonly state: 'new' | 'changed' | 'same' | 'none' }
  | { readonly state: 'kept' | 'unwritten' | 'refused'; readonly reason: string };

/** Whether there is a sidecar with the picture's keywords now. */
export function isWritten({ state }: WrittenSidecar): boolean {
  return state === 'new' || state === 'changed' || state === 'same';
}

/**
 * Writes a picture's keywords into its sidecar. One that is there is merged; a picture without keywords gets no new one.
 *
 * @param folder where it must lie, whatever links lead elsewhere
 * @param path its parts below the folder
 */
export async function writtenSidecar(
  folder: string,
  path: readonly string[],
  keywords: Keywords,
  form: ListForm,
): Promise<WrittenSidecar> {
  const file = join(folder, ...path);
  let isInside = false;
  try {
    isInside = await staysInside(folder, path.slice(0, -1));
    if (!isInside) throw new Error('a link leads out of the folder');
    const { text: before, mode } = (await presentSidecar(file)) ?? {};
    if (before === undefined && keywords.subject.length === 0) return { state: 'none' };
    const text = before === undefined ? newSidecar(keywords, form) : mergedSidecar(before, keywords, form);
    if (text === before) return { state: 'same' };
    if (mode !== undefined && (mode & WRITABLE) === 0) throw new Error('it may only be read');
    await makeFolder(dirname(file));
    await writeAtomically(file, text, mode);
    return { state: before === undefined ? 'new' : 'changed' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isThere = isInside && (await lstat(file).catch(() => undefined)) !== undefined;
    return { state: isThere ? 'kept' : 'unwritten', reason: code ?? message.replace(/\.$/, '') };
  }
}

/** Bits of a mode that let anybody write. */
const WRITABLE = 0o222;

/** The text of a sidecar, and who may read and write it; undefined where there is none. */
async function presentSidecar(file: string): Promise<{ text: string; mode: number } | undefined> {
  const found = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return undefined;
  if (!found.isFile()) throw new Error('it is no file');
  if (found.size > MAXIMUM_BYTES) throw new Error(`it has more than ${MAXIMUM_BYTES} bytes`);
  const bytes = await readFile(file);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, mode: found.mode & 0o777 };
  } catch {
    throw new Error('it is no UTF-8');
  }
}

/** Whether those of the folders that are there already lie in the folder, wherever links lead. */
async function staysInside(folder: string, folders: readonly string[]): Promise<boolean> {
  const outer = await realpath(folder);
  for (let depth = 1; depth <= folders.length; depth++) {
    const inner = await realpath(join(folder, ...folders.slice(0, depth))).catch(() => undefined);
    if (inner === undefined) return true;
    const [first] = relative(outer, inner).split(sep);
    if (first === '..' || isAbsolute(relative(outer, inner))) return false;
  }
  return true;
}
