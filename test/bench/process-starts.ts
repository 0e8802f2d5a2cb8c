import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';

const PROGRAM = join('functions', 'cliptag.mjs');
/** What the command line needs of a package; `npm run build` makes `dist`. */
const PACKED = ['package.json', 'dist', 'models', PROGRAM, join('functions', 'local', 'samples')];

/** Milliseconds from a process's start to its first output, of the checkout's sources and of the package, in turn. */
export interface PairedStarts {
  readonly sources: readonly number[];
  readonly package: readonly number[];
}

/** Starts the command line again and again, A B A B, so that both meet the same moods of the machine. */
export async function pairedStarts(
  repository: string,
  args: readonly string[],
  pairs: number,
): Promise<PairedStarts> {
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-bench-'));
  try {
    const installed = join(folder, 'cliptag');
    for (const name of PACKED)
      await cp(join(repository, name), join(installed, name), { recursive: true, filter: isPacked });
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
    const sources: number[] = [];
    const built: number[] = [];
    // Files come into the page cache, and Node's compile cache is filled.
    for (const where of [repository, installed]) await firstOutputMilliseconds(join(where, PROGRAM), args);
    for (let pair = 0; pair < pairs; pair++) {
      sources.push(await firstOutputMilliseconds(join(repository, PROGRAM), args));
      built.push(await firstOutputMilliseconds(join(installed, PROGRAM), args));
    }
    return { sources, package: built };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Both medians, and the median of the pairs' ratios. */
export function pairedText({ sources, package: built }: PairedStarts): string {
  const ratios = built.map((time, pair) => time / (sources[pair] ?? Number.NaN));
  return `${median(built).toFixed(0)} ms from the package, ${median(sources).toFixed(0)} ms from sources (${median(ratios).toFixed(2)} of it)`;
}

function isPacked(path: string): boolean {
  const parts = path.split(sep);
  return !parts.includes('train') && !parts.includes('checkpoints');
}

async function firstOutputMilliseconds(program: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  const milliseconds = performance.now() - started;
  await closed;
  return milliseconds;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
