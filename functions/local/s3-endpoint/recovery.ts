import { type BlobFiles, isReference } from './blob-files.ts';
import { type Change, del, LAST_SEQUENCER, type Metadata, objectKey, put } from './metadata.ts';
import type { ObjectNote } from './object-note.ts';
import { creationOf, outboxRecords } from './outbox-records.ts';
import type { ObjectRecord } from './records.ts';

/** How many objects the metadata and the files with their bytes disagreed about at the start. */
export interface RecoveredObjects {
  /** Objects whose metadata was lost or out of date, and has been restored from the notes in their files. */
  readonly restored: number;
  /** Objects of the metadata whose bytes are gone: later metadata, which has been lost, deleted or replaced them. */
  readonly dropped: number;
}

/**
 * Makes the metadata agree with the files, of which each object's first one has a note of what object it is. They differ
 * where the last metadata was cut off or a part of it is damaged, which LevelDB leaves out without a word.
 *
 * A write that was under way when the process ended may be completed by it: its client has no answer, so that both ends
 * are right. As every write, a restored object is one commit with its notifications.
 */
export async function recoverObjects(
  metadata: Metadata,
  blobs: BlobFiles,
  region: string,
): Promise<RecoveredObjects> {
  const ids = await blobs.ids();
  const isWhole = (object: ObjectRecord) => object.blobs.every(({ id }) => isReference(id) || ids.has(id));
  const unknown = new Set(ids);
  const dropped: string[] = [];
  for await (const [key, object] of metadata.objects.iterator()) {
    for (const { id } of object.blobs) unknown.delete(id);
    if (!isWhole(object)) dropped.push(key);
  }
  for await (const { blobId } of metadata.parts.values()) unknown.delete(blobId);
  await metadata.commit(dropped.map((key) => del(metadata.objects, key)));

  const newest = new Map<string, ObjectNote>();
  for (const id of unknown) {
    const note = await blobs.readNote(id);
    if (!note || !isWhole(note.object)) continue;
    const key = objectKey(note.bucket, note.object.key);
    const known = newest.get(key)?.object ?? (await metadata.objects.get(key));
    if (!known || known.sequencer < note.object.sequencer) newest.set(key, note);
  }
  await metadata.commit(await restoring(newest, metadata, region));
  const replaced = dropped.filter((key) => newest.has(key)).length;
  return { restored: newest.size, dropped: dropped.length - replaced };
}

async function restoring(
  notes: ReadonlyMap<string, ObjectNote>,
  metadata: Metadata,
  region: string,
): Promise<Change[]> {
  const changes: Change[] = [];
  let newest = (await metadata.sequencers.get(LAST_SEQUENCER)) ?? '';
  for (const [key, { bucket: name, object }] of notes) {
    const known = await metadata.buckets.get(name);
    const bucket = known ?? { name, created: new Date().toISOString(), queues: [], corsRules: [] };
    const outbox = outboxRecords(bucket, creationOf(region, name, object));
    changes.push(
      put(metadata.objects, key, object),
      put(metadata.buckets, name, bucket),
      ...outbox.map((told) => put(metadata.outbox, told.key, told.record)),
    );
    if (object.sequencer > newest) newest = object.sequencer;
  }
  if (notes.size > 0) changes.push(put(metadata.sequencers, LAST_SEQUENCER, newest));
  return changes;
}
