/**
 * Decompression bombs of every format that the pipeline decodes, each in a process of its own:
 *
 *   node --import tsx test/torture/bombs.ts [--seed N] [--rounds N] [--minutes M] [--only TEXT] [--at N]
 *
 * A round is every bomb that has a name, and 50 random ones; `--at` decodes each so often at once. Fails when a process
 * needs more than a gigabyte, dies, or calls a bomb's fault one that passes. What the encoders here cannot make,
 * and what is larger than an upload may be, is left out with a line.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_MAXIMUM_BYTES } from '../../functions/core/objects/object.ts';
import { allBombs, type Bomb } from './bomb-files.ts';
import type { Explosion } from './bomb-process.ts';
import { SUMMARY, type TortureOutcome } from './torture.ts';

const MAXIMUM_PEAK_BYTES = 10 ** 9;
const RANDOM_BOMBS = 50;
const LIMIT_MILLISECONDS = 180_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
    only: { type: 'string', default: '' },
    at: { type: 'string', default: '1' },
  },
});
const deadline = Date.now() + Number(values.minutes) * 60_000;
const folder = mkdtempSync(join(tmpdir(), 'cliptag-bombs-'));
let tried = 0;
let skipped = 0;
let worst = 0;
const failed: string[] = [];
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    const bombs = allBombs(Number(values.seed) + round, RANDOM_BOMBS);
    for (const bomb of round === 0 ? bombs : bombs.slice(-RANDOM_BOMBS)) {
      if (!bomb.name.includes(values.only) || Date.now() > deadline) continue;
      await explode(bomb);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
for (const name of failed) console.log(`Fault: ${name}`);
const outcome = {
  size: `${tried} bombs, ${skipped} left out`,
  faults: failed.length,
  figures: `peak ${megabytes(worst)}`,
} satisfies Record<keyof TortureOutcome, unknown>;
console.log(`${SUMMARY}${JSON.stringify({ seed: Number(values.seed), ...outcome })}`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function explode({ name, make }: Bomb): Promise<void> {
  const file = join(folder, 'bomb');
  let bytes: Buffer;
  try {
    bytes = await make();
  } catch (error) {
    skipped += 1;
    console.log(`Skipped: ${name} cannot be made: ${String(error).split('\n')[0]}`);
    return;
  }
  if (bytes.length > DEFAULT_MAXIMUM_BYTES) {
    skipped += 1;
    console.log(`Skipped: ${name} has ${bytes.length} bytes, and is refused by its size`);
    return;
  }
  writeFileSync(file, bytes);
  const program = join(import.meta.dirname, 'bomb-process.ts');
  const { stdout, stderr, signal } = spawnSync(
    process.execPath,
    ['--import', 'tsx', program, ...Array<string>(Number(values.at)).fill(file)],
    { encoding: 'utf8', timeout: LIMIT_MILLISECONDS },
  );
  tried += 1;
  if (!stdout) {
    const reason = signal ?? /^.*Error.*$/m.exec(stderr)?.[0] ?? stderr.slice(-300);
    failed.push(`${name}: ${reason}`);
    console.log(`${name}: ${reason}`);
    return;
  }
  const { peakBytes, milliseconds, heldBytes, grownBytes, results, passes } = JSON.parse(stdout) as Explosion;
  worst = Math.max(worst, peakBytes);
  const isBad = peakBytes > MAXIMUM_PEAK_BYTES || passes;
  if (isBad) failed.push(name);
  const figures = `${megabytes(peakBytes)}, grown ${megabytes(grownBytes)} of ${megabytes(heldBytes ?? 0)}, ${milliseconds} ms`;
  console.log(
    `${isBad ? 'BAD ' : ''}${name} (${bytes.length} bytes): ${figures}; ${[...new Set(results)].join(' | ')}`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
