import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  changeObjects,
  type Expected,
  findFaults,
  openRepaired,
  startCrashing,
  untilIdle,
  withTortureFolder,
} from './support/crashing-pipeline.ts';
import { type Random, type TortureLimits, type TortureOutcome, tortureProgram } from './torture.ts';

/** A state of its own for so many rounds. */
const ROUNDS_OF_A_STATE = 10;
const CHANGES = 80;
const KEYS = 25;
const FLIPS = 16;
/** What a file system may not have written of a file that it has made longer. */
const PAGE_BYTES = 4_096;
/** About as much as a log has that was not flushed yet: what is cut off there leaves no trace. */
const END_BYTES = 20_000;

const STORES = ['queue', 'dynamodb', 's3/metadata'];

/**
 * Each round takes the files of a pipeline that was killed at work, damages the log of each of its stores (cut off at a
 * random byte, near its end or anywhere, 16 random bytes flipped, both, or a page of zeros in it), and starts a pipeline with
 * them. Every answered upload must be there with its bytes, its record and its label entries, every answered deletion must
 * hold, and nothing else may be found, without anybody's help.
 *
 * @param program the command line, compiled. @default it is compiled
 */
export async function powerCuts(limits: TortureLimits, program?: string): Promise<TortureOutcome> {
  return withTortureFolder(program, (folder, compiled) => powerCutsIn(folder, compiled, limits));
}

async function powerCutsIn(folder: string, program: string, limits: TortureLimits): Promise<TortureOutcome> {
  const faults: string[] = [];
  let rounds = 0;
  let logs = 0;
  let repairs = 0;
  let answered = 0;
  let state: { folder: string; expected: Expected; uncertain: ReadonlySet<string> } | undefined;
  for (const { round, random } of limits.rounds()) {
    if (!state || rounds % ROUNDS_OF_A_STATE === 0) {
      if (state) await rm(state.folder, { recursive: true });
      const made = await stateOfCrash(join(folder, `state-${round}`), random, program);
      answered += made.answered;
      state = made;
    }
    const data = join(folder, `round-${round}`);
    await cp(state.folder, data, { recursive: true });
    for (const store of STORES) logs += await damageLogs(join(data, store), random);
    const pipeline = await openRepaired(data);
    await untilIdle(pipeline);
    const found = await findFaults(pipeline, state.expected, state.uncertain);
    faults.push(...found.map((fault) => `round ${round}: ${fault}`));
    for (const fault of found) console.log(`round ${round}: ${fault}`);
    if (pipeline.output().includes('Repair: ')) repairs += 1;
    await pipeline.stop();
    await rm(data, { recursive: true });
    rounds += 1;
    if (rounds % 25 === 0) console.log(`${rounds} rounds, ${faults.length} faults`);
  }
  return {
    size: `${rounds} power cuts, ${logs} logs damaged, ${answered} answered requests`,
    faults,
    figures: `${repairs} repairs`,
  };
}

/** The files of a pipeline that was killed, sometimes at rest and mostly at work. */
async function stateOfCrash(data: string, random: Random, program: string) {
  const expected: Expected = new Map();
  const pipeline = await startCrashing(data, program);
  const atRest = random.chance(0.3);
  const killAt = atRest ? Infinity : random.integer(CHANGES - 20) + 20;
  let ended: Promise<void> | undefined;
  const { answered, uncertain } = await changeObjects(pipeline, expected, random, {
    changes: CHANGES,
    keys: KEYS,
    onAnswer(count) {
      if (count >= killAt) ended ??= pipeline.kill();
    },
  });
  if (atRest) await untilIdle(pipeline);
  await (ended ?? pipeline.kill());
  return { folder: data, expected, uncertain, answered };
}

async function damageLogs(store: string, random: Random): Promise<number> {
  const names = (await readdir(store)).filter((name) => name.endsWith('.log'));
  for (const name of names) {
    const path = join(store, name);
    const bytes = await readFile(path);
    const way = random.pick(['cut', 'end', 'flip', 'both', 'hole'] as const);
    const lost = way === 'end' ? Math.min(bytes.length, END_BYTES) : bytes.length;
    const kept =
      way === 'flip' || way === 'hole' ? bytes : bytes.subarray(0, bytes.length - random.integer(lost + 1));
    if ((way === 'flip' || way === 'both') && kept.length > 0) {
      for (let flip = 0; flip < FLIPS; flip++) {
        const at = random.integer(kept.length);
        kept[at] = (kept[at] ?? 0) ^ (1 + random.integer(255));
      }
    }
    if (way === 'hole') {
      const page = random.integer(Math.ceil(bytes.length / PAGE_BYTES));
      kept.fill(0, page * PAGE_BYTES, Math.min((page + 1) * PAGE_BYTES, kept.length));
    }
    await writeFile(path, kept);
  }
  return names.length;
}

await tortureProgram(import.meta.url, powerCuts, { rounds: 500 });
