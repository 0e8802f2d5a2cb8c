import { printable } from '../../core/printable.ts';
import type { WrittenSidecar } from './written-sidecar.ts';

/** Sidecars that could not be written are named, so many of them; the others are counted. */
const NAMED = 20;

/** A sidecar and its image, by the names that remarks call them. */
export interface SidecarNames {
  readonly image: string;
  /** @default the image's */
  readonly sidecar?: string | undefined;
}

/** What became of many sidecars. */
export interface SidecarCounts {
  count(names: SidecarNames, written: WrittenSidecar): void;
  /** Notes a sidecar whose name is shortened: programs do not find it by the picture's. */
  noteShortened(name: string): void;
  /** E.g. `3 new`, `1 merged`. */
  parts(): ReadonlyArray<readonly [count: number, what: string]>;
  /** How many were not written, for whatever reason. */
  unwritten(): number;
  /** What is said of those that were not named. */
  remarks(): readonly string[];
}

/** What is said of a sidecar that was not written. */
function unwrittenText(
  { image, sidecar = image }: SidecarNames,
  { state, reason }: Extract<WrittenSidecar, { reason: string }>,
): string {
  const whats = {
    kept: [sidecar, 'is left as it is'],
    unwritten: [sidecar, 'cannot be written'],
    refused: [image, 'gets no sidecar'],
  } as const;
  const [name, what] = whats[state];
  return `${printable(name)} ${what}: ${printable(reason)}`;
}

/** @param remark takes a line for each sidecar that could not be written */
export function sidecarCounts(remark: (text: string) => void): SidecarCounts {
  const counts = { new: 0, changed: 0, same: 0, none: 0, unwritten: 0 };
  let shortened = 0;
  return {
    count: (names, written) => {
      counts['reason' in written ? 'unwritten' : written.state] += 1;
      if ('reason' in written && counts.unwritten <= NAMED) remark(unwrittenText(names, written));
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
        [counts.same, 'unchanged'],
        [counts.none, 'without a label'],
        [counts.unwritten, 'not written'],
        [shortened, 'under shortened names'],
      ] as const;
      return all.filter(([count, what]) => count > 0 || what === 'new');
    },
    unwritten: () => counts.unwritten,
    remarks: () => (counts.unwritten > NAMED ? [`and ${counts.unwritten - NAMED} more are not written`] : []),
  };
}
