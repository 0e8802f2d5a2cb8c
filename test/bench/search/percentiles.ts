/** Milliseconds of many runs of one thing, by the clock, and by what this process used of the processor. */
export interface Timings {
  readonly clock: readonly number[];
  readonly processor: readonly number[];
}

export async function timings(count: number, work: (i: number) => unknown): Promise<Timings> {
  const [clock, processor]: [number[], number[]] = [[], []];
  for (let i = -Math.ceil(count / 10); i < count; i++) {
    const [begun, used] = [performance.now(), process.cpuUsage()];
    await work(Math.abs(i));
    const { user, system } = process.cpuUsage(used);
    // The first ones warm up.
    if (i < 0) continue;
    clock.push(performance.now() - begun);
    processor.push((user + system) / 1_000);
  }
  return { clock: clock.sort(ascending), processor: processor.sort(ascending) };
}

/** `p50 2.81, p90 2.95, p99 3.40 ms`. */
export function percentilesText({ clock, processor }: Timings): string {
  const of = (sorted: readonly number[], part: number) =>
    sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
  const told = (sorted: readonly number[]) =>
    [50, 90, 99]
      .map(
        (p) =>
          `p${p} ${of(sorted, p / 100)
            .toFixed(2)
            .padStart(6)}`,
      )
      .join(', ');
  return `${told(clock)} ms by the clock; of the processor ${told(processor)} ms`;
}

const ascending = (a: number, b: number) => a - b;
