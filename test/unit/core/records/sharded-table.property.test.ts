import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findImages, type LabelQuery } from '../../../../functions/core/records/find-images.ts';
import {
  IMAGE_STATUSES,
  type ImageStatus,
  imageRecordOf,
  queryImagesByStatus,
} from '../../../../functions/core/records/image-record.ts';
import { entryKey, labelEntryOf } from '../../../../functions/core/records/label-entries.ts';
import { isMisplaced } from '../../../../functions/core/records/misplaced-items.ts';
import { updateRecord } from '../../../../functions/core/records/record-update.ts';
import { wholePartition } from '../../../../functions/core/records/shard-places.ts';
import { shardedTable, utf8Order } from '../../../../functions/core/records/sharded-table.ts';
import { readShards } from '../../../../functions/core/records/table-shards.ts';
import type {
  Item,
  PrimaryKey,
  QueryRequest,
  TagTable,
} from '../../../../functions/core/records/tag-table.ts';
import { retag } from '../../../../functions/core/retag/retag.ts';
import { checkEndState } from '../end-state.ts';
import { fakeRetagger, TAGGER_NAMES, type TaggerName } from '../fake-taggers.ts';
import { type InMemoryTable, inMemoryTable } from '../in-memory-table.ts';
import { hardTable, play, type WorldOptions } from '../in-memory-world.ts';
import { randomScenario, type ScenarioKind } from '../random-scenario.ts';
import { KINDS } from '../scenario-kinds.ts';
import { collected } from '../truth-keeper.ts';

/** Cases in all; CLIPTAG_PROPERTY_RUNS asks for more. */
const RUNS = Math.ceil(Number(process.env.CLIPTAG_PROPERTY_RUNS ?? 2000) / 8);

const LABELS = ['cat', 'dog', 'a#7', '7'];
const KEYS = ['a', 'b/1.jpg', 'b/2.jpg', 'b/\u{1F600}', 'b/\uFFFD', 'LABEL#x', 'STATUS#photos#tagged', 'é'];
const shardCount = fc.constantFrom(1, 2, 3, 7, 16, 64);

const change = fc.record({
  key: fc.constantFrom(...KEYS),
  status: fc.constantFrom<ImageStatus>('tagged', 'tagged', 'tagged', 'failed', 'deleted'),
  labels: fc.uniqueArray(fc.constantFrom(...LABELS)),
  score: fc.constantFrom(0.5, 0.5001, 0.9),
});

const asked = fc.record({
  labels: fc.uniqueArray(fc.constantFrom(...LABELS), { minLength: 1 }),
  match: fc.constantFrom('all' as const, 'any' as const),
  not: fc.array(fc.constantFrom(...LABELS), { maxLength: 1 }),
  minimumScore: fc.constantFrom(0, 0.5, 0.50004, 0.6),
  prefix: fc.constantFrom(undefined, 'b/', 'LABEL#'),
});

type Change = typeof change extends fc.Arbitrary<infer One> ? One : never;

const term = (label: string) => ({ set: 'things', label });

async function write({ key, status, labels, score }: Change, sequencer: number, table: TagTable) {
  const tags = status === 'tagged' ? labels.map((label) => ({ ...term(label), score })) : [];
  const object = { bucket: 'photos', key, sequencer: String(sequencer).padStart(32, '0') };
  const content = { status, tags };
  await updateRecord(object, () => ({ change: { object, content, eventTime: '' } }), {
    table,
    now: () => new Date(0),
  });
}

