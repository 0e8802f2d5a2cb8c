import { renameSync, writeFileSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import { jsonValue } from './json-value.ts';

/** How much of a file has come so far (`FILE.part`), and of which content it is (`FILE.part.json`). */
export interface Part {
  readonly bytes: number;
  /** The ETag of the answer that it came from, for If-Range. */
  readonly etag?: string | undefined;
}

const notes = z.object({
  /** The digest of the whole content. */
  content: z.string(),
  etag: z.string().optional(),
});

export function partPath(path: string): string {
  return `${path}.part`;
}

function notesPath(path: string): string {
  return `${path}.part.json`;
}

/** The part that a download can go on from; a part of other content is removed. */
export async function readPart(path: string, content: string): Promise<Part> {
  const [size, text] = await Promise.all([
    stat(partPath(path)).then(
      ({ size }) => size,
      () => 0,
    ),
    readFile(notesPath(path), 'utf8').catch(() => ''),
  ]);
  const found = notes.safeParse(jsonValue(text));
  if (size > 0 && found.success && found.data.content === content)
    return { bytes: size, etag: found.data.etag };
  await removePart(path);
  return { bytes: 0 };
}

/**
 * Called before the first byte is written: after a crash nobody could tell otherwise which content a part is of. It is
 * written at a stroke, since what a connection has brought is lost when it is cut before it is read.
 */
export function notePart(path: string, content: string, etag: string | undefined): void {
  const temporary = `${notesPath(path)}.new`;
  writeFileSync(temporary, JSON.stringify({ content, etag }));
  renameSync(temporary, notesPath(path));
}

export async function removePart(path: string): Promise<void> {
  await rm(partPath(path), { force: true });
  await rm(notesPath(path), { force: true });
}

/** The notes are of no use once the part is whole and has its final name. */
export async function removeNotes(path: string): Promise<void> {
  await rm(notesPath(path), { force: true });
}
