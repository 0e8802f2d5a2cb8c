import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctedTags } from '../../../../functions/core/records/corrections.ts';
import { imageRecordOf } from '../../../../functions/core/records/image-record.ts';
import { putLabelEntry } from '../../../../functions/core/records/label-entries.ts';
import type { ScannableTable, WriteRequest } from '../../../../functions/core/records/tag-table.ts';
import { planRetag, retag } from '../../../../functions/core/retag/retag.ts';
import { bySet, checkEndState } from '../end-state.ts';
import { expectedOutcome, fakeRetagger, type TaggerName } from '../fake-taggers.ts';
import type { InMemoryTable } from '../in-memory-table.ts';
import { hardTable, play } from '../in-memory-world.ts';
import { randomScenario } from '../random-scenario.ts';

/** Cases; CLIPTAG_PROPERTY_RUNS asks for more, as of those of tagImage. */
const RUNS = Math.ceil(Number(process.env.CLIPTAG_PROPERTY_RUNS ?? 4000) / 10);

const kind = { faults: true, deployments: true, retags: true };

it('a retag that nobody disturbs ends in what tagging would have written, leaves no stale entry, and repeats nothing', async () => {
  const totals = { changed: 0, stale: 0, corrected: 0 };
  const property = fc.asyncProperty(
    randomScenario({ ...kind, corrections: true }),
    fc.scheduler(),
    fc.constantFrom<TaggerName>('first', 'relabelled'),
    async (scenario, scheduler, name) => {
      // Replicas may still be behind when the retag begins.
      const { table } = hardTable(scenario);
      const { bucket } = await play(scenario, scheduler, table);
      await leaveEntries(table);
      const planned = await planRetag(fakeRetagger(name, table), {}, { withSweep: true });
      const done = await retag(fakeRetagger(name, table));
      totals.changed += done.changed;
      totals.stale += done.stale;

      // Which images serve as examples depends on which segment comes first.
      const withoutSweep = { examples: [], stale: 0, awaited: 0 };
      expect({ ...done, ...withoutSweep }).toEqual({ ...planned, ...withoutSweep });
      expect(planned.examples).toHaveLength(done.examples.length);
      // Retagging confirms some of the entries that were stale before.
      expect(done.stale).toBeLessThanOrEqual(planned.stale);
      expect(done.awaited).toBe(0);
      for (const item of table.items().filter(({ SK }) => SK === 'IMAGE')) {
        const object = { bucket: 'photos', key: String(item.key) };
        const tagger = item.modelDigest === 'model-b' ? 'second' : name;
        const { status, tags: own } = expectedOutcome(tagger, object, bucket.content(object.key));
        const { corrections } = imageRecordOf(item);
        const tags = status === 'tagged' ? correctedTags(own, corrections) : [];
        expect(item.status).toBe(status);
        expect(bySet(imageRecordOf(item).tags)).toEqual(bySet(tags));
        totals.corrected += tags === own ? 0 : 1;
      }
      const entries = table.items().filter(({ PK }) => String(PK).startsWith('LABEL#'));
      const tags = table.items().flatMap((item) => (item.SK === 'IMAGE' ? (item.tags as unknown[]) : []));
      expect(entries).toHaveLength(tags.length);

      const before = table.items();
      const again = await retag(fakeRetagger(name, table));
      expect(again).toMatchObject({ changed: 0, noted: 0, foreign: done.foreign, stale: 0, awaited: 0 });
      expect(table.items()).toEqual(before);
    },
  );
  await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 45_000 });
  expect(totals.changed).toBeGreaterThan(0);
  expect(totals.stale).toBeGreaterThan(0);
  expect(totals.corrected).toBeGreaterThan(0);
  console.log(`${RUNS} cases: ${totals.changed} images retagged at the end, ${totals.stale} entries swept`);
});

/** Entries that no record confirms, as a table of an earlier version has them. */
async function leaveEntries(table: InMemoryTable): Promise<void> {
  const records = table.items().filter(({ SK }) => SK === 'IMAGE');
  for (const record of records.map(imageRecordOf)) {
    await table.write(putLabelEntry(record, { set: 'things', label: 'left over', score: 0.5 }));
  }
}

describe('the property of tagging beside retagging fails when', () => {
  const isSweep = ({ kind, ConditionExpression }: WriteRequest) =>
    kind === 'delete' && ConditionExpression === 'sequencer = :sequencer AND revision = :revision';

  const mutations: Readonly<Record<string, (table: ScannableTable) => ScannableTable>> = {
    'the sweep removes entries that have been put anew': (table) => ({
      ...table,
      write: (request) =>
        table.write(
          isSweep(request)
            ? { ...request, ConditionExpression: 'attribute_exists(PK)', ExpressionAttributeValues: {} }
            : request,
        ),
    }),
    'the sweep takes the entries of runs under way for stale': (table) => ({
      ...table,
      readBatch: async (request) => {
        const isOfSweep = request.ExpressionAttributeNames?.['#revision'] !== undefined;
        const items = await table.readBatch(request);
        return items.map((item) => (isOfSweep ? { ...item, sequencer: 'F'.repeat(32) } : item));
      },
    }),
  };

  for (const [mutation, seenThrough] of Object.entries(mutations)) {
    it(mutation, async () => {
      const property = fc.asyncProperty(randomScenario(kind), fc.scheduler(), async (scenario, scheduler) => {
        const { table, expire, catchUp } = hardTable(scenario);
        const course = await play(scenario, scheduler, table, { expire, seenThrough });
        catchUp();
        await checkEndState(scenario, course, table, { kind });
      });
      const { failed, numRuns, errorInstance } = await fc.check(property, {
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
});
