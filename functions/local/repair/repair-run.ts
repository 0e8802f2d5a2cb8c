import { setTimeout as sleep } from 'node:timers/promises';
import type { Repair, Repairs } from './repair.ts';
import { repairLine } from './repair-text.ts';

/** A repair beside all other work. */
export interface RunningRepair {
  /** What was done; `undefined` when it was stopped before its end, or has failed: the next start repairs again. */
  readonly repairs: Promise<Repairs | undefined>;
  stop(): Promise<void>;
}

/** Fewer seconds than anybody waits for a repair, and more than a machine is too busy for. */
const PAUSE_MILLISECONDS = 5_000;
const MAXIMUM_TRIES = 10;

/** Compares and sends what is missing; tells what it has done, if anything. A fault, as of a busy table, is tried again. */
export function runRepair(repair: Repair, tell: (line: string) => void): RunningRepair {
  const stopping = new AbortController();
  const repairs = repaired(repair, tell, stopping.signal);
  return {
    repairs,
    async stop() {
      stopping.abort();
      await repairs;
    },
  };
}

async function repaired(
  repair: Repair,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<Repairs | undefined> {
  for (let tries = 1; !signal.aborted; tries++) {
    try {
      const done = await repair.compare(signal);
      const line = repairLine(done);
      if (line !== undefined) tell(line);
      return done;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!signal.aborted && tries === MAXIMUM_TRIES)
        tell(`Repair failed: ${reason}. The next start tries it again.`);
      if (tries === MAXIMUM_TRIES) return undefined;
      await sleep(PAUSE_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}
