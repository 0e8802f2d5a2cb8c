import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  IMAGE_STATUSES,
  imageKey,
  statusPartition,
} from '../../../../functions/core/records/image-record.ts';
import { entryKey } from '../../../../functions/core/records/label-entries.ts';
import {
  isDivided,
  placeOf,
  shardOf,
  shardPartition,
  wholePartition,
} from '../../../../functions/core/records/shard-places.ts';

/** As awkward as can be: with what separates the parts of keys. */
const text = fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9#.\n]{0,12}$/));
const set = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,6}$/);
const label = fc.record({ set, label: text }).map((term) => ({ ...term, score: 0.5 }));
const image = fc.record({ bucket: text, key: text });
const shard = fc.nat(63);
const partition = fc.oneof(
  fc.tuple(image, label).map(([object, tag]) => entryKey(object, tag).PK),
  fc
    .tuple(text, fc.constantFrom(...IMAGE_STATUSES))
    .map(([bucket, status]) => statusPartition(bucket, status)),
);

describe('the shards of partitions', () => {
  it('have names of their own, whatever labels and buckets are called', () => {
    const property = fc.property(partition, partition, shard, shard, (one, other, first, second) => {
      const isSame = one === other && first === second;
      expect(shardPartition(one, first) === shardPartition(other, second)).toBe(isSame);
    });
    fc.assert(property, { numRuns: 20_000 });
  });

  it('tell which partition they are of', () => {
    const property = fc.property(partition, shard, (whole, number) => {
      expect(isDivided(whole)).toBe(true);
      expect(wholePartition(shardPartition(whole, number))).toBe(whole);
    });
    fc.assert(property, { numRuns: 10_000 });
  });

  it('of a table with one shard are the partitions themselves', () => {
    const property = fc.property(partition, image, (whole, object) => {
      expect(placeOf(whole, imageKey(object), 1)).toBe(whole);
    });
    fc.assert(property);
  });

  it('are the same for an image’s record and all of its entries, and higher ones only where there are more', () => {
    const property = fc.property(image, label, shard, shard, (object, tag, a, b) => {
      const [fewer, more] = [Math.min(a, b) + 1, Math.max(a, b) + 1];
      const [entry, record] = [entryKey(object, tag), imageKey(object)];
      const number = shardOf(`${object.bucket}/${object.key}`, more);
      expect(placeOf(entry.PK, entry, more)).toBe(shardPartition(entry.PK, number));
      const listed = statusPartition(object.bucket, 'tagged');
      expect(placeOf(listed, record, more)).toBe(shardPartition(listed, number));
      expect(shardOf(`${object.bucket}/${object.key}`, fewer)).toBeLessThanOrEqual(number);
      expect(number).toBeLessThan(more);
    });
    fc.assert(property);
  });

  it('are spread evenly', () => {
    const counts = Array.from({ length: 16 }, () => 0);
    for (let i = 0; i < 16_000; i++) counts[shardOf(`photos/images/${i}.jpg`, 16)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1_100);
  });
});

it.each([
  ['LABEL#general#cat', 3, 'LABEL#general.3#cat'],
  ['LABEL#general#cat#3', 12, 'LABEL#general.12#cat#3'],
  ['STATUS#photos#tagged', 3, 'STATUS#photos#tagged.3'],
  ['STATUS#my.photos.3#failed', 63, 'STATUS#my.photos.3#failed.63'],
])('the shard of %s with number %i is %s', (whole, number, name) => {
  expect(shardPartition(whole, number)).toBe(name);
});
