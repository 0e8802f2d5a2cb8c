import type { Contender, Request } from './contender.ts';

/** Milliseconds of every run, by contender. */
export type Times = ReadonlyMap<string, readonly number[]>;

/**
 * Asks all contenders in turn, round after round, so that whatever else the machine does hits all of them alike; who
 * begins changes from round to round.
 *
 * @returns the times of all rounds but the first, which warms up
 */
export async function inTurn(
  contenders: readonly Contender[],
  request: Request,
  rounds: number,
): Promise<Times> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    const first = round % contenders.length;
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      const { milliseconds } = await contender.ask(request);
      if (round > 0) times.get(contender.name)?.push(...milliseconds);
    }
  }
  return times;
}

/** A line for each contender, with how many times as long as the first one it takes. */
export function ratioLines(times: Times, per = 1): string[] {
  const [own = []] = times.values();
  return [...times].map(([name, values]) => {
    const [least, middle] = [minimum(values) / per, median(values) / per];
    const ratio = `${(minimum(values) / minimum(own)).toFixed(2)} × / ${(median(values) / median(own)).toFixed(2)} ×`;
    return `  ${name.padEnd(28)} ${least.toFixed(1).padStart(8)} ${middle.toFixed(1).padStart(8)} ms   ${ratio}`;
  });
}

export function minimum(values: readonly number[]): number {
  return Math.min(...values);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
}
