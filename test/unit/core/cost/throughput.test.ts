import { describe, expect, it } from 'vitest';
import {
  enoughShards,
  limitOf,
  MAXIMUM_SHARDS,
  NEW_TABLE_WRITE_UNITS,
  throughput,
} from '../../../../functions/core/cost/throughput.ts';

const NEW_TABLE = { tags: 5, tableWriteUnits: NEW_TABLE_WRITE_UNITS, millisecondsPerImage: 25 };

describe('the images a second that settings carry', () => {
  it('are those of the functions where the table takes more', () => {
    expect(throughput({ ...NEW_TABLE, concurrency: 6 })).toEqual({
      ...{ functions: 240, table: 500, statusIndex: 1_000, label: 1_000, stored: 500, carried: 240 },
    });
  });

  it('are those of the table where functions could do more: five tags cost 8 units, and one of the index', () => {
    expect(throughput({ ...NEW_TABLE, concurrency: 500 })).toMatchObject({ functions: 20_000, carried: 500 });
    expect(throughput({ ...NEW_TABLE, tags: 0, concurrency: 500 })).toMatchObject({ table: 2_000 });
    const indexed = { ...NEW_TABLE, concurrency: 500, indexedDimensions: 512 };
    expect(throughput(indexed).table).toBe(400);
  });

  it('are those of the index by status where the table is warm, for each bucket', () => {
    const warm = { ...NEW_TABLE, tableWriteUnits: 40_000, concurrency: 500 };
    expect(throughput(warm)).toMatchObject({ table: 5_000, carried: 1_000 });
    expect(throughput({ ...warm, buckets: 3 })).toMatchObject({ statusIndex: 3_000, carried: 3_000 });
  });

  it('are as many times as much as there are shards of the index by status, and of labels', () => {
    const warm = { ...NEW_TABLE, tableWriteUnits: 40_000, concurrency: 500 };
    expect(throughput({ ...warm, shards: 4 })).toMatchObject({
      ...{ statusIndex: 4_000, label: 4_000, carried: 4_000 },
    });
    expect(throughput({ ...warm, shards: 16 })).toMatchObject({ statusIndex: 16_000, carried: 5_000 });
  });

  it.each([
    [0, 1],
    [1, 1],
    [500, 1],
    [501, 2],
    [1_000, 2],
    [1_001, 4],
    [10_000, 32],
    [20_000, 64],
    [1_000_000, MAXIMUM_SHARDS],
  ])('for %i of them, %i shards are enough', (imagesPerSecond, shards) => {
    expect(enoughShards(imagesPerSecond)).toBe(shards);
  });

  it('are limited by what takes the fewest', () => {
    const limit = (concurrency: number, tableWriteUnits: number) =>
      limitOf(throughput({ ...NEW_TABLE, concurrency, tableWriteUnits }));
    expect([limit(6, 4_000), limit(500, 4_000), limit(500, 40_000)]).toEqual([
      ...['functions', 'table', 'statusIndex'],
    ]);
    // More units alone would not help where the index takes as few.
    expect([limit(40, 8_000), limit(25, 8_000)]).toEqual(['table', 'functions']);
  });
});
