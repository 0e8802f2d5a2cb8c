import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embeddingToBytes, normalised } from '../../../functions/core/labels/embedding.ts';
import {
  type ImageRecord,
  imageKey,
  imageRecordOf,
  putImageRecord,
} from '../../../functions/core/records/image-record.ts';
import { putLabelEntry } from '../../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../../functions/core/records/next-record.ts';
import type { SnapshotStore } from '../../../functions/core/search/collection/snapshot-store.ts';
import type { TableChange, TableChanges } from '../../../functions/core/search/collection/table-changes.ts';
import {
  openTableSearch,
  type TableSearch,
  type TableSearchOptions,
} from '../../../functions/search/table-search.ts';
import { inMemoryTable } from '../core/in-memory-table.ts';
import { RUNS } from '../core/vectors.ts';

const MODEL = 'sha256:model';
const END_OF_TIME = 10 ** 12;

/** A table that is written to, and tells its changes. */
function changingTable() {
  const table = inMemoryTable();
  const log: TableChange[] = [];
  let lostTo = 0;
  let clock = 0;
  const changes: TableChanges = {
    now: async () => `${log.length}`,
    async since(position) {
      await turn();
      const begin = Number(position);
      return begin < lostTo ? undefined : { changed: log.slice(begin), position: `${log.length}` };
    },
  };

  async function stateOf(key: string): Promise<ImageRecord | undefined> {
    const item = await table.read({ Key: imageKey({ bucket: 'photos', key }), ConsistentRead: true });
    return item && imageRecordOf(item);
  }

  async function write(key: string, status: 'tagged' | 'deleted', label = 'cat'): Promise<ImageRecord> {
    const previous = await stateOf(key);
    const now = new Date(Date.UTC(2026, 10, 30) + clock * 1_000);
    const time = { eventTime: now.toISOString(), now };
    const object = {
      bucket: 'photos',
      key,
      sequencer: (++clock).toString(16).toUpperCase().padStart(8, '0').padEnd(32, '0'),
    };
    const values = normalised(Float32Array.from({ length: 4 }, (_, i) => Math.sin(clock * (i + 1)) + 0.1));
    const record = nextImageRecord(
      previous,
      object,
      status === 'deleted'
        ? { status, tags: [] }
        : {
            status,
            tags: [{ set: 'pet', label, score: 0.5 }],
            modelDigest: MODEL,
            embedding: embeddingToBytes({ modelDigest: MODEL, values }),
          },
      time,
    );
    const stored = { ...record, expiresAt: record.expiresAt ?? undefined };
    expect(await table.write(putImageRecord(stored))).toBe(true);
    if (record.tags[0]) await table.write(putLabelEntry(record, record.tags[0]));
    log.push({ kind: 'put', record });
    return record;
  }

  return {
    table,
    changes,
    write,
    /** As DynamoDB does with a tombstone, after 30 days. */
    async expire(key: string) {
      const gone = table.expire(imageKey({ bucket: 'photos', key }), END_OF_TIME);
      if (gone) log.push({ kind: 'removed', image: { bucket: 'photos', key } });
    },
    loseChanges() {
      lostTo = log.length;
    },
    records: () =>
      table
        .items()
        .filter(({ SK, status }) => SK === 'IMAGE' && status !== 'deleted')
        .map(imageRecordOf),
  };
}

function memorySnapshots(): SnapshotStore & { bytes?: Buffer | undefined } {
  return {
    async read() {
      const { bytes } = this;
      return (
        bytes &&
        (async function* () {
          yield bytes;
        })()
      );
    },
    async write({ chunks }) {
      this.bytes = Buffer.concat([...chunks]);
    },
  };
}

