import type { Contender, ContenderRequest, Cost } from './contender.ts';

/** Every run's, by contender. */
export type Times = ReadonlyMap<string, readonly Cost[]>;

/**
 * Asks all contenders in turn, round after round, so that whatever else the machine does hits all of them alike; who
 * begins changes from round to round.
 *
 * @returns the times of all rounds but the first, which warms up
 */
export async function inTurn(
  contenders: readonly Contender[],
  request: ContenderRequest,
  rounds: number,
): Promise<Times> {
  const times = new Map<string, Cost[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    const first = round % contenders.length;
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      const { costs } = await contender.ask(request);
      if (round > 0) times.get(contender.name)?.push(...costs);
    }
  }
  return times;
}

/** A line for each contender, with how many times as long as the first one it takes, by both clocks. */
export function ratioLines(times: Times, per = 1): string[] {
  const [own = []] = times.values();
  return [...times].map(([name, costs]) => {
    const columns = (['wall', 'processor'] as const).map((clock) => {
      const values = costs.map((cost) => cost[clock]);
      const owns = own.map((cost) => cost[clock]);
      const ratios = [minimum, median].map((pick) => `${(pick(values) / pick(owns)).toFixed(2)} ×`);
      const figures = [minimum, median].map((pick) => (pick(values) / per).toFixed(1).padStart(7));
      return `${clock} ${figures.join(' ')} ms  ${ratios.join(' / ')}`;
    });
    return `  ${name.padEnd(26)} ${columns.join('   ')}`;
  });
}

export function minimum(values: readonly number[]): number {
  return Math.min(...values);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
}
