import { expect, it } from 'vitest';
import { RECORD_BYTES } from '../../../../functions/core/cost/measured-usage.ts';
import { MAXIMUM_SHARDS } from '../../../../functions/core/cost/throughput.ts';
import { noteKey, putNote } from '../../../../functions/core/records/attempts.ts';
import { putImageRecord } from '../../../../functions/core/records/image-record.ts';
import { putLabelEntry } from '../../../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { shardPartition } from '../../../../functions/core/records/shard-places.ts';
import type { Item } from '../../../../functions/core/records/tag-table.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function itemBytes(value: unknown): number {
  if (value === undefined) return 0;
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'number') return Math.ceil(String(value).replace(/\D/g, '').length / 2) + 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return 3 + value.reduce((sum, part) => sum + 1 + itemBytes(part), 0);
  return (
    3 + Object.entries(value).reduce((sum, [name, part]) => sum + 1 + itemBytes(name) + itemBytes(part), 0)
  );
}

const tags = ['golden retriever', 'dog', 'animal', 'grassland', 'playground'].map((label, i) => ({
  set: 'general',
  label,
  score: 0.8312 - i / 10,
}));

it('an image with 5 tags, 512 dimensions and all details costs 9 write units: 2 for its record, 1 for the index, 5 for entries, 1 for the note of what is about to be put', () => {
  const object = {
    bucket: 'amzn-s3-demo-family-photos',
    key: 'albums/2026/summer holidays/DSC_20260714_183542.jpg',
    eTag: '0123456789abcdef0123456789abcdef',
    sizeBytes: 4_123_456,
    sequencer: '0055AED6DCD90281E5'.padEnd(32, '0'),
  };
  const record = nextImageRecord(
    undefined,
    object,
    {
      status: 'tagged',
      width: 6000,
      height: 4000,
      format: 'jpeg',
      tags,
      modelDigest: '0123456789abcdef',
      embedding: new Uint8Array(2 * 512),
      takenAt: '2026-07-14T18:35:42.120+02:00',
      camera: 'Panasonic DC-GX9',
      latitude: -33.85872,
      longitude: 151.21526,
      differenceHash: '3c7e66241818183c',
      sharpness: 1230,
      colour: '#6f7a4c',
      labelSets: { general: '0123456789abcdef', 'indoor-outdoor': '0123456789abcdef' },
    },
    { eventTime: '2026-11-23T14:00:00.000Z', now: new Date() },
  );
  const put = putImageRecord(record);
  const item = put.kind === 'put' ? put.Item : {};
  const entries = tags
    .map((tag) => putLabelEntry(record, tag))
    .map((entry) => (entry.kind === 'put' ? entry.Item : {}));
  const noted = (of: typeof tags) => {
    const { sequencer, revision } = record;
    const note = { attempts: of.length > 0 ? [{ sequencer, revision, tags: of }] : [], saves: 1 };
    const put = putNote(noteKey(record, 'an event'), note, new Date());
    return put.kind === 'put' ? put.Item : {};
  };
  const units = (value: unknown) => Math.ceil(itemBytes(value) / 1024);
  const { PK, SK, GSI1PK, GSI1SK } = item as Record<string, unknown>;
  const index = units({ PK, SK, GSI1PK, GSI1SK });
  // Each character of bucket and key stands in it three times; a version id would take 41 more.
  console.info(
    `image record ${itemBytes(item)} bytes (${2048 - itemBytes(item)} are left of two units), largest label entry ${Math.max(...entries.map(itemBytes))} bytes`,
  );
  // `cliptag cost` calculates with these bytes.
  expect({
    withFiveTags: itemBytes(item),
    labelEntry: Math.max(...entries.map(itemBytes)),
    indexEntry: itemBytes({ PK, SK, GSI1PK, GSI1SK }),
    noteWithFiveTags: itemBytes(noted(tags)),
  }).toEqual({
    withFiveTags: RECORD_BYTES.withFiveTags,
    labelEntry: RECORD_BYTES.labelEntry,
    indexEntry: RECORD_BYTES.indexEntry,
    noteWithFiveTags: RECORD_BYTES.note + 5 * RECORD_BYTES.eachNoted,
  });
  const entryUnits = entries.map(units).reduce((a, b) => a + b);
  expect(units(item) + index + entryUnits + units(noted(tags))).toBe(9);
  // With as many shards as there may be, keys are a few characters longer.
  const partition = shardPartition(String(GSI1PK), MAXIMUM_SHARDS - 1);
  expect(units({ ...item, GSI1PK: partition })).toBe(units(item));
  expect(units({ PK, SK, GSI1PK: partition, GSI1SK })).toBe(index);
  const sharded = entries.map((entry) => ({
    ...entry,
    PK: shardPartition(String((entry as Item).PK), MAXIMUM_SHARDS - 1),
  }));
  expect(sharded.map(units)).toEqual(entries.map(units));
});
