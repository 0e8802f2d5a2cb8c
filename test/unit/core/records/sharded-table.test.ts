import { describe, expect, it } from 'vitest';
import { findImages } from '../../../../functions/core/records/find-images.ts';
import { queryImagesByStatus } from '../../../../functions/core/records/image-record.ts';
import {
  deleteLabelEntry,
  putLabelEntry,
  queryLabelEntries,
} from '../../../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { commitRecord } from '../../../../functions/core/records/record-commit.ts';
import { shardedTable } from '../../../../functions/core/records/sharded-table.ts';
import { raiseShards, readShards } from '../../../../functions/core/records/table-shards.ts';
import type {
  Item,
  QueryRequest,
  ScannableTable,
  TagTable,
  WriteRequest,
} from '../../../../functions/core/records/tag-table.ts';
import { retag } from '../../../../functions/core/retag/retag.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const CAT = { set: 'general', label: 'cat', score: 0.9 };
const owner = (key: string) => ({ bucket: 'photos', key, sequencer: '1', revision: 1 });

/** A table that notes what it is asked. */
function watched(table = inMemoryTable()) {
  const writes: WriteRequest[] = [];
  const asked: QueryRequest[] = [];
  const through: TagTable = {
    ...table,
    async write(request) {
      writes.push(request);
      return table.write(request);
    },
    query(request) {
      asked.push(request);
      return table.query(request);
    },
  };
  return { table, through, writes, asked };
}

const partitionsOf = (requests: readonly QueryRequest[]) =>
  requests.map((request) => request.ExpressionAttributeValues[':label']);

