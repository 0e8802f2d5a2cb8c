import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embeddingToBytes, normalised } from '../../../../../functions/core/labels/embedding.ts';
import { changingCollection } from '../../../../../functions/core/search/collection/changing-collection.ts';
import { isAlike, likenessOf } from '../../../../../functions/core/search/duplicates/alike.ts';
import { bestFirst } from '../../../../../functions/core/search/duplicates/best-first.ts';
import { duplicateGroups } from '../../../../../functions/core/search/duplicates/duplicate-groups.ts';
import { differingBits, nearbyKeys } from '../../../../../functions/core/search/duplicates/nearby-keys.ts';
import type { CollectedRecord } from '../../../../../functions/core/search/image-collection.ts';
import type { DuplicateKind } from '../../../../../functions/core/search/image-search.ts';

const MODEL = 'a-model';
const SIZE = 16;

interface Picture {
  readonly key: string;
  readonly hash: bigint;
  readonly direction: ArrayLike<number>;
  readonly width?: number;
  readonly sizeBytes?: number;
}

const HASH = 0x1234_5678_9abc_def0n;
const axis = (place: number, lean = 0) =>
  Float32Array.from({ length: SIZE }, (_, i) => (i === place ? 1 : i === (place + 1) % SIZE ? lean : 0));
/** A hash with so many other bits, from some place on. */
const moved = (hash: bigint, bits: number, from = 0) =>
  hash ^
  Array.from({ length: bits }, (_, i) => 1n << BigInt((from + i * 5) % 64)).reduce((a, b) => a | b, 0n);

function pseudoRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function recordOf({ key, hash, direction, width = 100, sizeBytes = 1000 }: Picture): CollectedRecord {
  return {
    bucket: 'photos',
    key,
    status: 'tagged',
    sequencer: '01',
    revision: 1,
    tags: [],
    width,
    height: 100,
    sizeBytes,
    modelDigest: MODEL,
    embedding: embeddingToBytes({ modelDigest: MODEL, values: normalised(direction) }),
    recordedAt: '2026-01-01T00:00:00.000Z',
    differenceHash: hash.toString(16).padStart(16, '0'),
  };
}

function collectionOf(pictures: readonly Picture[]) {
  const collection = changingCollection({ modelDigest: MODEL });
  for (const picture of pictures) collection.take(recordOf(picture));
  return collection;
}

async function groupsOf(kind: DuplicateKind, pictures: readonly Picture[]): Promise<string[][]> {
  const { groups } = await duplicateGroups(kind, collectionOf(pictures), async () => {});
  return groups.map((group) => group.map(({ key }) => key));
}

