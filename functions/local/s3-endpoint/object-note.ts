import { createHash } from 'node:crypto';
import { appendFile, type FileHandle, open, truncate } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ObjectRecord } from './records.ts';

/**
 * What the file with an object's bytes says, behind these bytes, about the object: a second copy of its metadata, so that
 * a loss of metadata is not a loss of objects.
 */
export interface ObjectNote {
  readonly bucket: string;
  readonly object: ObjectRecord;
}

/** A note ends with a digest of its text, the text's length, and what tells that it is one. */
const DIGEST_BYTES = 8;
const LENGTH_BYTES = 4;
const MAGIC = Buffer.from('cliptag\n', 'latin1');
const END_BYTES = DIGEST_BYTES + LENGTH_BYTES + MAGIC.length;

/** Appends a note to the file of an object's first blob. The last note counts. */
export async function appendNote(path: string, note: ObjectNote): Promise<void> {
  await appendFile(path, encodedNote(note));
}

export function encodedNote(note: ObjectNote): Buffer {
  const text = Buffer.from(JSON.stringify(note));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return Buffer.concat([text, digestOf(text), length, MAGIC]);
}

/**
 * The note of a file that is named by a blob's id. Uploaded bytes that end like a note are none: an id is made for each
 * upload, so they cannot know theirs.
 */
export async function readNote(path: string): Promise<ObjectNote | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const note = await noteEndingAt(file, size);
    return note?.object.blobs[0]?.id === basename(path) ? note : undefined;
  } finally {
    await file.close();
  }
}

/** Leaves the object's bytes alone. */
export async function removeNotes(path: string): Promise<void> {
  const [first] = (await readNote(path))?.object.blobs ?? [];
  if (first) await truncate(path, first.sizeBytes);
}

async function noteEndingAt(file: FileHandle, endsAt: number): Promise<ObjectNote | undefined> {
  if (endsAt < END_BYTES) return undefined;
  const end = await readExactly(file, endsAt - END_BYTES, END_BYTES);
  if (!end.subarray(-MAGIC.length).equals(MAGIC)) return undefined;
  const noteBytes = end.readUInt32BE(DIGEST_BYTES);
  if (noteBytes > endsAt - END_BYTES) return undefined;
  const text = await readExactly(file, endsAt - END_BYTES - noteBytes, noteBytes);
  if (!digestOf(text).equals(end.subarray(0, DIGEST_BYTES))) return undefined;
  return JSON.parse(text.toString('utf8')) as ObjectNote;
}

async function readExactly(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}

function digestOf(text: Buffer): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, DIGEST_BYTES);
}