async function all(pages: AsyncIterable<readonly Item[]>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

describe('the number of shards of a table', () => {
  it('is one until it is raised, is raised once, and never falls', async () => {
    const { through, writes } = watched();
    expect(await readShards(through)).toEqual({ shards: 1, numbers: [1] });
    expect(await raiseShards(through, 1)).toEqual({ shards: 1, numbers: [1] });
    expect(writes).toHaveLength(0);
    expect(await raiseShards(through, 4)).toEqual({ shards: 4, numbers: [4, 1] });
    expect(await raiseShards(through, 2)).toEqual({ shards: 4, numbers: [4, 1] });
    expect(await raiseShards(through, 16)).toEqual({ shards: 16, numbers: [16, 4, 1] });
    expect(writes).toHaveLength(2);
    expect(await readShards(through)).toEqual({ shards: 16, numbers: [16, 4, 1] });
  });

  it('keeps the number of whoever was faster, if that is enough', async () => {
    const table = inMemoryTable();
    await Promise.all([raiseShards(table, 4), raiseShards(table, 8), raiseShards(table, 2)]);
    const { shards, numbers } = await readShards(table);
    expect(shards).toBe(8);
    expect(numbers).toContain(4);
  });

  it('is noted before anything stands in a shard', async () => {
    const { through, writes } = watched();
    await shardedTable(through, { shards: 4 }).write(putLabelEntry(owner('a'), CAT));
    expect(writes.map((write) => write.kind === 'put' && write.Item.SK)).toEqual([
      'SHARDS',
      expect.stringContaining('photos/a'),
    ]);
  });

  it.each([
    ['no number', { shards: 'four', earlier: [1] }],
    ['none of the numbers before', { shards: 4 }],
    ['a number that would ask for ever', { shards: 2 ** 40, earlier: [1] }],
    ['less than one', { shards: 0, earlier: [] }],
  ])('is refused by readers and writers where the note has %s', async (_, note) => {
    const table = inMemoryTable();
    const Item = { PK: 'TABLE', SK: 'SHARDS', ...note };
    const condition = { ConditionExpression: 'attribute_not_exists(PK)', ExpressionAttributeValues: {} };
    await table.write({ kind: 'put', Item, ...condition });
    const sharded = shardedTable(table);
    const refused = { code: 'table-fault', message: expect.stringContaining('TABLE / SHARDS') };
    await expect(sharded.write(putLabelEntry(owner('a'), CAT))).rejects.toMatchObject(refused);
    await expect(all(sharded.query(queryLabelEntries('general', 'cat')))).rejects.toMatchObject(refused);
    await expect(sharded.count(queryImagesByStatus('photos', 'tagged'))).rejects.toMatchObject(refused);
  });

  it('is asked for again after a fault', async () => {
    const table = inMemoryTable();
    let faults = 1;
    const failing: TagTable = {
      ...table,
      read: async (request) => {
        if (faults-- > 0) throw new Error('no answer');
        return table.read(request);
      },
    };
    const sharded = shardedTable(failing, { shards: 4 });
    await expect(sharded.write(putLabelEntry(owner('a'), CAT))).rejects.toThrow('no answer');
    expect(await sharded.write(putLabelEntry(owner('a'), CAT))).toBe(true);
  });
});

describe('a query', () => {
  it('asks one partition as it was told, where there is one shard', async () => {
    const { through, asked } = watched();
    const request = queryLabelEntries('general', 'cat', 0.5, 100);
    await all(shardedTable(through).query(request));
    expect(asked).toEqual([request]);
  });

  it('asks all shards at once, before any has answered', async () => {
    const { through, asked, table } = watched();
    await raiseShards(table, 4);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const begun: unknown[] = [];
    const slow: TagTable = {
      ...through,
      async *query(request) {
        begun.push(request.ExpressionAttributeValues[':label']);
        await answered;
        yield* through.query(request);
      },
    };
    const reading = all(shardedTable(slow).query(queryLabelEntries('general', 'cat', 0, 100)));
    await new Promise((resolve) => setImmediate(resolve));
    const partitions = [
      'LABEL#general#cat',
      'LABEL#general.1#cat',
      'LABEL#general.2#cat',
      'LABEL#general.3#cat',
    ];
    expect(begun).toEqual(partitions);
    answer();
    await reading;
    expect(partitionsOf(asked).sort()).toEqual([...partitions].sort());
    expect(asked.map(({ Limit }) => Limit).sort()).toEqual([100, 50, 50, 50]);
  });

  it('asks no further than it is read', async () => {
    const { through, table } = watched();
    const sharded = shardedTable(through, { shards: 4 });
    for (let i = 0; i < 400; i++) await sharded.write(putLabelEntry(owner(`${i}`), CAT));
    let pages = 0;
    const counted: TagTable = {
      ...table,
      async *query(request) {
        for await (const page of table.query(request)) {
          pages++;
          yield page;
        }
      },
    };
    for await (const page of shardedTable(counted).query(queryLabelEntries('general', 'cat', 0, 20))) {
      expect(page).toHaveLength(20);
      break;
    }
    expect(pages).toBeLessThanOrEqual(2 * 4);
  });

  it('fails when a shard does, and asks an index likewise', async () => {
    const { table } = watched();
    await raiseShards(table, 4);
    const failing: TagTable = {
      ...table,
      async *query(request) {
        if (Object.values(request.ExpressionAttributeValues).includes('STATUS#photos#tagged.3'))
          throw new Error('no answer');
        yield* table.query(request);
      },
    };
    const request = queryImagesByStatus('photos', 'tagged');
    await expect(all(shardedTable(failing).query(request))).rejects.toThrow('no answer');
  });
});

describe('a deletion', () => {
  /** In the shards 0 of 1, and another of 16. */
  const KEY = 'a';

  it('asks the place of the entry, and no other where it stands there', async () => {
    const { through, writes } = watched();
    const sharded = shardedTable(through, { shards: 16 });
    await sharded.write(putLabelEntry(owner(KEY), CAT));
    writes.length = 0;
    expect(await sharded.write(deleteLabelEntry(owner(KEY), CAT))).toBe(true);
    expect(writes).toHaveLength(1);
  });

  it('asks where smaller numbers put it, too, where it does not', async () => {
    const { table, through } = watched();
    await table.write(putLabelEntry(owner(KEY), CAT));
    const sharded = shardedTable(through, { shards: 16 });
    expect(await sharded.write(deleteLabelEntry({ ...owner(KEY), sequencer: '0' }, CAT))).toBe(false);
    expect(await sharded.write(deleteLabelEntry(owner(KEY), CAT))).toBe(true);
    expect(table.items().filter(({ PK }) => String(PK).startsWith('LABEL#'))).toEqual([]);
  });
});

describe('a query during which retagging brings an image to its shard', () => {
  /** The other shards are read before, and the one that the image stood in afterwards. */
  async function foundMeanwhile(
    through: (table: ScannableTable) => ScannableTable,
  ): Promise<readonly string[]> {
    const table = inMemoryTable();
    const object = { bucket: 'photos', key: 'a', sequencer: '1'.padStart(32, '0') };
    const content = { status: 'tagged', tags: [CAT] } as const;
    const record = nextImageRecord(undefined, object, content, { eventTime: '', now: new Date(0) });
    await commitRecord(record, record.tags, table);
    await raiseShards(table, 16);
    const slow: TagTable = {
      ...table,
      async *query(request) {
        const isFirst = request.ExpressionAttributeValues[':label'] === 'LABEL#general#cat';
        if (isFirst) await moved();
        yield* table.query(request);
      },
    };
    const moved = async () => {
      // The others have been asked by then.
      await new Promise((resolve) => setImmediate(resolve));
      const retagger = { modelDigest: 'none', classifiers: [], now: () => new Date(0) };
      expect(await retag({ ...retagger, table: shardedTable(through(table)) })).toMatchObject({ moved: 1 });
    };
    const keys: string[] = [];
    const query = { labels: [CAT], match: 'all', not: [], minimumScore: 0 } as const;
    for await (const { key } of findImages(query, shardedTable(slow))) keys.push(key);
    return keys;
  }

  it('finds the image, for its entry stays where it was for another day', async () => {
    expect(await foundMeanwhile((table) => table)).toEqual(['a']);
  });

  it('would miss it if the entry went as soon as another stood in its place', async () => {
    const removing = (request: WriteRequest): WriteRequest => {
      if (request.kind !== 'update' || request.UpdateExpression !== 'SET expiresAt = :end') return request;
      const { ':end': _end, ...ExpressionAttributeValues } = request.ExpressionAttributeValues;
      const { Key, ConditionExpression } = request;
      return { kind: 'delete', isPlaced: true, Key, ConditionExpression, ExpressionAttributeValues };
    };
    const found = await foundMeanwhile((table) => ({
      ...table,
      write: (request) => table.write(removing(request)),
    }));
    expect(found).toEqual([]);
  });
});