describe('a table with shards answers as one without', () => {
  it('to queries by labels and by status, and to counts, whatever was written and for however many shards', async () => {
    const phases = fc.array(fc.tuple(shardCount, fc.array(change, { maxLength: 12 })), {
      minLength: 1,
      maxLength: 3,
    });
    const property = fc.asyncProperty(
      phases,
      fc.boolean(),
      fc.array(asked, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      async (each, retagged, queries, pageSize) => {
        const plain = inMemoryTable();
        const stored = inMemoryTable({ pageSize });
        let sequencer = 0;
        for (const [shards, changes] of each) {
          const table = shardedTable(stored, { shards });
          for (const one of changes) {
            await write(one, ++sequencer, plain);
            await write(one, sequencer, table);
          }
          if (retagged) await retag({ ...fakeRetagger('first', table), classifiers: [] });
          if (retagged) await retag({ ...fakeRetagger('first', plain), classifiers: [] });
        }
        // Whoever reads is told by nobody how many there are.
        const reader = shardedTable(stored);
        for (const { labels, not, ...rest } of queries) {
          const query: LabelQuery = { ...rest, labels: labels.map(term), not: not.map(term) };
          expect(await collected(findImages(query, reader))).toEqual(
            await collected(findImages(query, plain)),
          );
        }
        for (const status of IMAGE_STATUSES) {
          for (const prefix of ['', 'b/', 'STATUS#']) {
            const request = queryImagesByStatus('photos', status, prefix, pageSize);
            expect(await keysOf(reader, request)).toEqual(await keysOf(plain, request));
            expect(await reader.count(request)).toBe(await plain.count(request));
          }
        }
      },
    );
    await fc.assert(property, { numRuns: Math.ceil(RUNS / 2), interruptAfterTimeLimit: 45_000 });
  });

  async function keysOf(table: TagTable, request: QueryRequest): Promise<readonly unknown[]> {
    return (await collected(table.query(request))).flat().map(({ GSI1SK }) => GSI1SK);
  }

  it('in pages of the size that was asked for, whatever the partitions give', async () => {
    const property = fc.asyncProperty(
      fc.nat(30),
      fc.integer({ min: 1, max: 9 }),
      shardCount,
      fc.integer({ min: 1, max: 4 }),
      async (images, size, shards, pageSize) => {
        const table = shardedTable(inMemoryTable({ pageSize }), { shards });
        const base = { status: 'tagged' as const, labels: ['cat'], score: 0.5 as const };
        for (let i = 0; i < images; i++) await write({ ...base, key: `${i}` }, i, table);
        const pages = await collected(table.query(queryImagesByStatus('photos', 'tagged', '', size)));
        const full = pages.filter(({ length }) => length > 0);
        expect(full.map(({ length }) => length)).toEqual(
          Array.from({ length: Math.ceil(images / size) }, (_, i) => Math.min(size, images - i * size)),
        );
      },
    );
    await fc.assert(property, { numRuns: Math.ceil(RUNS / 5) });
  });

  it('in DynamoDB’s own order of strings', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '\uE000', '\uFFFD', '\u{1F600}', '#') });
    const property = fc.property(text, text, (a, b) => {
      expect(Math.sign(utf8Order(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    });
    fc.assert(property);
  });
});

/** Every process has a wrapper of its own, as of one deployment or another. */
function placingBy(shardsOf: (tagger: TaggerName) => number): NonNullable<WorldOptions['placing']> {
  return (table, tagger) => shardedTable(table, tagger && { shards: shardsOf(tagger) });
}

describe('with shards, tagImage ends in the state of the newest event, and label queries are right after every write', () => {
  const runs = Math.ceil(RUNS / KINDS.length);
  for (const kind of KINDS) {
    it(`with ${kind.title}`, async () => {
      const property = fc.asyncProperty(
        randomScenario(kind),
        fc.scheduler(),
        fc.constantFrom(2, 3, 16),
        async (scenario, scheduler, shards) => {
          const { table, expire, catchUp } = hardTable(scenario);
          const placing = placingBy(() => shards);
          const course = await play(scenario, scheduler, table, { expire, placing });
          catchUp();
          await checkEndState(scenario, course, placing(table), { kind });
        },
      );
      await fc.assert(property, { numRuns: runs });
    });
  }
});