function expectIsTable({ collection }: TableSearch, records: readonly ImageRecord[]) {
  const rows = Array.from({ length: collection.rowCount }, (_, row) => row).filter(collection.isThere);
  const states = rows.map((row) => {
    const labels: string[] = [];
    collection.forEachLabel(row, (label) => labels.push(collection.termOf(label).label));
    return [collection.keyOf(row), collection.timeOf(row), collection.hasEmbedding(row), ...labels];
  });
  const expected = records.map(({ key, eventTime, tags, embedding }) => [
    key,
    Date.parse(eventTime),
    embedding !== undefined,
    ...tags.map(({ label }) => label),
  ]);
  expect(states.toSorted()).toEqual(expected.toSorted());
}

const keys = fc.constantFrom('a', 'b', 'c');
type Step =
  | { readonly kind: 'tag' | 'delete' | 'expire' | 'vanish'; readonly key: string; readonly label: string }
  | { readonly kind: 'refresh' | 'reopen' | 'lose' | 'wait' };
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom(
        'tag' as const,
        'tag' as const,
        'delete' as const,
        'expire' as const,
        'vanish' as const,
      ),
      key: keys,
      label: fc.constantFrom('cat', 'dog'),
    }),
    fc.record({
      kind: fc.constantFrom('refresh' as const, 'reopen' as const, 'lose' as const, 'wait' as const),
    }),
  ),
  { maxLength: 60 },
);

