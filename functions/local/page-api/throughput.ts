/** How many images were worked on lately. */
export interface Throughput {
  note(): void;
  /** Over the last minute. */
  perSecond(): number;
}

const SECONDS = 60;

/** Counts by the second, in as much memory for a thousand images a second as for one. */
export function throughput(now: () => number = Date.now): Throughput {
  const counts = new Uint32Array(SECONDS);
  let newest = second();

  function second(): number {
    return Math.floor(now() / 1_000);
  }

  /** Empties the seconds since the last call. */
  function move(): void {
    const present = second();
    const passed = Math.min(Math.max(present - newest, 0), SECONDS);
    for (let i = 1; i <= passed; i++) counts[(present - passed + i) % SECONDS] = 0;
    newest = Math.max(newest, present);
  }

  return {
    note() {
      move();
      const place = newest % SECONDS;
      counts[place] = (counts[place] ?? 0) + 1;
    },
    perSecond() {
      move();
      return counts.reduce((sum, count) => sum + count, 0) / SECONDS;
    },
  };
}
