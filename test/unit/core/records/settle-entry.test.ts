import { describe, expect, it } from 'vitest';
import type { Tag } from '../../../../functions/core/labels/scores.ts';
import { type ImageRecord, putImageRecord } from '../../../../functions/core/records/image-record.ts';
import { type LabelEntry, putLabelEntry } from '../../../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { readRecord } from '../../../../functions/core/records/record-commit.ts';
import {
  removeStaleEntry,
  settleEntry,
  unconfirmedEntries,
} from '../../../../functions/core/records/stale-entries.ts';
import type { TagTable } from '../../../../functions/core/records/tag-table.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const OBJECT = { bucket: 'photos', key: 'a.jpg', sequencer: '2' };
const tag = (label: string): Tag => ({ set: 'things', label, score: 0.9 });
const entryOf = (label: string, revision: number): LabelEntry => ({ ...tag(label), ...OBJECT, revision });

/** The record of one image with these tags, written in turn, and all their entries: nobody has removed any. */
async function tableWith(...states: string[][]) {
  const table = inMemoryTable();
  let record: ImageRecord | undefined;
  for (const labels of states) {
    const content = { status: 'tagged', tags: labels.map(tag) } as const;
    record = nextImageRecord(record, OBJECT, content, { eventTime: '', now: new Date(0) });
    for (const each of record.tags) await table.write(putLabelEntry(record, each));
    await table.write(putImageRecord(record));
  }
  const labels = () =>
    table.items().flatMap(({ PK, label }) => (String(PK).startsWith('LABEL#') ? [label] : []));
  return { table, labels };
}

/** The table with a writer that is faster than everybody who has just read the record. */
function contested(table: TagTable): TagTable & { readonly reads: () => number } {
  let reads = 0;
  return {
    ...table,
    reads: () => reads,
    async read(request) {
      reads += 1;
      const item = await table.read(request);
      const record = (await readRecord(OBJECT, table)) as ImageRecord;
      await table.write(putImageRecord({ ...record, revision: record.revision + 1, sequencer: '2' }));
      return item;
    },
  };
}

describe('settling an entry', () => {
  it('removes the entries that the record had superseded, which their own writer can no longer note', async () => {
    const { table, labels } = await tableWith(['dog', 'bird'], ['dog']);
    const left = entryOf('cat', 3);
    await table.write(putLabelEntry(left, left));
    expect(await settleEntry(left, table)).toBe(true);
    expect(labels()).toEqual(['dog']);
    expect(await readRecord(OBJECT, table)).toMatchObject({ revision: 3, supersededTags: [] });
  });

  it('removes a superseded entry even where it had been put anew up to the revision that settles', async () => {
    const { table, labels } = await tableWith(['bird'], []);
    for (const left of [entryOf('bird', 3), entryOf('cat', 3)]) await table.write(putLabelEntry(left, left));
    expect(await settleEntry(entryOf('cat', 3), table)).toBe(true);
    expect(labels()).toEqual([]);
  });

  it('settles an entry that is several revisions ahead one by one, three at most', async () => {
    const { table, labels } = await tableWith([]);
    const left = entryOf('cat', 3);
    await table.write(putLabelEntry(left, left));
    expect(await settleEntry(left, table)).toBe(true);
    expect(labels()).toEqual([]);
    const ahead = entryOf('cat', 9);
    await table.write(putLabelEntry(ahead, ahead));
    expect(await settleEntry(ahead, table)).toBe(false);
    expect(await readRecord(OBJECT, table)).toMatchObject({ revision: 6 });
  });

  it('leaves a confirmed entry and its record as they are', async () => {
    const { table } = await tableWith(['cat']);
    const before = table.items();
    expect(await settleEntry(entryOf('cat', 2), table)).toBe(false);
    expect(table.items()).toEqual(before);
  });

  it('leaves an entry without a record as it is, for its event comes again', async () => {
    const { table } = await tableWith();
    const left = entryOf('cat', 1);
    await table.write(putLabelEntry(left, left));
    const before = table.items();
    expect(await settleEntry(left, table)).toBe(false);
    expect(table.items()).toEqual(before);
  });

  it('leaves an entry to a writer that changes the record between each read and write', async () => {
    const { table } = await tableWith([]);
    const busy = contested(table);
    const left = entryOf('cat', 20);
    await table.write(putLabelEntry(left, left));
    expect(await settleEntry(left, busy)).toBe(false);
    expect(busy.reads()).toBe(3);
    // Nobody but that writer has advanced it.
    expect(await readRecord(OBJECT, table)).toMatchObject({ revision: 4 });
  });
});

describe('removing a stale entry', () => {
  it.each([
    ['the very one that was read', {}, true],
    ['not one of a later revision', { revision: 6 }, false],
    ['not one of a newer event', { sequencer: '3' }, false],
  ])('removes %s', async (_, changes, isRemoved) => {
    const table = inMemoryTable();
    await table.write(putLabelEntry({ ...entryOf('cat', 5), ...changes }, tag('cat')));
    expect(await removeStaleEntry(entryOf('cat', 5), table)).toBe(isRemoved);
    expect(table.items()).toHaveLength(isRemoved ? 0 : 1);
  });
});

describe('the unconfirmed ones of many entries', () => {
  it('are found whatever their number, with one consistent read of a hundred keys at a time and no embeddings', async () => {
    const { table } = await tableWith(['cat']);
    const requests: Parameters<TagTable['readBatch']>[0][] = [];
    const seen: TagTable = {
      ...table,
      readBatch: (request) => {
        requests.push(request);
        return table.readBatch(request);
      },
    };
    const others = Array.from({ length: 204 }, (_, i) => ({ ...entryOf('cat', 1), key: `${i}.jpg` }));
    const entries = [...others.slice(0, 150), entryOf('cat', 1), entryOf('dog', 1), ...others.slice(150)];
    const found = await unconfirmedEntries(entries, seen);
    expect(found.map(({ entry }) => entry)).toEqual(
      entries.filter((entry) => entry.key !== 'a.jpg' || entry.label === 'dog'),
    );
    expect(found.filter(({ state }) => state !== 'awaited')).toEqual([
      { entry: entryOf('dog', 1), state: 'stale' },
    ]);
    expect(requests.map(({ Keys }) => Keys.length)).toEqual([100, 100, 6]);
    await unconfirmedEntries(others.slice(0, 100), seen);
    expect(requests).toHaveLength(4);
    for (const { ConsistentRead, ProjectionExpression } of requests) {
      expect(ConsistentRead).toBe(true);
      expect(ProjectionExpression).toBe('PK, SK, #bucket, #key, #status, #tags, #sequencer, #revision');
    }
  });
});
