import type { Repair, Repairs } from './repair.ts';
import { repairLine } from './repair-text.ts';

/** A repair beside all other work. */
export interface RunningRepair {
  /** What was done; `undefined` when it was stopped before its end, or has failed: the next start repairs again. */
  readonly repairs: Promise<Repairs | undefined>;
  stop(): Promise<void>;
}

/** Compares and sends what is missing; tells what it has done, if anything. */
export function runRepair(repair: Repair, tell: (line: string) => void): RunningRepair {
  const stopping = new AbortController();
  const repairs = repair.compare(stopping.signal).then(
    (done) => {
      const line = repairLine(done);
      if (line !== undefined) tell(line);
      return done;
    },
    (error: unknown) => {
      if (!stopping.signal.aborted)
        tell(`Repair failed: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    },
  );
  return {
    repairs,
    async stop() {
      stopping.abort();
      await repairs;
    },
  };
}
