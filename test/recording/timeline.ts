/** When each screen is shown of a recording that plays for so long, and one of them that stands for all. */
export interface Timeline {
  readonly seconds: number;
  /** For each time of the session, one of the film. */
  readonly at: (sessionSeconds: number) => number;
}

/** Waits are cut to so much, for machines differ. */
const LONGEST_WAIT_SECONDS = 2.5;
/** How long the end is to be seen before it begins anew. */
const END_SECONDS = 2;

/**
 * Cuts long waits, then plays all of it faster or slower, so that it takes the seconds that are wanted.
 *
 * @param changes the times at which something new is to be seen
 */
export function timelineOf(changes: readonly number[], seconds: number): Timeline {
  const times = [...new Set([0, ...changes])].sort((a, b) => a - b);
  const cut: number[] = [];
  for (const [i, time] of times.entries()) {
    const wait = Math.min(LONGEST_WAIT_SECONDS, time - (times[i - 1] ?? 0));
    cut.push((cut.at(-1) ?? 0) + wait);
  }
  const factor = (seconds - END_SECONDS) / (cut.at(-1) || 1);
  const at = (time: number) => {
    const i = times.findLastIndex((earlier) => earlier <= time);
    return (cut[i] ?? 0) * factor;
  };
  return { seconds, at };
}