describe('duplicateGroups', () => {
  it('finds copies of a photograph, the largest first', async () => {
    const pictures = [
      { key: 'small.jpg', hash: moved(HASH, 2), direction: axis(0, 0.1), width: 50 },
      { key: 'other.jpg', hash: HASH, direction: axis(5) },
      { key: 'large.jpg', hash: HASH, direction: axis(0), width: 400 },
      { key: 'recompressed.jpg', hash: moved(HASH, 4), direction: axis(0, 0.2), width: 400, sizeBytes: 500 },
    ];
    expect(await groupsOf('photo', pictures)).toEqual([['large.jpg', 'recompressed.jpg', 'small.jpg']]);
  });

  it('takes a burst for one scene and not for one photograph', async () => {
    const burst = [0, 1, 2].map((shot) => ({
      key: `shot-${shot}.jpg`,
      hash: moved(HASH, 6, shot),
      direction: axis(0, 0.05 * shot),
    }));
    expect(await groupsOf('photo', burst)).toEqual([]);
    expect(await groupsOf('scene', burst)).toEqual([['shot-0.jpg', 'shot-1.jpg', 'shot-2.jpg']]);
  });

  it('lets no chain of small steps grow into one group', async () => {
    const chain = Array.from({ length: 12 }, (_, step) => ({
      key: `step-${String(step).padStart(2, '0')}.jpg`,
      hash: moved(HASH, 2 * step),
      direction: axis(0),
    }));
    const groups = await groupsOf('photo', chain);
    expect(groups.length).toBeGreaterThan(2);
    expect(Math.max(...groups.map(({ length }) => length))).toBeLessThanOrEqual(5);
  });

  it('leaves out images without a hash, or without an embedding of the model', async () => {
    const collection = changingCollection({ modelDigest: MODEL });
    const record = recordOf({ key: 'a.jpg', hash: HASH, direction: axis(0) });
    collection.take(record);
    collection.take({ ...record, key: 'no-hash.jpg', differenceHash: undefined });
    collection.take({ ...record, key: 'other-model.jpg', modelDigest: 'other' });
    expect((await duplicateGroups('photo', collection, async () => {})).groups).toEqual([]);
  });

  it('finds nothing in an empty collection', async () => {
    const collection = changingCollection({ modelDigest: MODEL });
    for (const kind of ['photo', 'scene'] as const) {
      expect((await duplicateGroups(kind, collection, async () => {})).groups).toEqual([]);
    }
  });

  it('splits thousands of equal images into groups of bounded size, in little time', async () => {
    const equals = Array.from({ length: 2_000 }, (_, i) => ({
      key: `${i}.jpg`,
      hash: 0n,
      direction: axis(0),
    }));
    const groups = await groupsOf('photo', equals);
    expect(groups.flat()).toHaveLength(2_000);
    expect(Math.max(...groups.map(({ length }) => length))).toBe(250);
  });

  it('finds scenes by the index that a large collection has', async () => {
    const random = pseudoRandom();
    const scenes = Array.from({ length: 1_500 }, (_, scene) => ({
      scene,
      hash: BigInt(Math.floor(random() * 2 ** 32)) * 0x9e37_79b9n,
      direction: Array.from({ length: SIZE }, () => random() - 0.5),
    }));
    const shots = scenes.flatMap(({ scene, hash, direction }) =>
      [0, 1].map((shot) => ({
        key: `${scene}-${shot}.jpg`,
        hash: moved(hash, 5, shot) & 0xffff_ffff_ffff_ffffn,
        direction: direction.map((value) => value + 0.04 * (random() - 0.5)),
      })),
    );
    const groups = await groupsOf('scene', shots);
    const whole = groups.filter((group) => new Set(group.map((key) => key.split('-')[0])).size === 1);
    expect(whole.length).toBeGreaterThan(1_480);
    expect(groups.length - whole.length).toBeLessThan(5);
  });

  it('lets others have their turn', async () => {
    const pictures = Array.from({ length: 2_000 }, (_, i) => ({
      key: `${i}.jpg`,
      hash: (BigInt(i) * 0x9e37_79b9_7f4a_7c15n) & 0xffff_ffff_ffff_ffffn,
      direction: axis(i % SIZE),
    }));
    let pauses = 0;
    await duplicateGroups('photo', collectionOf(pictures), async () => {
      pauses++;
    });
    expect(pauses).toBe(4);
  });
});

