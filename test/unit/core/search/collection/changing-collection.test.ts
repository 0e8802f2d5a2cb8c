import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dot,
  embeddingFromBytes,
  embeddingToBytes,
  normalised,
} from '../../../../../functions/core/labels/embedding.ts';
import type { ImageStatus } from '../../../../../functions/core/records/image-record.ts';
import { changingCollection } from '../../../../../functions/core/search/collection/changing-collection.ts';
import type {
  CollectedRecord,
  ImageCollection,
} from '../../../../../functions/core/search/image-collection.ts';
import { RUNS } from '../../vectors.ts';

const MODEL = 'sha256:model';
const SIZE = 5;
const directionOf = (seed: number) =>
  normalised(
    Float32Array.from({ length: SIZE }, (_, i) => Math.sin(1 + seed * (i + 1)) + (i === seed % SIZE ? 2 : 0)),
  );
const embeddingOf = (seed: number) => embeddingToBytes({ modelDigest: MODEL, values: directionOf(seed) });

function record(given: Partial<CollectedRecord> = {}): CollectedRecord {
  return {
    bucket: 'photos',
    key: 'a.jpg',
    status: 'tagged',
    sequencer: '0'.repeat(32),
    revision: 1,
    tags: [{ set: 'pet', label: 'cat', score: 0.7 }],
    modelDigest: MODEL,
    embedding: embeddingOf(1),
    recordedAt: '2026-11-30T10:00:00.000Z',
    ...given,
  };
}

function collectionOf(...records: readonly CollectedRecord[]) {
  const collection = changingCollection({ modelDigest: MODEL });
  for (const one of records) collection.take(one);
  return collection;
}

/** All that a collection tells of an image. */
function toldOf(collection: ImageCollection, row: number) {
  const labels: Record<string, number> = {};
  collection.forEachLabel(row, (number) => {
    const { set, label } = collection.termOf(number);
    expect(collection.labelNumber({ set, label })).toBe(number);
    labels[`${set}:${label}`] = collection.scoreOf(row, number);
  });
  return {
    bucket: collection.bucketOf(row),
    key: collection.keyOf(row),
    status: collection.statusOf(row),
    labels,
    time: collection.timeOf(row),
    pixels: collection.pixelsOf(row),
    bytes: collection.bytesOf(row),
    camera: collection.cameraOf(row),
    latitude: collection.latitudeOf(row),
    longitude: collection.longitudeOf(row),
    hash: collection.hashOf(row),
    hasEmbedding: collection.hasEmbedding(row),
  };
}

/** What a collection has to tell of a record. */
function expectedOf(one: CollectedRecord) {
  const { bucket, key, status, tags, width, height, camera, differenceHash } = one;
  return {
    bucket,
    key,
    status,
    labels: Object.fromEntries(tags.map(({ set, label, score }) => [`${set}:${label}`, score])),
    time: Date.parse(one.takenAt === undefined ? one.recordedAt : `${one.takenAt}Z`),
    pixels: width === undefined || height === undefined ? Number.NaN : width * height,
    bytes: one.sizeBytes ?? Number.NaN,
    camera,
    latitude: one.latitude ?? Number.NaN,
    longitude: one.longitude ?? Number.NaN,
    hash: differenceHash && [
      Number.parseInt(differenceHash.slice(0, 8), 16),
      Number.parseInt(differenceHash.slice(8), 16),
    ],
    hasEmbedding: one.embedding !== undefined && one.modelDigest === MODEL,
  };
}

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const tags = fc.uniqueArray(
  fc.record({
    set: fc.constantFrom('pet', 'place'),
    label: fc.constantFrom('cat', 'dog', 'sea'),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { selector: ({ set, label }) => `${set}:${label}`, maxLength: 6 },
);
const contents = fc.record({
  status: fc.constantFrom<ImageStatus>('tagged', 'tagged', 'failed', 'unsupported', 'deleted'),
  tags,
  width: optional(fc.nat(9_000)),
  height: optional(fc.nat(9_000)),
  sizeBytes: optional(fc.nat()),
  modelDigest: fc.constantFrom(MODEL, MODEL, 'sha256:other'),
  embedding: optional(fc.nat(20).map(embeddingOf)),
  recordedAt: fc.constantFrom('2026-11-30T10:00:00.000Z', '2026-11-30T10:00:01.000Z'),
  takenAt: optional(fc.constantFrom('2024-05-01T10:00:00', '1999-12-31T23:59:59')),
  camera: optional(fc.constantFrom('Canon EOS R5', 'Pixel 9')),
  latitude: optional(fc.double({ min: -90, max: 90, noNaN: true })),
  longitude: optional(fc.double({ min: -180, max: 180, noNaN: true })),
  differenceHash: optional(fc.constantFrom('0123456789abcdef', 'ffffffff00000001')),
});
const names = fc.record({
  bucket: fc.constantFrom('photos', 'scans'),
  key: fc.constantFrom('a', 'b/ä.jpg', 'c', 'd', 'e'),
});
const states = fc.record({
  sequencer: fc.constantFrom('0', '00A1', 'A1', 'FF01').map((digits) => digits.padEnd(32, '0')),
  revision: fc.integer({ min: 1, max: 6 }),
});
/** What a table does to an image, and a reader of it may see late, twice or in any order. */
const takes = fc.array(
  fc
    .record({ name: names, state: states, content: contents })
    .map(({ name, state, content }) => ({ ...name, ...state, ...content })),
  { maxLength: 60 },
);

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

  function expectSame(collection: ImageCollection, records: readonly CollectedRecord[]) {
    const rows = Array.from({ length: collection.rowCount }, (_, row) => row).filter(collection.isThere);
    expect(rows).toHaveLength(records.length);
    const query = directionOf(3);
    const cosines = collection.cosines(query);
    expect(cosines).toHaveLength(collection.rowCount);
    for (const one of records) {
      const row = collection.rowOf(one);
      const expected = expectedOf(one);
      expect(toldOf(collection, row)).toEqual(expected);
      if (!expected.hasEmbedding) expect(cosines[row]).toBeNaN();
      else expect(Math.abs((cosines[row] ?? 9) - dot(query, directionOfBytes(one)))).toBeLessThan(0.02);
    }
    const counts: Record<string, number> = {};
    for (const one of records)
      for (const { set, label } of one.tags) counts[`${set}:${label}`] = (counts[`${set}:${label}`] ?? 0) + 1;
    expect(
      Object.fromEntries(collection.labelCounts().map(({ set, label, count }) => [`${set}:${label}`, count])),
    ).toEqual(counts);
  }

  const directionOfBytes = ({ embedding }: CollectedRecord) =>
    embeddingFromBytes(embedding ?? new Uint8Array(), MODEL).values;

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

  it.each([
    ['2024-05-01T10:00:00+02:00', '2024-05-01T08:00:00Z'],
    ['2024-05-01T10:00:00Z', '2024-05-01T10:00:00Z'],
    ['2024-05-01T10:00:00.25', '2024-05-01T10:00:00.250Z'],
    ['2024-05-01', '2024-05-01T00:00:00Z'],
    ['yesterday', '2026-11-30T10:00:00Z'],
  ])('reads the time of exposure %s as %s', (takenAt, time) => {
    expect(collectionOf(record({ takenAt })).timeOf(0)).toBe(Date.parse(time));
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
