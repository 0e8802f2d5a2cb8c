import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changingCollection } from '../../../../../functions/core/search/collection/changing-collection.ts';
import { collectionFrom, snapshotOf } from '../../../../../functions/core/search/collection/snapshot.ts';
import type { Snapshot } from '../../../../../functions/core/search/collection/snapshot-store.ts';
import type { CollectedRecord } from '../../../../../functions/core/search/image-collection.ts';
import { RUNS } from '../../vectors.ts';
import { directionOf, embeddingOf, expectSame, MODEL, record, takes } from './records.ts';

function collectionOf(records: Iterable<CollectedRecord>) {
  const collection = changingCollection({ modelDigest: MODEL });
  for (const one of records) collection.take(one);
  return collection;
}

/** The bytes, cut into chunks of a size. */
async function* cut(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let place = 0; place < bytes.length; place += size) yield bytes.subarray(place, place + size);
}

const whole = ({ chunks }: Snapshot) => Buffer.concat([...chunks]);

/** What stands of records that came one after the other. */
function standing(records: readonly CollectedRecord[]): readonly CollectedRecord[] {
  const newest = new Map<string, CollectedRecord>();
  for (const one of records) {
    const known = newest.get(`${one.bucket}/${one.key}`);
    const order = (of: CollectedRecord) => `${of.sequencer} ${of.revision}`;
    if (!known || order(one) > order(known)) newest.set(`${one.bucket}/${one.key}`, one);
  }
  return [...newest.values()].filter(({ status }) => status !== 'deleted');
}

describe('a snapshot', () => {
  it('brings the same collection back, which then goes on to change', async () => {
    await fc.assert(
      fc.asyncProperty(takes, takes, fc.integer({ min: 1, max: 3_000 }), async (before, after, size) => {
        const original = collectionOf(before);
        const snapshot = snapshotOf(original, 'position');
        const bytes = whole(snapshot);
        expect(bytes).toHaveLength(snapshot.byteLength);
        const restored = await collectionFrom(cut(bytes, size), MODEL);
        expect(restored?.position).toBe('position');
        const { collection } = restored ?? {};
        if (!collection) return;
        expectSame(collection, standing(before));
        expect([...collection.cosines(directionOf(2))]).toEqual(
          original.parts.matrix
            ? [...original.cosines(directionOf(2))]
            : Array(collection.rowCount).fill(Number.NaN),
        );
        const deleted = new Set(
          before.filter(({ status }) => status === 'deleted').map(({ bucket, key }) => `${bucket}/${key}`),
        );
        // It does not remember images that are gone; whoever restores it compares it with the table.
        const goingOn = after.filter(({ bucket, key }) => !deleted.has(`${bucket}/${key}`));
        for (const one of goingOn) collection.take(one);
        const others = standing(before).filter(({ bucket, key }) => deleted.has(`${bucket}/${key}`));
        const rest = before.filter(({ bucket, key }) => !deleted.has(`${bucket}/${key}`));
        expectSame(collection, [...others, ...standing([...rest, ...goingOn])]);
      }),
      { numRuns: RUNS },
    );
  });

  it('is left aside when any of its bytes has changed, is missing or is one too many', async () => {
    const bytes = whole(snapshotOf(collectionOf([record(), record({ key: 'b', tags: [] })])));
    const faults = fc.oneof(
      fc
        .record({ place: fc.nat(bytes.length - 1), bits: fc.integer({ min: 1, max: 255 }) })
        .map(({ place, bits }) => {
          const damaged = Buffer.from(bytes);
          damaged[place] = (damaged[place] ?? 0) ^ bits;
          return damaged;
        }),
      fc.nat(bytes.length - 1).map((length) => bytes.subarray(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((more) => Buffer.concat([bytes, more])),
      fc.uint8Array({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(faults, async (damaged) => {
        expect(await collectionFrom(cut(damaged, 50), MODEL)).toBeUndefined();
      }),
      { numRuns: 5 * RUNS },
    );
  });

  it('is left aside when it is of another model or of another version of the format', async () => {
    const bytes = whole(snapshotOf(collectionOf([record()])));
    expect(await collectionFrom(cut(bytes), 'sha256:other')).toBeUndefined();
    const headLength = bytes.readUInt32LE(12);
    bytes.writeUInt32LE(bytes.readUInt32LE(8) + 1, 8);
    // With the digest that a later version would have written.
    createHash('sha256')
      .update(bytes.subarray(0, 16 + headLength))
      .digest()
      .copy(bytes, 16 + headLength);
    expect(await collectionFrom(cut(bytes), MODEL)).toBeUndefined();
  });

  it('is what the collection was when it began, but for embeddings, however it changes meanwhile', async () => {
    const collection = collectionOf([record(), record({ key: 'b' })]);
    const { chunks } = snapshotOf(collection);
    collection.take(record({ revision: 2, tags: [], embedding: embeddingOf(7) }));
    for (let i = 0; i < 3_000; i++) collection.take(record({ key: `new ${i}` }));
    const restored = await collectionFrom(cut(Buffer.concat([...chunks])), MODEL);
    const { collection: found } = restored ?? {};
    expect(found?.rowCount).toBe(2);
    // The newer record is not known, and will be read again.
    expect(found?.knows(record({ revision: 2 }))).toBe(false);
    expect(found?.labelCounts()).toEqual([{ set: 'pet', label: 'cat', count: 2 }]);
  });
});
