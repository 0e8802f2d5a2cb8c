import { describe, expect, it } from 'vitest';
import { type ImageRecord, putImageRecord } from '../../../../functions/core/records/image-record.ts';
import { putLabelEntry } from '../../../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { readRecord } from '../../../../functions/core/records/record-commit.ts';
import {
  entryState,
  settleEntry,
  unconfirmedEntries,
} from '../../../../functions/core/records/stale-entries.ts';
import type { ScannableTable } from '../../../../functions/core/records/tag-table.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const cat = { set: 'things', label: 'cat', score: 0.9 };
const entry = (changes: object = {}) => ({
  ...cat,
  bucket: 'photos',
  key: 'a.jpg',
  sequencer: '2',
  revision: 5,
  ...changes,
});
const record = (changes: Partial<ImageRecord> = {}) =>
  ({ status: 'tagged', tags: [], sequencer: '2', revision: 5, ...changes }) as ImageRecord;

describe('a label entry', () => {
  it.each<[string, ImageRecord | undefined, string]>([
    ['confirmed by a record with its tag', record({ tags: [cat], revision: 4 }), 'confirmed'],
    ['stale once the revision it was put for has been written without it', record(), 'stale'],
    ['stale under another score', record({ tags: [{ ...cat, score: 0.8 }] }), 'stale'],
    ['stale once a newer event has been written', record({ sequencer: '3', revision: 1 }), 'stale'],
    ['unsettled while its writer may put the next revision', record({ revision: 4 }), 'unsettled'],
    ['awaited while its event is newer than the record', record({ sequencer: '1', revision: 9 }), 'awaited'],
    ['awaited while there is no record', undefined, 'awaited'],
    [
      'awaited beside a record with a sequencer that no event can have',
      record({ sequencer: 'z' }),
      'awaited',
    ],
  ])('is %s', (_, witness, state) => {
    expect(entryState(entry(), witness)).toBe(state);
  });

  it('is stale when no event can have its sequencer, unless the record carries its tag', () => {
    expect(entryState(entry({ sequencer: 'z' }), record())).toBe('stale');
    expect(entryState(entry({ sequencer: 'z' }), undefined)).toBe('stale');
    expect(entryState(entry({ sequencer: 'z' }), record({ tags: [cat] }))).toBe('confirmed');
  });
});

async function tableWithCrashedRun(): Promise<{ table: ScannableTable; written: ImageRecord }> {
  const table = inMemoryTable();
  const object = { bucket: 'photos', key: 'a.jpg', sequencer: '2' };
  const time = { eventTime: '', now: new Date(0) };
  const written = nextImageRecord(undefined, object, { status: 'tagged', tags: [] }, time);
  await table.write(putImageRecord(written));
  await table.write(putLabelEntry({ ...written, revision: 2 }, cat));
  return { table, written };
}

describe('settleEntry', () => {
  it('removes what a dead writer left', async () => {
    const { table, written } = await tableWithCrashedRun();
    const left = entry({ revision: 2 });
    expect(await unconfirmedEntries([left], table)).toEqual([{ entry: left, state: 'unsettled' }]);
    expect(await settleEntry(left, table)).toBe(true);
    expect(await table.scan({ Segment: 0, TotalSegments: 1 })[Symbol.asyncIterator]().next()).toMatchObject({
      value: { items: [{ SK: 'IMAGE' }] },
    });
    expect(await readRecord(written, table)).toEqual({ ...written, revision: 2, expiresAt: undefined });
  });

  it('makes a living writer read again instead of relying on the entry', async () => {
    const { table, written } = await tableWithCrashedRun();
    await settleEntry(entry({ revision: 2 }), table);
    const late = { ...written, tags: [cat], revision: 2 };
    expect(await table.write(putImageRecord(late))).toBe(false);
  });

  it('leaves an entry alone that has been put anew meanwhile', async () => {
    const { table, written } = await tableWithCrashedRun();
    await table.write(putLabelEntry({ ...written, revision: 3 }, cat));
    expect(await settleEntry(entry({ revision: 2 }), table)).toBe(false);
  });
});
