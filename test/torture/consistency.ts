import fc from 'fast-check';
import { checkEndState } from '../unit/core/end-state.ts';
import { hardTable, play } from '../unit/core/in-memory-world.ts';
import { randomScenario } from '../unit/core/random-scenario.ts';
import { KINDS } from '../unit/core/scenario-kinds.ts';
import { type TortureLimits, type TortureOutcome, tortureProgram } from './torture.ts';

/** Cases of a round: enough that starting one costs nothing, few enough that a clock is heeded. */
const CASES_A_ROUND = 1_000;

/** Rounds between two lines that say how far it is. */
const ROUNDS_A_LINE = 20;

/**
 * Plays random scenarios of uploads, removals, listings, retagging and queries on a table that is as hard on its readers
 * and writers as DynamoDB may be, each kind of scenario in turn. What a case is checked for stands in `end-state.ts` and
 * `truth-keeper.ts`. A million cases are 1,000 rounds; a round that fails shows the smallest case that still fails.
 */
export async function consistency(limits: TortureLimits): Promise<TortureOutcome> {
  const faults: string[] = [];
  const totals = { cases: 0, runs: 0, writes: 0, events: 0, left: 0 };
  for (const { round, random } of limits.rounds()) {
    const kind = KINDS[round % KINDS.length] ?? { title: 'tagging', faults: true, deployments: true };
    const property = fc.asyncProperty(randomScenario(kind), fc.scheduler(), async (scenario, scheduler) => {
      const { table, expire, catchUp } = hardTable(scenario);
      const course = await play(scenario, scheduler, table, { expire });
      catchUp();
      totals.left += await checkEndState(scenario, course, table, { kind });
      totals.cases += 1;
      totals.runs += course.runs;
      totals.writes += course.writes;
      totals.events += course.published.length;
    });
    const options = { seed: random.integer(2 ** 31), numRuns: CASES_A_ROUND };
    await fc.assert(property, options).catch((error: Error) => {
      faults.push(`round ${round}, with ${kind.title}: ${error.message}`);
    });
    if (round % ROUNDS_A_LINE === ROUNDS_A_LINE - 1) console.log(`round ${round}: ${JSON.stringify(totals)}`);
  }
  const { cases, runs, writes, events, left } = totals;
  const figures = `${runs} runs, ${writes} writes, ${events} events, ${left} entries of dead runs left`;
  return { size: `${cases} cases`, faults, figures };
}

await tortureProgram(import.meta.url, consistency, { rounds: 1_000 });
