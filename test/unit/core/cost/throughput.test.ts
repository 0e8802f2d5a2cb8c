import { describe, expect, it } from 'vitest';
import { limitOf, NEW_TABLE_WRITE_UNITS, throughput } from '../../../../functions/core/cost/throughput.ts';

const NEW_TABLE = { tags: 5, tableWriteUnits: NEW_TABLE_WRITE_UNITS, millisecondsPerImage: 25 };

describe('the images a second that settings carry', () => {
  it('are those of the functions where the table takes more', () => {
    expect(throughput({ ...NEW_TABLE, concurrency: 6 })).toEqual({
      ...{ functions: 240, table: 500, statusIndex: 1_000, stored: 500, carried: 240 },
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

  it('are limited by what takes the fewest', () => {
    const limit = (concurrency: number, tableWriteUnits: number) =>
      limitOf(throughput({ ...NEW_TABLE, concurrency, tableWriteUnits }));
    expect([limit(6, 4_000), limit(500, 4_000), limit(500, 40_000)]).toEqual([
      ...['functions', 'table', 'statusIndex'],
    ]);
  });
});