describe('duplicateGroups of any images', () => {
  const picture = fc.record({
    base: fc.nat(2),
    flipped: fc.array(fc.nat(63), { maxLength: 12 }),
    lean: fc.double({ min: 0, max: 0.6, noNaN: true }),
    width: fc.integer({ min: 50, max: 53 }),
    sizeBytes: fc.integer({ min: 1, max: 3 }),
  });
  const pictures = fc.array(picture, { maxLength: 25 }).map((all) =>
    all.map(({ base, flipped, lean, width, sizeBytes }, i) => ({
      key: `${i}.jpg`,
      hash: flipped.reduce((hash, bit) => hash ^ (1n << BigInt(bit)), HASH * BigInt(base)),
      direction: axis(base, lean),
      width,
      sizeBytes,
    })),
  );
  const kind = fc.constantFrom<DuplicateKind>('photo', 'scene');

  it('claims only pairs within the limits, and no image twice', async () => {
    await fc.assert(
      fc.asyncProperty(pictures, kind, async (all, kind) => {
        const collection = collectionOf(all);
        const { groups, unrelated } = await duplicateGroups(kind, collection, async () => {});
        const names = groups.flat().map(({ key }) => key);
        expect(new Set(names).size).toBe(names.length);
        for (const group of groups) {
          const rows = group.map((image) => collection.rowOf(image));
          for (const [i, row] of rows.entries()) {
            for (const other of rows.slice(i + 1)) {
              const [a, b] = [collection.hashOf(row), collection.hashOf(other)];
              const distance = naiveDistance(a, b);
              const likeness = likenessOf(collection.cosineOf(row, other), unrelated);
              expect(isAlike(kind, { distance, likeness })).toBe(true);
            }
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same groups in whatever order images came, the best one first', async () => {
    await fc.assert(
      fc.asyncProperty(pictures, kind, async (all, kind) => {
        const groups = await groupsOf(kind, all);
        expect(await groupsOf(kind, [...all].reverse())).toEqual(groups);
        const qualityOf = (key: string) => {
          const { width = 0, sizeBytes = 0 } = all.find((one) => one.key === key) ?? {};
          return { pixels: width * 100, bytes: sizeBytes, bucket: 'photos', key };
        };
        for (const group of groups) {
          const sorted = [...group].sort((a, b) => bestFirst(qualityOf(a), qualityOf(b)));
          expect(group).toEqual(sorted);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('misses no photograph whose only copy is within the limits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.uniqueArray(fc.nat(63), { maxLength: 8 }),
        async (hash, bits) => {
          const copy = bits.reduce((changed, bit) => changed ^ (1n << BigInt(bit)), hash);
          const pair = [
            { key: 'a.jpg', hash, direction: axis(0) },
            { key: 'b.jpg', hash: copy, direction: axis(0) },
          ];
          expect(await groupsOf('photo', pair)).toEqual([['a.jpg', 'b.jpg']]);
        },
      ),
      { numRuns: 30 },
    );
  });
});

function naiveDistance(a: readonly number[] = [], b: readonly number[] = []): number {
  const bits = (half: number) => (half >>> 0).toString(2).padStart(32, '0');
  const [one, other] = [a.map(bits).join(''), b.map(bits).join('')];
  return [...one].filter((bit, i) => bit !== other[i]).length;
}

describe('differingBits', () => {
  it('counts as one would by hand', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (a, b) => {
          expect(differingBits(a, b)).toBe(naiveDistance([a], [b]));
        },
      ),
    );
  });
});

describe('nearbyKeys', () => {
  it('finds each key once that has a part with at most two other bits, nearest first', () => {
    const keys = Uint16Array.of(0, 0, 0b111, 0b1, 0b11, 0b111, 0b111, 0b111, 0, 0xffff);
    const near = nearbyKeys(keys, 2);
    for (const row of [1, 2, 3, 4]) near.add(row);
    expect(near.near(0, 10)).toEqual([4, 1, 2]);
    expect(near.near(0, 2)).toEqual([4, 1]);
  });
});

describe('bestFirst', () => {
  const image = { pixels: 100, bytes: 10, sharpness: 5, bucket: 'b', key: 'm' };
  it.each([
    ['more pixels', { pixels: 200, bytes: 1 }],
    ['a larger file', { bytes: 20, sharpness: 1 }],
    ['a sharper picture', { sharpness: 6, key: 'z' }],
    ['an earlier name', { key: 'a' }],
  ])('puts %s first', (_, change) => {
    expect(bestFirst({ ...image, ...change }, image)).toBeLessThan(0);
    expect(bestFirst(image, { ...image, ...change })).toBeGreaterThan(0);
  });

  it('puts last what is not known', () => {
    expect(bestFirst({ ...image, pixels: Number.NaN }, image)).toBeGreaterThan(0);
    expect(bestFirst({ ...image, sharpness: undefined }, image)).toBeGreaterThan(0);
  });
});
