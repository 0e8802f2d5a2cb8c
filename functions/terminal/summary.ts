import { countText } from './amounts.ts';

/** Counts things that have been worked on, until a command over many of them says how many there were. */
export interface Summary {
  /**
   * @example
   * summary.text([[300, 'picture'], [258, 'tagged']]) // 300 pictures, 258 tagged, 4.2 s
   */
  text(counts: ReadonlyArray<readonly [count: number, what: string]>): string;
  /** How long it took, e.g. `4.2 s`. */
  time(): string;
}

/** What is counted in the singular and the plural; other words, such as `tagged`, are the same in both. */
const PLURALS: Readonly<Record<string, string>> = {
  picture: 'pictures',
  image: 'images',
  text: 'texts',
  tag: 'tags',
  sidecar: 'sidecars',
};

/** Begins to measure the time. */
export function startSummary(now: () => number = () => performance.now()): Summary {
  const startedAt = now();
  const time = () => secondsText((now() - startedAt) / 1000);
  return {
    time,
    text: (counts) => {
      const parts = counts.map(
        ([count, what]) => `${countText(count)} ${count === 1 ? what : (PLURALS[what] ?? what)}`,
      );
      return [...parts, time()].join(', ');
    },
  };
}

/** E.g. `4.2 s`, `12:05 min`. */
function secondsText(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`;
}
