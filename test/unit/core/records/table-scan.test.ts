import { describe, expect, it } from 'vitest';
import {
  forEachAtOnce,
  forEachPage,
  SEGMENTS,
  scanSegment,
} from '../../../../functions/core/records/table-scan.ts';
import type { Item, ScannableTable, ScanRequest } from '../../../../functions/core/records/tag-table.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const PLACE = { segment: 2, of: 5 };
const SENT = { Segment: 2, TotalSegments: 5, ConsistentRead: true };

describe('the scan of a segment', () => {
  it('asks for everything where nothing limits it', () => {
    expect(scanSegment(PLACE, {})).toStrictEqual(SENT);
    expect(scanSegment(PLACE, { prefix: '' })).toStrictEqual(SENT);
  });

  it.each([
    ['a bucket', { bucket: 'photos' }, '#bucket = :bucket', ['bucket'], { ':bucket': 'photos' }],
    ['a prefix', { prefix: 'trips/' }, 'begins_with(#key, :prefix)', ['key'], { ':prefix': 'trips/' }],
    [
      'a prefix of a bucket',
      { bucket: 'photos', prefix: 'trips/' },
      '#bucket = :bucket AND begins_with(#key, :prefix)',
      ['bucket', 'key'],
      { ':bucket': 'photos', ':prefix': 'trips/' },
    ],
  ])('asks for the items of %s, whole', (_, scope, FilterExpression, names, ExpressionAttributeValues) => {
    expect(scanSegment(PLACE, scope)).toStrictEqual({
      ...SENT,
      FilterExpression,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues,
    });
  });

  it('asks of tagged images only for what retagging compares', () => {
    const names = [
      'GSI1PK',
      'bucket',
      'key',
      'status',
      'tags',
      'corrections',
      'modelDigest',
      'embedding',
      'labelSets',
    ];
    expect(scanSegment(PLACE, { isOnlyTagged: true })).toStrictEqual({
      ...SENT,
      FilterExpression: '#status = :tagged',
      ProjectionExpression:
        'PK, SK, #GSI1PK, #bucket, #key, #status, #tags, #corrections, #modelDigest, #embedding, #labelSets',
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: { ':tagged': 'tagged' },
    });
    expect(scanSegment(PLACE, { isOnlyTagged: true, bucket: 'photos', prefix: 'a' })).toMatchObject({
      FilterExpression: '#bucket = :bucket AND begins_with(#key, :prefix) AND #status = :tagged',
      ExpressionAttributeValues: { ':tagged': 'tagged', ':bucket': 'photos', ':prefix': 'a' },
    });
  });
});

const NO_CONDITION = { ConditionExpression: 'attribute_not_exists(PK)', ExpressionAttributeValues: {} };

describe('the pages of a scan', () => {
  it('hold every item of the scope once, from all segments', async () => {
    const table = inMemoryTable();
    for (let i = 0; i < 120; i++) {
      const Item = { PK: `IMAGE#${i}`, SK: 'IMAGE', bucket: i % 3 ? 'photos' : 'other', key: `${i}` };
      await table.write({ kind: 'put', Item, ...NO_CONDITION });
    }
    const keys: unknown[] = [];
    await forEachPage(table, { bucket: 'photos' }, async (items) => {
      keys.push(...items.map(({ key }) => key));
    });
    expect(keys).toHaveLength(80);
    expect(new Set(keys).size).toBe(80);
  });

  /** A table whose segments give pages as a test lets them. */
  function pagesOf(scan: (request: ScanRequest) => AsyncGenerator<Item[]>) {
    const requests: ScanRequest[] = [];
    const table: Pick<ScannableTable, 'scan'> = {
      async *scan(request) {
        requests.push(request);
        for await (const items of scan(request)) yield { items };
      },
    };
    return { table: table as ScannableTable, requests };
  }

  it('come from eight segments side by side', async () => {
    const { table, requests } = pagesOf(async function* () {
      // Each waits until all others have been asked for.
      while (requests.length < SEGMENTS) await new Promise(setImmediate);
      yield [];
    });
    await forEachPage(table, {}, async () => {});
    expect(requests).toStrictEqual(
      Array.from({ length: 8 }, (_, Segment) => ({ Segment, TotalSegments: 8, ConsistentRead: true })),
    );
  });

  it('come to an end in all segments when there is a fault in one of them', async () => {
    const given = Array.from({ length: SEGMENTS }, () => 0);
    const { table } = pagesOf(async function* ({ Segment }) {
      for (let page = 0; page < 50; page++) {
        given[Segment] = page;
        yield [{ Segment, page }];
        await new Promise(setImmediate);
      }
    });
    const fault = new Error('no more');
    const worked: Item[] = [];
    const working = forEachPage(table, {}, async ([item]) => {
      if (item?.Segment === 3 && item.page === 2) throw fault;
      if (item) worked.push(item);
    });
    await expect(working).rejects.toBe(fault);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(Math.max(...given)).toBeLessThan(6);
    expect(worked.every(({ page }) => Number(page) < 5)).toBe(true);
  });

  it('reject with a fault of the scan itself', async () => {
    const fault = new Error('throttled');
    const { table } = pagesOf(async function* ({ Segment }) {
      if (Segment === 7) throw fault;
      yield [];
    });
    await expect(forEachPage(table, {}, async () => {})).rejects.toBe(fault);
  });
});

describe('work on items', () => {
  it('is done for each of them once, so many at a time', async () => {
    let atOnce = 0;
    let most = 0;
    const done: number[] = [];
    await forEachAtOnce([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      most = Math.max(most, ++atOnce);
      await new Promise(setImmediate);
      atOnce--;
      done.push(item);
    });
    expect(done.toSorted()).toStrictEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('rejects with the fault of one item', async () => {
    const fault = new Error('no');
    const working = forEachAtOnce([1, 2], 2, async (item) => {
      if (item === 2) throw fault;
    });
    await expect(working).rejects.toBe(fault);
  });
});
