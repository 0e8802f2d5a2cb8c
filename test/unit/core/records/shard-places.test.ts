import { describe, expect, it } from 'vitest';
import { imageKey } from '../../../../functions/core/records/image-record.ts';
import { entryKey } from '../../../../functions/core/records/label-entries.ts';
import {
  isDivided,
  placeOf,
  shardOf,
  shardPartition,
  wholePartition,
} from '../../../../functions/core/records/shard-places.ts';

describe('the shard of an image', () => {
  // Tables are full of what these numbers say: another hash would leave all of it misplaced.
  it.each([
    ['photos/a', 2, 1],
    ['photos/a', 16, 9],
    ['photos/a', 256, 151],
    ['photos/b', 16, 15],
    ['photos/c.jpg', 256, 174],
    ['photos/ü/#x', 2, 0],
    ['photos/ü/#x', 256, 127],
    ['photos/a', 1, 0],
  ])('%s of %i is %i', (image, shards, shard) => {
    expect(shardOf(image, shards)).toBe(shard);
  });

  it.each(['a', 'ü/#x', 'LABEL#a.jpg'])('is told by its record and by its entries alike: %s', (key) => {
    const object = { bucket: 'photos', key };
    const shard = shardOf(`photos/${key}`, 256);
    const entry = entryKey(object, { set: 'general', label: 'a#b', score: 0.5 });
    expect(placeOf('LABEL#general#a#b', entry, 256)).toBe(`LABEL#general.${shard}#a#b`);
    expect(placeOf('STATUS#photos#tagged', imageKey(object), 256)).toBe(`STATUS#photos#tagged.${shard}`);
  });
});

describe('a partition', () => {
  it.each([
    ['LABEL#general#cat', true],
    ['STATUS#photos#tagged', true],
    ['IMAGE#LABEL#general#cat', false],
    ['ATTEMPT#photos/STATUS#a', false],
    ['LABELS', false],
    ['TABLE', false],
    [undefined, false],
    [['LABEL#general#cat'], false],
  ])('%j has shards: %s', (partition, divided) => {
    expect(isDivided(partition)).toBe(divided);
  });

  it.each([
    ['LABEL#general#cat', 'LABEL#general.3#cat'],
    ['LABEL#general#a#b', 'LABEL#general.3#a#b'],
    ['LABEL#general#a.7#b', 'LABEL#general.3#a.7#b'],
    ['LABEL#general#a\nb', 'LABEL#general.3#a\nb'],
    ['LABEL#general#', 'LABEL#general.3#'],
    ['STATUS#photos#tagged', 'STATUS#photos#tagged.3'],
    ['STATUS#my.photos#deleted', 'STATUS#my.photos#deleted.3'],
    ['STATUS#a\nb#tagged', 'STATUS#a\nb#tagged.3'],
  ])('%j has the shard %j, which tells it', (whole, shard) => {
    expect(shardPartition(whole, 3)).toBe(shard);
    expect(shardPartition(whole, 0)).toBe(whole);
    expect(wholePartition(shard)).toBe(whole);
    expect(wholePartition(whole)).toBe(whole);
    expect(wholePartition(shardPartition(whole, 128))).toBe(whole);
  });

  it('that has no shards is none of another', () => {
    expect(wholePartition('IMAGE#photos/a.3')).toBe('IMAGE#photos/a.3');
    expect(wholePartition('STATUS#photos#tagged.x')).toBe('STATUS#photos#tagged.x');
  });
});
