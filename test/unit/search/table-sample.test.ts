import { describe, expect, it } from 'vitest';
import type { ScanRequest } from '../../../functions/core/records/tag-table.ts';
import { tableSample } from '../../../functions/search/table-sample.ts';

/** A table whose every page has 300 images; the scans that were made of it. */
function tableOf(pagesPerSegment: number) {
  const scans: ScanRequest[] = [];
  return {
    scans,
    async *scan(request: ScanRequest) {
      scans.push(request);
      for (let page = 0; page < pagesPerSegment; page++) {
        yield { items: Array.from({ length: 300 }, (_, i) => ({ bucket: 'photos', key: `${page}-${i}` })) };
      }
    },
  };
}

describe('a sample of a table', () => {
  it('is a thousand images or a little more, from where chance says', async () => {
    const table = tableOf(50);
    expect(await tableSample(table, () => 0.5)()).toHaveLength(1_200);
    expect(table.scans).toMatchObject([{ Segment: 10, TotalSegments: 20 }]);
  });

  it('is all of a small table', async () => {
    const table = tableOf(0);
    expect(await tableSample(table, () => 0.99)()).toEqual([]);
    expect(new Set(table.scans.map(({ Segment }) => Segment)).size).toBe(20);
  });

  it('is kept for ten minutes', async () => {
    const table = tableOf(50);
    let time = 0;
    const sample = tableSample(table, Math.random, () => time);
    for (const minute of [0, 9, 11]) {
      time = minute * 60_000;
      await sample();
    }
    expect(table.scans).toHaveLength(2);
  });

  it('is read again after a fault', async () => {
    const table = tableOf(50);
    let isBroken = true;
    const sample = tableSample({
      scan: (request) => {
        if (isBroken) throw new Error('throttled');
        return table.scan(request);
      },
    });
    await expect(sample()).rejects.toThrow('throttled');
    isBroken = false;
    expect(await sample()).toHaveLength(1_200);
  });
});
