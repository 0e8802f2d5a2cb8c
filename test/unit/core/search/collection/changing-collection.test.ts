import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changingCollection } from '../../../../../functions/core/search/collection/changing-collection.ts';
import type { CollectedRecord } from '../../../../../functions/core/search/image-collection.ts';
import { imageTime } from '../../../../../functions/core/search/image-time.ts';
import { RUNS } from '../../vectors.ts';
import { directionOf, expectedOf, expectSame, MODEL, record, SIZE, takes, toldOf } from './records.ts';

function collectionOf(...records: readonly CollectedRecord[]) {
  const collection = changingCollection({ modelDigest: MODEL });
  for (const one of records) collection.take(one);
  return collection;
}

describe('a collection', () => {
  it('tells what a map of the newest records tells, in whatever order they come', () => {
    fc.assert(
      fc.property(takes, (given) => {
        const collection = changingCollection({ modelDigest: MODEL });
        const newest = new Map<string, CollectedRecord>();
        for (const one of given) {
          const name = `${one.bucket}/${one.key}`;
          const known = newest.get(name);
          const order = (of: CollectedRecord) => `${of.sequencer} ${of.revision}`;
          const isNewer = !known || order(one) > order(known);
          const version = collection.version;
          if (isNewer) newest.set(name, one);
          collection.take(one);
          const wasThere = known !== undefined && known.status !== 'deleted';
          const changes = isNewer && (one.status !== 'deleted' || wasThere);
          expect(collection.version !== version).toBe(changes);
        }
        expectSame(
          collection,
          [...newest.values()].filter(({ status }) => status !== 'deleted'),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('gives the row of an image that is gone to another one, with nothing of it left', () => {
    const collection = collectionOf(
      record({ camera: 'Pixel 9', differenceHash: '0123456789abcdef' }),
      record({ key: 'b' }),
    );
    collection.take(record({ status: 'deleted', revision: 2, tags: [] }));
    expect(collection.rowOf({ bucket: 'photos', key: 'a.jpg' })).toBe(-1);
    expect(collection.isThere(0)).toBe(false);
    expect(collection.hasEmbedding(0)).toBe(false);
    const { embedding, ...without } = record({ key: 'c', tags: [], status: 'failed' });
    collection.take(without);
    expect(collection.rowCount).toBe(2);
    expect(toldOf(collection, 0)).toEqual(expectedOf(without));
  });

  it('forgets an image whose record was removed, and takes it as new when it comes again', () => {
    const collection = collectionOf(record({ sequencer: 'F'.repeat(32), revision: 9 }));
    collection.remove({ bucket: 'photos', key: 'a.jpg' });
    expect(collection.labelCounts()).toEqual([]);
    collection.take(record());
    expect(collection.rowOf({ bucket: 'photos', key: 'a.jpg' })).toBe(0);
  });

  it('has the time of an image as answers have it', () => {
    for (const one of [
      record({ takenAt: '2024-05-01T10:00:00+02:00' }),
      record({ eventTime: '2025-01-01T00:00:00Z' }),
    ]) {
      expect(collectionOf(one).timeOf(0)).toBe(imageTime(one));
    }
  });

  it('tells of the most frequent label first', () => {
    const tags = (...labels: string[]) => labels.map((label) => ({ set: 'pet', label, score: 0.7 }));
    const counts = collectionOf(
      record({ tags: tags('cat', 'dog') }),
      record({ key: 'b', tags: tags('dog') }),
    ).labelCounts();
    expect(counts.map(({ label, count }) => `${label} ${count}`)).toEqual(['dog 2', 'cat 1']);
  });

  it('counts a label that a record has twice once', () => {
    const tag = { set: 'pet', label: 'cat', score: 0.7 };
    expect(collectionOf(record({ tags: [tag, tag] })).labelCounts()).toEqual([
      { set: 'pet', label: 'cat', count: 1 },
    ]);
  });

  it('has no embedding where the stored bytes are of another length than the model gives', () => {
    const collection = changingCollection({ modelDigest: MODEL, embeddingSize: SIZE });
    collection.take(record({ embedding: new Uint8Array(7) }));
    collection.take(record({ key: 'b' }));
    expect([collection.hasEmbedding(0), collection.hasEmbedding(1)]).toEqual([false, true]);
  });

  it('rejects a vector of another length', () => {
    expect(() => collectionOf(record()).cosines(new Float32Array(4))).toThrow(
      "Expected a vector of 5 dimensions, as the collection's embeddings have, but received 4",
    );
  });

  it('gives no cosine before there is an embedding', () => {
    const { embedding, ...without } = record();
    expect(collectionOf(without).cosines(directionOf(1))).toEqual(Float32Array.of(Number.NaN));
  });
});