describe('while the number of shards changes', () => {
  const kind = { faults: true, deployments: true, retags: true, corrections: true };
  const numbers = fc.array(fc.constantFrom(1, 2, 4, 16), { minLength: 3, maxLength: 3 });

  /** Deployments with other numbers of shards tag, retag and correct beside each other, and people ask meanwhile. */
  function property(of: ScenarioKind, options: WorldOptions = {}, totals = { misplaced: 0 }) {
    return fc.asyncProperty(
      randomScenario(of),
      fc.scheduler(),
      numbers,
      async (scenario, scheduler, each) => {
        const { table, catchUp } = hardTable(scenario);
        const placing = placingBy((tagger) => each[TAGGER_NAMES.indexOf(tagger)] ?? 1);
        await play(scenario, scheduler, table, { placing, ...options });
        catchUp();
        const { shards } = await readShards(table);
        totals.misplaced += table.items().filter((item) => isMisplaced(item, shards)).length;
        await retag({ ...fakeRetagger('first', shardedTable(table)), now: () => new Date(0) });
        checkPlaces(table, shards, { retiredAt: 0 });
        const before = new Set(table.items().map(keyOf));
        const muchLater = new Date(1e13);
        const again = await retag({
          ...fakeRetagger('first', shardedTable(table)),
          now: () => muchLater,
        });
        expect(again).toMatchObject({ changed: 0, noted: 0 });
        expect(again.moved).toBeUndefined();
        expect(table.items().every((item) => before.has(keyOf(item)))).toBe(true);
        expect(table.items().filter((item) => isMisplaced(item, shards))).toEqual([]);
      },
    );
  }

  it('answers are right all the time, and retagging brings all to its place', async () => {
    const totals = { misplaced: 0 };
    await fc.assert(property(kind, {}, totals), {
      numRuns: Math.ceil(RUNS / 4),
      interruptAfterTimeLimit: 45_000,
    });
    expect(totals.misplaced).toBeGreaterThan(0);
    console.log(`${totals.misplaced} items brought to their shards`);
  });

  const mutations: Readonly<Record<string, WorldOptions>> = {
    'readers ask one partition alone': { placing: readingOne },
    'the note is not read consistently': {
      seenThrough: (table) => ({
        ...table,
        read: (request) =>
          table.read(request.Key.SK === 'SHARDS' ? { ...request, ConsistentRead: false } : request),
      }),
    },
  };
  for (const [mutation, options] of Object.entries(mutations)) {
    it(`the property fails when ${mutation}`, async () => {
      const retags = { faults: false, deployments: true, retags: true };
      const { failed, numRuns, errorInstance } = await fc.check(property(retags, options), {
        numRuns: 20_000,
        seed: 1,
        endOnFailure: true,
      });
      expect(failed).toBe(true);
      console.log(
        `Fails at case ${numRuns} when ${mutation}: ${String(errorInstance).split('\n')[0]?.slice(0, 100)}`,
      );
    });
  }

  function readingOne<Table extends TagTable>(table: Table, tagger?: TaggerName): Table {
    const { write } = shardedTable(table, tagger && { shards: 4 });
    return { ...table, write };
  }
});

/** One entry of every tag stands in its place, and beside these none that does not pass by itself. */
function checkPlaces(table: InMemoryTable, shards: number, { retiredAt }: { retiredAt: number }): void {
  const items = table.items();
  const records = items.filter(({ SK }) => SK === 'IMAGE');
  expect(records.filter((item) => isMisplaced(item, shards) && item.status === 'tagged')).toEqual([]);
  const expected = records.flatMap((item) => {
    const record = imageRecordOf(item);
    return record.tags.map((tag) => identity(entryKey(record, tag)));
  });
  const entries = items.filter(({ PK }) => String(PK).startsWith('LABEL#'));
  const inPlace = entries.filter((item) => !isMisplaced(item, shards));
  expect(inPlace.map(wholeIdentity).sort()).toEqual(expected.sort());
  for (const item of entries.filter((one) => isMisplaced(one, shards))) {
    expect(item.expiresAt).toBeGreaterThan(retiredAt);
    expect(labelEntryOf(item)).toMatchObject({ set: expect.any(String), bucket: 'photos' });
  }
}

function wholeIdentity(item: Item): string {
  const { PK, SK } = item as Item & PrimaryKey;
  return identity({ PK: wholePartition(PK), SK });
}

function identity({ PK, SK }: PrimaryKey): string {
  return `${PK}\n${SK}`;
}

function keyOf(item: Item): string {
  return identity(item as Item & PrimaryKey);
}
