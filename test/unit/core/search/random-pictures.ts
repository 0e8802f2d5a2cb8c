import fc from 'fast-check';
import type { Query } from '../../../../functions/core/search/language/query.ts';
import { TERMS } from './random-queries.ts';
import type { Picture } from './searched-world.ts';

const KEYS = ['2024/a.jpg', '2024/b.jpg', '2025/a b/c.jpg', 'x.jpg', 'it"s.jpg', '(1).jpg', '-x', 'z/z.png'];
export const BUCKETS = ['photos', 'other'];

const score = fc.integer({ min: 0, max: 20 }).map((steps) => steps / 20);
const time = fc.constantFrom(
  '2024-01-01T00:00:00',
  '2024-06-30T23:59:59',
  '2025-06-01T12:30:00+02:00',
  '2026-01-01T00:00:00Z',
);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Names are few, so that ties and two buckets with the same key come up. */
export const pictureName = fc.record({
  key: fc.constantFrom(...KEYS, ...KEYS.map((key) => `2025/${key}`)),
  bucket: fc.constantFrom(...BUCKETS),
});

export const pictureState: fc.Arbitrary<Omit<Picture, 'key' | 'bucket'>> = fc.record({
  status: fc.constantFrom('tagged', 'tagged', 'tagged', 'failed', 'deleted'),
  tags: fc.dictionary(
    fc.constantFrom(...TERMS.slice(0, 7).map(({ set, label }) => `${set}:${label}`)),
    score,
  ),
  embedding: maybe(
    fc
      .array(fc.integer({ min: -2, max: 4 }), { minLength: 4, maxLength: 4 })
      .filter((values) => values.some((value) => value !== 0)),
  ),
  takenAt: maybe(time),
  eventTime: fc.constantFrom('2024-05-01T00:00:00.000Z', '2025-05-01T00:00:00.000Z'),
  camera: maybe(fc.constantFrom('Canon EOS R5', 'NIKON D90', 'iPhone')),
  width: maybe(fc.constantFrom(1, 1000, 2000)),
  height: maybe(fc.constantFrom(1, 1000)),
  sizeBytes: maybe(fc.constantFrom(0, 999, 1_000_000, 2_000_001)),
  latitude: maybe(fc.constantFrom(0, 48.1, -90)),
  longitude: maybe(fc.constantFrom(0, 11.6, 180)),
});

/** Carries every label, so that every one is known, and has an embedding that others can be similar to. */
export const FULL_PICTURE: Picture = {
  key: 'full.jpg',
  bucket: 'photos',
  tags: Object.fromEntries(TERMS.slice(0, 8).map(({ set, label }) => [`${set}:${label}`, 0.5])),
  embedding: [1, 2, 0, 1],
};

export const ODD_LABEL = { set: 'old', label: TERMS[8]?.label ?? '', score: 0.5 };

export const randomPictures: fc.Arbitrary<readonly Picture[]> = fc
  .uniqueArray(pictureName, { maxLength: 24, selector: ({ bucket, key }) => `${bucket}/${key}` })
  .chain((names) =>
    fc
      .array(pictureState, { minLength: names.length, maxLength: names.length })
      .map((states) => [FULL_PICTURE, ...names.map((name, i) => ({ ...states[i], ...name }))]),
  );

export const similarToFull: fc.Arbitrary<Query> = fc.constant({
  kind: 'similar',
  bucket: 'photos',
  key: 'full.jpg',
});
