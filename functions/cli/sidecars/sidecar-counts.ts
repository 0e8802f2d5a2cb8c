import { printable } from '../../core/printable.ts';
import type { WrittenSidecar } from './written-sidecar.ts';

/** Sidecars that could not be written are named, so many of them; the others are counted. */
const NAMED = 20;

/** What became of many sidecars. */
export interface SidecarCounts {
  /** @param name of the sidecar or its image, for a remark */
  count(name: string, written: WrittenSidecar): void;
  /** Notes a sidecar whose name is shortened: programs do not find it by the picture's. */
  noteShortened(name: string): void;
  /** E.g. `3 new`, `1 merged`. */
  parts(): ReadonlyArray<readonly [count: number, what: string]>;
  /** How many could not be written. */
  kept(): number;
  /** What is said of those that were not named. */
  remarks(): readonly string[];
}

/** @param remark takes a line for each sidecar that could not be written */
export function sidecarCounts(remark: (text: string) => void): SidecarCounts {
  const counts = { new: 0, changed: 0, same: 0, none: 0, kept: 0 };
  let shortened = 0;
  return {
    count: (name, written) => {
      counts[written.state] += 1;
      if (written.state === 'kept' && counts.kept <= NAMED) {
        remark(`${printable(name)} is left as it is: ${printable(written.reason)}`);
      }
    },
    noteShortened: (name) => {
      shortened += 1;
      if (shortened === 1) {
        remark(
          `${printable(name)} has a longer name than a file may have: its sidecar's is cut off and ends in a digest`,
        );
      }
    },
    parts: () => {
      const all = [
        [counts.new, 'new'],
        [counts.changed, 'merged'],
        [counts.same, 'as they were'],
        [counts.none, 'without a label'],
        [counts.kept, 'not written'],
        [shortened, 'under shortened names'],
      ] as const;
      return all.filter(([count, what]) => count > 0 || what === 'new');
    },
    kept: () => counts.kept,
    remarks: () => (counts.kept > NAMED ? [`and ${counts.kept - NAMED} more are left as they are`] : []),
  };
}
