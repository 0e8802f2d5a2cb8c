import fc from 'fast-check';
import { expect } from 'vitest';
import {
  dot,
  embeddingFromBytes,
  embeddingToBytes,
  normalised,
} from '../../../../../functions/core/labels/embedding.ts';
import type { ImageStatus } from '../../../../../functions/core/records/image-record.ts';
import type {
  CollectedRecord,
  ImageCollection,
} from '../../../../../functions/core/search/image-collection.ts';
import { imageTime } from '../../../../../functions/core/search/image-time.ts';

export const MODEL = 'sha256:model';
export const SIZE = 5;
export const directionOf = (seed: number) =>
  normalised(
    Float32Array.from({ length: SIZE }, (_, i) => Math.sin(1 + seed * (i + 1)) + (i === seed % SIZE ? 2 : 0)),
  );
export const embeddingOf = (seed: number) =>
  embeddingToBytes({ modelDigest: MODEL, values: directionOf(seed) });

export function record(given: Partial<CollectedRecord> = {}): CollectedRecord {
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

/** All that a collection tells of an image. */
export function toldOf(collection: ImageCollection, row: number) {
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
export function expectedOf(one: CollectedRecord) {
  const { bucket, key, status, tags, width, height, camera, differenceHash } = one;
  return {
    bucket,
    key,
    status,
    labels: Object.fromEntries(tags.map(({ set, label, score }) => [`${set}:${label}`, score])),
    time: imageTime(one),
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
export const takes = fc.array(
  fc
    .record({ name: names, state: states, content: contents })
    .map(({ name, state, content }) => ({ ...name, ...state, ...content })),
  { maxLength: 60 },
);

/** Checks that a collection tells of these records, and of no others. */
export function expectSame(collection: ImageCollection, records: readonly CollectedRecord[]) {
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
