import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type ByteReader, byteReader } from './byte-reader.ts';
import { collectionOf, type TableCollection } from './changing-collection.ts';
import { emptyParts } from './collection-parts.ts';
import { readSections, sectionsOf } from './snapshot-sections.ts';
import type { Snapshot } from './snapshot-store.ts';

/**
 * A snapshot's bytes: "CLIPTAGS", the version of this format and the length of the head (32 bits each), the head (JSON),
 * a SHA-256 digest of all before, the columns, a SHA-256 digest of the columns.
 */
const MAGIC = new TextEncoder().encode('CLIPTAGS');
/** To be raised with every change of what the columns are, or mean. */
const VERSION = 1;
const BEGINNING_BYTES = MAGIC.length + 8;
const DIGEST_BYTES = 32;
/** A head has a line for each label and camera: some thousands. */
const MAXIMUM_HEAD_BYTES = 2 ** 26;

const count = z
  .int()
  .min(0)
  .max(2 ** 32);
const headSchema = z.object({
  modelDigest: z.string(),
  /** Of the table's changes, which the collection is as new as. */
  position: z.string().optional(),
  rowCount: count,
  embeddingSize: count,
  buckets: z.array(z.string()),
  cameras: z.array(z.string()),
  labels: z.array(z.tuple([z.string(), z.string()])),
  labelEntries: count,
  keyBytes: count,
});
type Head = z.infer<typeof headSchema>;

/** A collection that a snapshot has brought. */
export interface RestoredCollection {
  readonly collection: TableCollection;
  /** As it was given to {@link snapshotOf}. */
  readonly position: string | undefined;
}

/** A collection as bytes. The collection may change while these are being written. */
export function snapshotOf(collection: TableCollection, position?: string): Snapshot {
  const { contents, byteLength, chunks } = sectionsOf(collection.parts);
  const head = headBytes({
    ...contents,
    buckets: [...contents.buckets],
    cameras: [...contents.cameras],
    labels: contents.labels.map(([set, label]) => [set, label]),
    modelDigest: collection.modelDigest,
    position,
  });
  return {
    byteLength: head.length + byteLength + 2 * DIGEST_BYTES,
    chunks: (function* () {
      yield head;
      yield digestOf(head);
      const hash = createHash('sha256');
      for (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
      yield hash.digest();
    })(),
  };
}

/**
 * The collection that a snapshot holds; `undefined` where it is damaged, of another version, no snapshot at all, or of
 * another model.
 */
export async function collectionFrom(
  chunks: AsyncIterable<Uint8Array>,
  modelDigest: string,
): Promise<RestoredCollection | undefined> {
  const reader = byteReader(chunks);
  try {
    return await readCollection(reader, modelDigest);
  } catch (error) {
    if (error instanceof SnapshotEnds) return undefined;
    throw error;
  } finally {
    await reader.close();
  }
}

async function readCollection(
  reader: ByteReader,
  modelDigest: string,
): Promise<RestoredCollection | undefined> {
  const head = await readHead(reader);
  if (head?.modelDigest !== modelDigest) return undefined;
  const parts = emptyParts();
  const hash = createHash('sha256');
  await readSections(parts, head, async (target) => {
    if (!(await reader.fill(target))) throw new SnapshotEnds();
    hash.update(target);
  });
  const digest = new Uint8Array(DIGEST_BYTES);
  const isWhole = (await reader.fill(digest)) && (await reader.isAtEnd());
  if (!isWhole || !hash.digest().equals(digest)) return undefined;
  return { collection: collectionOf(parts, modelDigest), position: head.position };
}

/** There are fewer bytes than the head tells. */
class SnapshotEnds extends Error {}

function headBytes(head: Head): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(BEGINNING_BYTES + text.length);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint32(MAGIC.length, VERSION, true);
  view.setUint32(MAGIC.length + 4, text.length, true);
  bytes.set(text, BEGINNING_BYTES);
  return bytes;
}

async function readHead(reader: ByteReader): Promise<Head | undefined> {
  const beginning = new Uint8Array(BEGINNING_BYTES);
  if (!(await reader.fill(beginning))) return undefined;
  const view = new DataView(beginning.buffer);
  const length = view.getUint32(MAGIC.length + 4, true);
  const isOurs =
    MAGIC.every((byte, i) => byte === beginning[i]) && view.getUint32(MAGIC.length, true) === VERSION;
  if (!isOurs || length > MAXIMUM_HEAD_BYTES) return undefined;
  const text = new Uint8Array(length);
  const digest = new Uint8Array(DIGEST_BYTES);
  if (!(await reader.fill(text)) || !(await reader.fill(digest))) return undefined;
  if (!digestOf(beginning, text).equals(digest)) return undefined;
  return headSchema.safeParse(JSON.parse(new TextDecoder().decode(text))).data;
}

function digestOf(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
