import { describe, expect, it } from 'vitest';
import { imageRecordOf, readImageRecord } from '../../../../functions/core/records/image-record.ts';
import { labelEntryOf } from '../../../../functions/core/records/label-entries.ts';
import {
  isMisplaced,
  moveEntries,
  moveRecord,
  type ScannedEntry,
} from '../../../../functions/core/records/misplaced-items.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { commitRecord } from '../../../../functions/core/records/record-commit.ts';
import { shardedTable } from '../../../../functions/core/records/sharded-table.ts';
import { raiseShards } from '../../../../functions/core/records/table-shards.ts';
import { inMemoryTable } from '../in-memory-table.ts';

/** In shard 9 of 16. */
const OBJECT = { bucket: 'photos', key: 'a', sequencer: '1'.padStart(32, '0') };
const CAT = { set: 'general', label: 'cat', score: 0.9 };
const DOG = { set: 'general', label: 'dog', score: 0.8 };
const NOW = new Date(1_000_000);
const DAY_SECONDS = 86_400;

/** A table with an image from before it had shards, and what stands in it. */
async function tableFromBefore() {
  const table = inMemoryTable();
  const content = { status: 'tagged', tags: [CAT, DOG] } as const;
  const record = nextImageRecord(undefined, OBJECT, content, { eventTime: '', now: new Date(0) });
  await commitRecord(record, record.tags, table);
  await raiseShards(table, 16);
  const sharded = shardedTable(table);
  const entries = () => table.items().filter(({ PK }) => String(PK).startsWith('LABEL#')) as ScannedEntry[];
  return { table, sharded, entries, record: () => table.read(readImageRecord(OBJECT)) };
}

const partitions = (entries: readonly ScannedEntry[]) => entries.map(({ PK }) => PK).sort();
const OLD = ['LABEL#general#cat', 'LABEL#general#dog'];
const NEW = ['LABEL#general.9#cat', 'LABEL#general.9#dog'];

describe('an item is misplaced', () => {
  it.each([
    ['in the first shard', 'LABEL#general#cat', true],
    ['in another', 'LABEL#general.3#cat', true],
    ['in its own', 'LABEL#general.9#cat', false],
  ])('as an entry %s: %s', (_, PK, misplaced) => {
    expect(isMisplaced({ PK, SK: '0.900000#photos/a' }, 16)).toBe(misplaced);
  });

  it.each([
    ['in the first shard', 'STATUS#photos#tagged', true],
    ['in its own', 'STATUS#photos#tagged.9', false],
    ['in none', undefined, false],
  ])('as a record that the index lists %s: %s', (_, GSI1PK, misplaced) => {
    expect(isMisplaced({ PK: 'IMAGE#photos/a', SK: 'IMAGE', GSI1PK }, 16)).toBe(misplaced);
  });

  it('where the table has one shard, and in no partition that has none', () => {
    expect(isMisplaced({ PK: 'LABEL#general.9#cat', SK: '0.900000#photos/a' }, 1)).toBe(true);
    expect(isMisplaced({ PK: 'LABEL#general#cat', SK: '0.900000#photos/a' }, 1)).toBe(false);
    expect(isMisplaced({ PK: 'ATTEMPT#photos/a', SK: '1', GSI1PK: 'STATUS#photos#tagged' }, 16)).toBe(false);
  });
});

describe('a record is moved', () => {
  it('to where the index lists it in its shard', async () => {
    const { sharded, record } = await tableFromBefore();
    expect(await moveRecord((await record()) ?? {}, sharded)).toBe(true);
    const moved = await record();
    expect(moved?.GSI1PK).toBe('STATUS#photos#tagged.9');
    expect(await moveRecord({ ...moved, revision: 7 }, sharded)).toBe(false);
  });
});

describe('entries are moved', () => {
  it('as copies in their places; what stood where it should not expires in a day', async () => {
    const { sharded, entries } = await tableFromBefore();
    const before = entries();
    expect(partitions(before)).toEqual(OLD);
    await moveEntries(before, sharded, NOW);
    expect(partitions(entries())).toEqual([...OLD, ...NEW].sort());
    for (const entry of entries()) {
      const isOld = OLD.includes(entry.PK);
      expect(entry.expiresAt, entry.PK).toBe(isOld ? 1_000 + DAY_SECONDS : undefined);
    }
  });

  it('once: what is to expire is left, and goes when its day is over', async () => {
    const { sharded, entries } = await tableFromBefore();
    await moveEntries(entries(), sharded, NOW);
    const retired = () => entries().filter(({ expiresAt }) => expiresAt !== undefined);
    for (const seconds of [0, DAY_SECONDS]) {
      await moveEntries(retired(), sharded, new Date(NOW.getTime() + 1_000 * seconds));
      expect(partitions(entries())).toEqual([...OLD, ...NEW].sort());
    }
    await moveEntries(retired(), sharded, new Date(NOW.getTime() + 1_000 * (DAY_SECONDS + 1)));
    expect(partitions(entries())).toEqual(NEW);
  });

  it('nowhere when they are true no more, and both go', async () => {
    const { sharded, entries, record: stored } = await tableFromBefore();
    const before = entries();
    // A newer state of the image without the dog, by a writer that has removed nothing yet.
    const newer = { ...OBJECT, sequencer: '2'.padStart(32, '0') };
    const content = { status: 'tagged', tags: [CAT] } as const;
    const previous = imageRecordOf((await stored()) ?? {});
    const record = nextImageRecord(previous, newer, content, { eventTime: '', now: new Date(0) });
    expect(await commitRecord(record, [CAT], sharded)).toBe(true);
    await moveEntries(before, sharded, NOW);
    expect(partitions(entries().filter(({ label }) => label === 'dog'))).toEqual([]);
    expect(partitions(entries())).toContain('LABEL#general.9#cat');
  });

  it('never over one that another writer has put anew meanwhile', async () => {
    const { table, sharded, entries } = await tableFromBefore();
    const before = entries().filter(({ label }) => label === 'cat');
    const [one] = before;
    if (!one) throw new Error('Expected an entry');
    const newer = { ...one, revision: 5, sequencer: '3'.padStart(32, '0') };
    const condition = { ConditionExpression: 'attribute_exists(PK)', ExpressionAttributeValues: {} };
    await table.write({ kind: 'put', Item: newer, ...condition });
    await moveEntries(before, sharded, NOW);
    const stands = entries().find(({ PK }) => PK === 'LABEL#general#cat');
    expect(stands).toEqual(newer);
    expect(labelEntryOf(newer)).not.toHaveProperty('expiresAt');
  });
});
