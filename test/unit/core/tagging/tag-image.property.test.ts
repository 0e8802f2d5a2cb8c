import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tag } from '../../../../functions/core/labels/scores.ts';
import { FIRST_SEQUENCER } from '../../../../functions/core/objects/object.ts';
import type { CurrentObject, ObjectStore } from '../../../../functions/core/objects/object-store.ts';
import { imageRecordOf } from '../../../../functions/core/records/image-record.ts';
import { readRecord } from '../../../../functions/core/records/record-commit.ts';
import type { Item, ScannableTable, WriteRequest } from '../../../../functions/core/records/tag-table.ts';
import { tellResult } from '../../../../functions/core/results/result-channels.ts';
import { resultEvent } from '../../../../functions/core/results/result-event.ts';
import { checkEndState } from '../end-state.ts';
import { hardTable, play, type WorldOptions } from '../in-memory-world.ts';
import { randomScenario, type ScenarioKind } from '../random-scenario.ts';
import { KINDS } from '../scenario-kinds.ts';

/** Cases in all; CLIPTAG_PROPERTY_RUNS asks for more. */
const RUNS = Number(process.env.CLIPTAG_PROPERTY_RUNS ?? 2000);

function endStateProperty(
  kind: ScenarioKind,
  options: WorldOptions = {},
  totals = { runs: 0, writes: 0, garbage: 0, events: 0 },
) {
  return fc.asyncProperty(randomScenario(kind), fc.scheduler(), async (scenario, scheduler) => {
    const { table, expire, catchUp } = hardTable(scenario);
    const course = await play(scenario, scheduler, table, { expire, ...options });
    catchUp();
    totals.garbage += await checkEndState(scenario, course, table, { kind });
    totals.runs += course.runs;
    totals.writes += course.writes;
    totals.events += course.published.length;
  });
}

describe('tagImage ends in the state of the newest event, which is told, and label queries are right after every write', () => {
  for (const kind of KINDS) {
    it(`with ${kind.title}`, async () => {
      const totals = { runs: 0, writes: 0, garbage: 0, events: 0 };
      const numRuns = Math.ceil(RUNS / KINDS.length);
      await fc.assert(endStateProperty(kind, {}, totals), { numRuns });
      if (!kind.faults) expect(totals.garbage).toBe(0);
      console.log(
        `${numRuns} cases with ${kind.title}: ${totals.runs} runs, ${totals.writes} writes, ` +
          `${totals.events} events, ${totals.garbage} entries left over`,
      );
    });
  }
});

