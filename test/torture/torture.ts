import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * What every torture program shares: seeded random numbers, an end by rounds or by the clock, and one line at the end
 * that `npm run test:torture` reads.
 *
 * @example
 * export async function powerCuts(limits: TortureLimits): Promise<TortureOutcome> {
 *   const faults: string[] = [];
 *   let rounds = 0;
 *   for (const { round, random } of limits.rounds()) {
 *     rounds++;
 *     if (await lost(random.integer(1000))) faults.push(`round ${round}: a record is lost`);
 *   }
 *   return { size: `${rounds} cuts`, faults };
 * }
 * await tortureProgram(import.meta.url, powerCuts, { rounds: 500 });
 */
export interface TortureLimits {
  readonly seed: number;
  /** Ends at the last round or when the time is over. Each round has random numbers of its own: `--round N` repeats it alone. */
  rounds(): Generator<{ readonly round: number; readonly random: Random }>;
  readonly timeIsOver: () => boolean;
}

export interface TortureOutcome {
  /** How much was tried, such as '500 cuts of 4 logs'. */
  readonly size: string;
  /** A line for each thing that went wrong, with its round. None: the promise held. */
  readonly faults: readonly string[];
  /** Figures worth a place in the table, such as 'peak 412 MB'. */
  readonly figures?: string;
}

export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, at least 0 and below the bound. */
  integer(bound: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  bytes(length: number): Buffer;
}

/** The same numbers at every run of the same seeds: mulberry32. */
export function seededRandom(...seeds: readonly number[]): Random {
  let state = seeds.reduce((mixed, seed) => Math.imul(mixed ^ seed, 0x9e3779b1) + 1, 0x2545f491) | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: (choices) => choices[integer(choices.length)] as (typeof choices)[number],
    bytes: (length) => Buffer.from(Array.from({ length }, () => integer(256))),
  };
}

export interface TortureDefaults {
  readonly seed?: number;
  readonly rounds?: number;
  readonly minutes?: number;
}

/** For the short form of a torture in the suite: so many rounds, and no clock. */
export function tortureLimits({ seed = 1, rounds = Infinity, minutes = Infinity, first = 0 }): TortureLimits {
  const end = performance.now() + minutes * 60_000;
  const timeIsOver = () => performance.now() > end;
  return {
    seed,
    timeIsOver,
    *rounds() {
      for (let round = first; round < first + rounds && !timeIsOver(); round++)
        yield { round, random: seededRandom(seed, round) };
    },
  };
}

/**
 * Runs the torture if its file is the program that was started, and not imported by a test. Flags: `--seed N`,
 * `--rounds N`, `--minutes M`, and `--round N` to repeat one round. Exit code 1 if anything went wrong.
 */
export async function tortureProgram(
  url: string,
  torture: (limits: TortureLimits) => Promise<TortureOutcome>,
  defaults: TortureDefaults,
): Promise<void> {
  if (process.argv[1] !== fileURLToPath(url)) return;
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { seed: text, rounds: text, minutes: text, round: text } });
  const number = (value: string | undefined, fallback: number | undefined) =>
    value === undefined ? (fallback ?? Infinity) : Number(value);
  const limits = tortureLimits({
    seed: number(values.seed, defaults.seed ?? 1),
    minutes: number(values.minutes, defaults.minutes),
    ...(values.round === undefined
      ? // Who asks for minutes alone wants them used.
        { rounds: number(values.rounds, values.minutes === undefined ? defaults.rounds : undefined) }
      : { rounds: 1, first: Number(values.round) }),
  });
  const { size, faults, figures = '' } = await torture(limits);
  for (const fault of faults.slice(0, MAXIMUM_SHOWN)) console.log(`Fault: ${fault}`);
  console.log(`${SUMMARY}${JSON.stringify({ seed: limits.seed, size, faults: faults.length, figures })}`);
  // Not process.exit: what is still open would go unnoticed.
  process.exitCode = faults.length === 0 ? 0 : 1;
}

export const SUMMARY = 'Torture: ';

/** Enough to see of what kind they are. */
const MAXIMUM_SHOWN = 20;