describe('a search over a table', () => {
  const ways: Readonly<
    Record<string, (world: ReturnType<typeof changingTable>) => Partial<TableSearchOptions>>
  > = {
    'follows its changes': ({ changes }) => ({ changes }),
    'compares itself with it': () => ({ compareSeconds: 0 }),
  };
  it.each(Object.entries(ways))(
    'is what the table is, when it %s, whatever happens meanwhile',
    async (_way, optionsOf) => {
      await fc.assert(
        fc.asyncProperty(steps, fc.boolean(), async (given, hasSnapshots) => {
          const world = changingTable();
          let clock = 0;
          const options = {
            table: world.table,
            modelDigest: MODEL,
            ...(hasSnapshots && { snapshots: memorySnapshots() }),
            now: () => clock,
            warn: (what: string, error: unknown) => expect.fail(`${what}: ${error}`),
            ...optionsOf(world),
          };
          let search = await openTableSearch(options);
          for (const step of given) {
            if (step.kind === 'tag') await world.write(step.key, 'tagged', step.label);
            else if (step.kind === 'delete') await world.write(step.key, 'deleted');
            else if (step.kind === 'expire') await world.expire(step.key);
            else if (step.kind === 'vanish') {
              await world.write(step.key, 'deleted');
              await world.expire(step.key);
            } else if (step.kind === 'lose') world.loseChanges();
            else if (step.kind === 'wait') await turn();
            else if (step.kind === 'refresh') {
              clock += 1_000;
              // Not waited for: what comes next happens in its midst.
              void search.refresh();
            } else {
              await search.close();
              search = await openTableSearch(options);
            }
          }
          await search.loaded;
          await search.refresh();
          clock += 1_000;
          await search.refresh();
          expectIsTable(search, world.records());
          await search.close();
        }),
        { numRuns: Math.ceil(RUNS / 2) },
      );
    },
  );

  it('answers from its snapshot at once, and reads of the table only what has changed since', async () => {
    const world = changingTable();
    for (let i = 0; i < 30; i++) await world.write(`${i}`, 'tagged');
    const snapshots = memorySnapshots();
    await (await openTableSearch({ table: world.table, modelDigest: MODEL, snapshots })).close();
    await world.write('7', 'tagged', 'dog');
    await world.write('8', 'deleted');
    await world.write('new', 'tagged');
    const asked: string[] = [];
    const table: TableSearchOptions['table'] = {
      scan(request) {
        expect(request.ProjectionExpression).not.toContain('embedding');
        return world.table.scan(request);
      },
      readBatch(request) {
        asked.push(...request.Keys.map(({ PK }) => PK));
        return world.table.readBatch(request);
      },
    };
    const search = await openTableSearch({ table, modelDigest: MODEL, snapshots });
    expect(search.hasSnapshot).toBe(true);
    expect(search.collection.rowCount).toBe(30);
    await search.loaded;
    expect(asked.toSorted()).toEqual(['IMAGE#photos/7', 'IMAGE#photos/new']);
    expectIsTable(search, world.records());
  });

  it('forgets images whose records are gone from the table, tombstones and all', async () => {
    const world = changingTable();
    for (const key of ['a', 'b', 'c']) await world.write(key, 'tagged');
    const search = await openTableSearch({ table: world.table, modelDigest: MODEL, compareSeconds: 0 });
    await search.loaded;
    await world.write('b', 'deleted');
    await world.expire('b');
    await search.refresh();
    expectIsTable(search, world.records());
    expect(search.collection.labelCounts()).toEqual([{ set: 'pet', label: 'cat', count: 2 }]);
  });

  it('reads nothing of the table where the changes since the snapshot are kept', async () => {
    const world = changingTable();
    for (let i = 0; i < 30; i++) await world.write(`${i}`, 'tagged');
    const snapshots = memorySnapshots();
    const { table, changes } = world;
    await (await openTableSearch({ table, modelDigest: MODEL, snapshots, changes })).close();
    await world.write('7', 'tagged', 'dog');
    const unread = { scan: () => expect.fail('scanned'), readBatch: () => expect.fail('read') };
    const search = await openTableSearch({ table: unread, modelDigest: MODEL, snapshots, changes });
    await search.loaded;
    expectIsTable(search, world.records());
  });

  it('asks for changes once a second at most, and compares after the time that it was given', async () => {
    const world = changingTable();
    let [clock, asked, scanned] = [0, 0, 0];
    const changes: TableChanges = {
      now: world.changes.now,
      since: (position) => {
        asked++;
        return world.changes.since(position);
      },
    };
    const table: TableSearchOptions['table'] = {
      scan(request) {
        scanned++;
        return world.table.scan(request);
      },
      readBatch: world.table.readBatch,
    };
    const now = () => clock;
    const following = await openTableSearch({ table, modelDigest: MODEL, changes, now });
    await following.loaded;
    for (const [at, expected] of [
      [999, 1],
      [1_000, 2],
      [1_500, 2],
      [2_000, 3],
    ] as const) {
      clock = at;
      await Promise.all([following.refresh(), following.refresh()]);
      expect([at, asked]).toEqual([at, expected]);
    }
    clock = 0;
    const comparing = await openTableSearch({ table, modelDigest: MODEL, now, compareSeconds: 60 });
    await comparing.loaded;
    scanned = 0;
    clock = 59_999;
    await comparing.refresh();
    expect(scanned).toBe(0);
    clock = 60_000;
    await comparing.refresh();
    expect(scanned).toBeGreaterThan(0);
  });

  it('takes over what its own process writes, and looks at what others have written', async () => {
    const world = changingTable();
    await world.write('a', 'tagged');
    const search = await openTableSearch({
      table: world.table,
      modelDigest: MODEL,
      compareSeconds: Number.POSITIVE_INFINITY,
    });
    await search.loaded;
    search.take(await world.write('a', 'tagged', 'dog'));
    expectIsTable(search, world.records());
    await world.write('b', 'tagged');
    await world.write('a', 'deleted');
    await world.expire('a');
    await search.refresh();
    expect(search.collection.rowCount).toBe(1);
    await search.look([
      { bucket: 'photos', key: 'a' },
      { bucket: 'photos', key: 'b' },
    ]);
    expectIsTable(search, world.records());
  });

  it('keeps an image that is written while it is looked for', async () => {
    const world = changingTable();
    await world.write('a', 'tagged');
    const search = await openTableSearch({ table: world.table, modelDigest: MODEL });
    await search.loaded;
    await world.write('a', 'deleted');
    await world.expire('a');
    const readBatch = world.table.readBatch;
    world.table.readBatch = async (request) => {
      const found = await readBatch(request);
      search.take(await world.write('a', 'tagged'));
      return found;
    };
    await search.look([{ bucket: 'photos', key: 'a' }]);
    expectIsTable(search, world.records());
  });
});

