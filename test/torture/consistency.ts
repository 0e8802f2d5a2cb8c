import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { checkEndState } from '../unit/core/end-state.ts';
import { hardTable, play } from '../unit/core/in-memory-world.ts';
import { randomScenario } from '../unit/core/random-scenario.ts';
import { KINDS } from '../unit/core/scenario-kinds.ts';

/**
 * Plays random scenarios of tagging, retagging, listings and queries on a table that is as hard on its readers and writers
 * as DynamoDB may be, until the rounds or the minutes are over or a promise is broken:
 *
 *   node --import tsx test/torture/consistency.ts --rounds 1000000 --seed 1
 *
 * `--seed` and the number of a case that fails bring it back. Fast-check then shrinks it.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rounds: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '600' },
  },
});
const seed = Number(values.seed);
const rounds = Number(values.rounds);
const endsAt = Date.now() + Number(values.minutes) * 60_000;

/** Cases between two lines of progress. */
const CASES_A_LINE = 2_000;

const totals = { cases: 0, runs: 0, writes: 0, events: 0, left: 0 };
for (let part = 0; totals.cases < rounds && Date.now() < endsAt; part++) {
  const kind = KINDS[part % KINDS.length] ?? { title: '', faults: true, deployments: true };
  const property = fc.asyncProperty(randomScenario(kind), fc.scheduler(), async (scenario, scheduler) => {
    const { table, expire, catchUp } = hardTable(scenario);
    const course = await play(scenario, scheduler, table, { expire });
    catchUp();
    totals.left += await checkEndState(scenario, course, table, { kind });
    totals.cases++;
    totals.runs += course.runs;
    totals.writes += course.writes;
    totals.events += course.published.length;
  });
  await fc.assert(property, { seed: seed + part, numRuns: Math.min(CASES_A_LINE, rounds - totals.cases) });
  console.log(`seed ${seed}, part ${part} (${kind.title}): ${JSON.stringify(totals)}`);
}
console.log(`0 faults in ${totals.cases} cases: ${JSON.stringify(totals)}`);
