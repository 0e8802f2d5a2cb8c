import { join } from 'node:path';
import {
  changeObjects,
  type Expected,
  findFaults,
  startCrashing,
  untilAtMost,
  untilIdle,
  withTortureFolder,
} from './support/crashing-pipeline.ts';
import { type TortureLimits, type TortureOutcome, tortureProgram } from './torture.ts';

const CHANGES = 40;
/** Few, so that uploads, replacements and deletions of one key meet a dead run of another. */
const KEYS = 12;
/** Messages of earlier rounds that a round begins with: some of them have been in the midst of several kills. */
const MAXIMUM_WAITING = 10;
/** The state of all rounds is looked at after so many. */
const ROUNDS_TO_A_LOOK = 10;

/**
 * Each round uploads, replaces and deletes pictures and ends with `kill -9` in the midst of it; the next one goes on with
 * what is there. Whatever was answered must hold, exactly once, and no label entry may be left that its record does not
 * confirm, once the queue is empty.
 *
 * @param program the command line, compiled. @default it is compiled
 */
export async function crashes(limits: TortureLimits, program?: string): Promise<TortureOutcome> {
  return withTortureFolder(program, (folder, compiled) => crashesIn(folder, compiled, limits));
}

async function crashesIn(folder: string, program: string, limits: TortureLimits): Promise<TortureOutcome> {
  const data = join(folder, 'data');
  const expected: Expected = new Map();
  const uncertain = new Set<string>();
  const faults: string[] = [];
  let rounds = 0;
  let answered = 0;
  const look = async () => {
    const pipeline = await startCrashing(data, program);
    await untilIdle(pipeline);
    const found = await findFaults(pipeline, expected, uncertain);
    for (const fault of found) console.log(`after round ${rounds}: ${fault}`);
    faults.push(...found.map((fault) => `after round ${rounds}: ${fault}`));
    await pipeline.stop();
    if (rounds % 50 === 0)
      console.log(`${rounds} rounds, ${answered} answered requests, ${faults.length} faults`);
  };
  for (const { random } of limits.rounds()) {
    const pipeline = await startCrashing(data, program);
    await untilAtMost(MAXIMUM_WAITING, pipeline);
    const killAt = 1 + random.integer(CHANGES - 1);
    let ended: Promise<void> | undefined;
    const changed = await changeObjects(pipeline, expected, random, {
      changes: CHANGES,
      keys: KEYS,
      onAnswer(count) {
        if (count >= killAt) ended ??= pipeline.kill();
      },
    });
    await (ended ?? pipeline.kill());
    answered += changed.answered;
    // A later answered request tells for sure again what a key holds.
    for (const key of changed.uncertain) uncertain.add(key);
    for (const key of changed.settled) uncertain.delete(key);
    rounds += 1;
    if (rounds % ROUNDS_TO_A_LOOK === 0) await look();
  }
  if (rounds % ROUNDS_TO_A_LOOK !== 0) await look();
  return { size: `${rounds} times kill -9, ${answered} answered requests`, faults };
}

await tortureProgram(import.meta.url, crashes, { rounds: 1000 });