it('saves a snapshot after thousands of changes, and no sooner than five minutes after the last try', async () => {
  const world = changingTable();
  const written: number[] = [];
  let clock = 0;
  let isDown = true;
  const snapshots: SnapshotStore = {
    read: async () => undefined,
    async write({ byteLength }) {
      written.push(clock);
      if (isDown) throw new Error('no disk');
      expect(byteLength).toBeGreaterThan(0);
    },
  };
  const search = await openTableSearch({
    ...{ table: world.table, modelDigest: MODEL, snapshots, now: () => clock },
    compareSeconds: Number.POSITIVE_INFINITY,
  });
  await search.loaded;
  const first = await world.write('a', 'tagged');
  const change = async (count: number, begin: number) => {
    for (let revision = begin; revision < begin + count; revision++) search.take({ ...first, revision });
    await turn();
  };
  await change(10, 1);
  clock = 299_999;
  await change(10_000, 11);
  expect(written).toEqual([0]);
  clock = 300_000;
  isDown = false;
  await change(1, 20_000);
  await change(10_000, 20_001);
  expect(written).toEqual([0, 300_000]);
  clock = 600_000;
  await change(1, 40_000);
  clock = 900_000;
  await change(100, 40_001);
  expect(written).toEqual([0, 300_000, 600_000]);
});

describe('faults', () => {
  it('of a table that cannot be read are told, and the next refresh tries again', async () => {
    const world = changingTable();
    await world.write('a', 'tagged');
    let isDown = true;
    const table: TableSearchOptions['table'] = {
      scan(request) {
        if (isDown) throw new Error('no table');
        return world.table.scan(request);
      },
      readBatch: world.table.readBatch,
    };
    const search = await openTableSearch({ table, modelDigest: MODEL });
    await expect(search.loaded).rejects.toThrow('no table');
    await expect(search.refresh()).rejects.toThrow('no table');
    isDown = false;
    await search.refresh();
    expectIsTable(search, world.records());
  });

  it('of a refresh leave what is there, with a warning', async () => {
    const world = changingTable();
    await world.write('a', 'tagged');
    const warnings: string[] = [];
    const since = world.changes.since;
    let [clock, isDown] = [0, false];
    const changes: TableChanges = {
      now: world.changes.now,
      since: (position) => (isDown ? Promise.reject(new Error('throttled')) : since(position)),
    };
    const search = await openTableSearch({
      ...{ table: world.table, modelDigest: MODEL, changes, now: () => clock },
      warn: (what, error) => warnings.push(`${what}: ${error}`),
    });
    await search.loaded;
    [clock, isDown] = [1_000, true];
    await search.refresh();
    expect(warnings).toEqual(['The search could not be refreshed: Error: throttled']);
    expectIsTable(search, world.records());
  });

  it('of snapshots cost a reading of the table, no answer', async () => {
    const world = changingTable();
    await world.write('a', 'tagged');
    const warnings: string[] = [];
    const warn = (what: string) => warnings.push(what);
    const snapshots: SnapshotStore = {
      read: () => Promise.reject(new Error('no disk')),
      write: () => Promise.reject(new Error('no disk')),
    };
    const search = await openTableSearch({ table: world.table, modelDigest: MODEL, snapshots, warn });
    await search.loaded;
    await turn();
    expectIsTable(search, world.records());
    expect(warnings).toEqual([
      'The snapshot of the search was not read',
      'The snapshot of the search was not saved',
    ]);
    const damaged = memorySnapshots();
    damaged.bytes = Buffer.from('CLIPTAGS, or so it says');
    const again = await openTableSearch({ table: world.table, modelDigest: MODEL, snapshots: damaged });
    expect(again.hasSnapshot).toBe(false);
    await again.loaded;
    await again.close();
    expect(
      (await openTableSearch({ table: world.table, modelDigest: MODEL, snapshots: damaged })).hasSnapshot,
    ).toBe(true);
  });
});