describe('the property fails when', () => {
  const sameAs = (table: ScannableTable, changes: Partial<ScannableTable>): ScannableTable => ({
    ...table,
    ...changes,
  });
  const unconditional = (request: WriteRequest): WriteRequest => ({
    ...request,
    ConditionExpression: 'attribute_exists(PK) OR attribute_not_exists(PK)',
    ExpressionAttributeValues: request.kind === 'update' ? request.ExpressionAttributeValues : {},
  });
  const isRecord = (request: WriteRequest) =>
    (request.kind === 'put' ? request.Item : request.Key).SK === 'IMAGE';

  const isNote = (request: WriteRequest) =>
    (request.kind === 'put' ? request.Item : request.Key).SK.startsWith('ATTEMPT#');

  const tableMutations: Readonly<Record<string, (table: ScannableTable) => ScannableTable>> = {
    'the sequencer comparison is taken out': (table) =>
      sameAs(table, {
        read: async (request) => {
          const item = await table.read(request);
          return item && { ...item, sequencer: '' };
        },
      }),
    'the revision condition of image records is taken out': (table) =>
      sameAs(table, {
        write: (request) =>
          table.write(isRecord(request) && request.kind === 'put' ? unconditional(request) : request),
      }),
    'the sequencer condition of label entries is taken out': (table) =>
      sameAs(table, {
        write: (request) => table.write(isRecord(request) ? request : unconditional(request)),
      }),
    'the revision condition of label entries is taken out': (table) =>
      sameAs(table, {
        write: (request) => table.write(isRecord(request) ? request : withoutRevision(request)),
      }),
    'the hint check is taken out': confirmingEverything,
    'label queries are not read consistently': (table) =>
      sameAs(table, { query: (request) => table.query({ ...request, ConsistentRead: false }) }),
    'the records behind label entries are not read consistently': (table) =>
      sameAs(table, { readBatch: (request) => table.readBatch({ ...request, ConsistentRead: false }) }),
    'nobody notes what a run is about to put': (table) =>
      sameAs(table, {
        write: async (request) => isNote(request) || table.write(request),
      }),
  };

  const tellMutations: Readonly<Record<string, typeof tellResult>> = {
    'an unchanged record is not told of': async (outcome, channels, table) => {
      if (outcome.result !== 'unchanged') await tellResult(outcome, channels, table);
    },
    'a superseded run tells of the record that it finds': async (outcome, channels, table) => {
      const record = outcome.record ?? (await readRecord(outcome.object, table));
      if (record) await channels.events?.publish(resultEvent(record));
    },
    'nobody looks at the record again after tagging the object': (outcome, channels, table) => {
      const { record } = outcome;
      return tellResult(outcome, channels, { ...table, read: async () => record && { ...record } });
    },
  };

  const mutations = new Map<string, WorldOptions>([
    ...Object.entries(tableMutations).map(([name, seenThrough]) => [name, { seenThrough }] as const),
    ...Object.entries(tellMutations).map(([name, tell]) => [name, { tell }] as const),
  ]);
  for (const [mutation, options] of mutations) {
    it(mutation, () => expectFailure(mutation, { faults: true, deployments: true }, options));
  }

  const LISTINGS = { faults: false, deployments: false, listings: true };

  it('the look at a listed object does not follow the read of its record', () =>
    expectFailure('the look does not follow the read', LISTINGS, { objectsThrough: lookingOnce }));

  it('a listed object is written although its record has moved on', () =>
    expectFailure('a listed object is written all the same', LISTINGS, {
      seenThrough: tableMutations['the revision condition of image records is taken out']!,
    }));

  it('a listed object is written with a sequencer after the record’s own', () =>
    expectFailure('a listed object gets a sequencer of its own', LISTINGS, { seenThrough: laterThanRead }));

  it('a writer does not know of the corrections of the record that it replaces', () =>
    expectFailure(
      'corrections are lost',
      { faults: false, deployments: false, corrections: true },
      {
        seenThrough: (table) =>
          sameAs(table, {
            read: async (request) => {
              const { corrections, ...item } = (await table.read(request)) ?? {};
              return 'PK' in item ? item : undefined;
            },
          }),
      },
    ));

  async function expectFailure(mutation: string, kind: ScenarioKind, through: WorldOptions): Promise<void> {
    const property = endStateProperty(kind, through);
    const { failed, numRuns, errorInstance } = await fc.check(property, {
      numRuns: 5000,
      seed: 1,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
    console.log(
      `Fails at case ${numRuns} when ${mutation}: ${String(errorInstance).split('\n')[0]?.slice(0, 100)}`,
    );
  }

  /** Every look at a listed object shows the state that the first one showed. */
  function lookingOnce(objects: ObjectStore): ObjectStore {
    const first = new Map<string, Promise<CurrentObject | undefined>>();
    return {
      ...objects,
      current(object) {
        if (!('eTag' in object)) return objects.current(object);
        const seen = first.get(object.key) ?? objects.current(object);
        first.set(object.key, seen);
        return seen;
      },
    };
  }

  /** A record whose sequencer comes from no event (but from the record before it, or is the first) gets one after all others. */
  function laterThanRead(table: ScannableTable): ScannableTable {
    const write = async (request: WriteRequest): Promise<boolean> => {
      if (!isRecord(request) || request.kind !== 'put') return table.write(request);
      const { PK, SK } = request.Item;
      const before = await table.read({ Key: { PK, SK }, ConsistentRead: true });
      const isListed = request.Item.sequencer === (before?.sequencer ?? FIRST_SEQUENCER);
      const Item = isListed
        ? { ...request.Item, sequencer: 'F'.repeat(FIRST_SEQUENCER.length) }
        : request.Item;
      return table.write({ ...request, Item });
    };
    return sameAs(table, { write });
  }

  function withoutRevision(request: WriteRequest): WriteRequest {
    return {
      ...request,
      ConditionExpression: 'attribute_not_exists(PK) OR sequencer <= :sequencer',
      ExpressionAttributeValues: { ':sequencer': request.ExpressionAttributeValues[':sequencer'] },
    };
  }

  /** Gives every image record the tags of all label entries that queries have read. */
  function confirmingEverything(table: ScannableTable): ScannableTable {
    const met = new Map<string, Tag[]>();
    return sameAs(table, {
      async *query(request) {
        for await (const page of table.query(request)) {
          for (const { key, set, label, score } of page as readonly (Item & Tag & { key: string })[]) {
            met.set(key, [...(met.get(key) ?? []), { set, label, score }]);
          }
          yield page;
        }
      },
      async readBatch(request) {
        const records = (await table.readBatch(request)).map(imageRecordOf);
        return records.map(({ key, tags, ...record }): Item => {
          return { ...record, key, status: 'tagged', tags: [...tags, ...(met.get(key) ?? [])] };
        });
      },
    });
  }
});
