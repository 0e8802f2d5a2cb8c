import { describe, expect, it } from 'vitest';
import {
  deleteLabelEntry,
  isConfirmedBy,
  labelEntryOf,
  putLabelEntry,
  queryLabelEntries,
} from '../../../../functions/core/records/label-entries.ts';
import { inMemoryTable } from '../in-memory-table.ts';
import { collected } from '../truth-keeper.ts';

const writer = (sequencer: string, revision: number, key = 'a.jpg') => ({
  bucket: 'photos',
  key,
  sequencer,
  revision,
});
const CAT = { set: 'things', label: 'cat', score: 0.5 };

function sortKeyOf(key: string): string {
  const request = putLabelEntry(writer('01', 1, key), CAT);
  return request.kind === 'put' ? request.Item.SK : '';
}

describe('putLabelEntry', () => {
  it('puts it under set and label, sorted by score', () => {
    expect(putLabelEntry(writer('01', 1), CAT)).toMatchObject({
      kind: 'put',
      Item: {
        PK: 'LABEL#things#cat',
        SK: '0.5000#photos/a.jpg',
        ...CAT,
        ...writer('01', 1),
      },
    });
  });

  it('gives a key of 1,024 bytes a digest in its place, another one for each key', () => {
    const [a, b] = [sortKeyOf('ü'.repeat(512)), sortKeyOf(`${'ü'.repeat(511)}ab`)];
    for (const sortKey of [a, b]) expect(sortKey).toMatch(/^0\.5000#sha256:[0-9a-f]{64}$/);
    expect(a).not.toBe(b);
  });

  it('spells out a key that just fits, and not one of a byte more', () => {
    const room = 1024 - '0.5000#photos/'.length;
    expect(sortKeyOf('x'.repeat(room))).toHaveLength(1024);
    expect(sortKeyOf('x'.repeat(room + 1))).toMatch(/sha256/);
  });

  it('finds the entry of a digest again to delete it', async () => {
    const table = inMemoryTable();
    const long = writer('01', 1, 'x'.repeat(1024));
    await table.write(putLabelEntry(long, CAT));
    await table.write(deleteLabelEntry(long, CAT));
    expect(table.items()).toEqual([]);
  });
});

/** The writer that put the entry, the next one, and whether that one is at least as new. */
const ORDER: ReadonlyArray<readonly [string, ReturnType<typeof writer>, ReturnType<typeof writer>, boolean]> =
  [
    ['a newer event', writer('01', 5), writer('02', 1), true],
    ['an older event', writer('02', 1), writer('01', 5), false],
    ['the same writer', writer('01', 1), writer('01', 1), true],
    ['a later writer of the same event', writer('01', 1), writer('01', 2), true],
    ['an earlier writer of the same event', writer('01', 2), writer('01', 1), false],
  ];

describe('a label entry', () => {
  for (const [name, owner, next, isNewer] of ORDER) {
    it(`${isNewer ? 'can' : 'cannot'} be replaced by ${name}`, async () => {
      const table = inMemoryTable();
      await table.write(putLabelEntry(owner, CAT));
      expect(await table.write(putLabelEntry(next, CAT))).toBe(isNewer);
      expect(table.items()).toMatchObject([isNewer ? next : owner]);
    });

    it(`${isNewer ? 'can' : 'cannot'} be removed by ${name}`, async () => {
      const table = inMemoryTable();
      await table.write(putLabelEntry(owner, CAT));
      expect(await table.write(deleteLabelEntry(next, CAT))).toBe(isNewer);
      expect(table.items()).toHaveLength(isNewer ? 0 : 1);
    });
  }

  it('that is not there can be removed by anybody', async () => {
    expect(await inMemoryTable().write(deleteLabelEntry(writer('01', 1), CAT))).toBe(true);
  });
});

describe('queryLabelEntries', () => {
  it('names no page size unless there is one', () => {
    expect(queryLabelEntries('things', 'cat', 0.5)).not.toHaveProperty('Limit');
    expect(queryLabelEntries('things', 'cat', 0.5, 7)).toHaveProperty('Limit', 7);
  });

  const SCORES = [0.0001, 0.05, 0.5, 0.4999, 0.9, 1];

  async function scoresFrom(minimumScore?: number): Promise<number[]> {
    const table = inMemoryTable();
    for (const [i, score] of SCORES.entries()) {
      await table.write(putLabelEntry(writer('01', 1, `${i}.jpg`), { ...CAT, score }));
      await table.write(putLabelEntry(writer('01', 1, `${i}.jpg`), { ...CAT, label: 'cat food', score }));
    }
    const pages = await collected(table.query(queryLabelEntries('things', 'cat', minimumScore, 2)));
    expect(Math.max(...pages.map((page) => page.length))).toBe(2);
    return pages.flat().map((item) => labelEntryOf(item).score);
  }

  it('gives the entries of one label, best first, page by page', async () => {
    expect(await scoresFrom()).toEqual([1, 0.9, 0.5, 0.4999, 0.05, 0.0001]);
  });

  it('ends at the minimum, which it includes', async () => {
    expect(await scoresFrom(0.5)).toEqual([1, 0.9, 0.5]);
    expect(await scoresFrom(0.5001)).toEqual([1, 0.9]);
  });

  it('gives entries without their keys of the table', async () => {
    const table = inMemoryTable();
    await table.write(putLabelEntry(writer('01', 3), CAT));
    const [page = []] = await collected(table.query(queryLabelEntries('things', 'cat')));
    expect(page.map(labelEntryOf)).toEqual([{ ...CAT, ...writer('01', 3) }]);
  });
});

describe('isConfirmedBy', () => {
  const entry = { ...CAT, ...writer('01', 1) };
  const CASES: ReadonlyArray<readonly [string, Parameters<typeof isConfirmedBy>[0], boolean]> = [
    ['a record with the same tag', { status: 'tagged', tags: [CAT] }, true],
    ['no record', undefined, false],
    ['a record with another score', { status: 'tagged', tags: [{ ...CAT, score: 0.5001 }] }, false],
    ['a record with the label of another set', { status: 'tagged', tags: [{ ...CAT, set: 'other' }] }, false],
    ['a record without tags', { status: 'tagged', tags: [] }, false],
    ['a tombstone', { status: 'deleted', tags: [CAT] }, false],
    ['a failed image', { status: 'failed', tags: [CAT] }, false],
  ];
  for (const [name, record, expected] of CASES) {
    it(`is ${expected} for ${name}`, () => {
      expect(isConfirmedBy(record, entry)).toBe(expected);
    });
  }
});
