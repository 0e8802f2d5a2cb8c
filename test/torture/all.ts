import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { SUMMARY, type TortureOutcome } from './torture.ts';

/**
 * `npm run test:torture -- [NAME…] [--seed N] [--minutes M]`: runs every program of this folder, one after the other,
 * each for so many minutes at most (5 unless told), and closes with a table. A program that prints no line for it, as
 * `tortureProgram` does, is told by its exit code and its last line.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, minutes: { type: 'string', default: '5' } },
});
/** A program that hangs is a fault as well: it is ended when it takes so much longer than its time. */
const GRACE_MINUTES = 5;

interface Row {
  readonly program: string;
  readonly result: string;
  readonly size: string;
  readonly figures: string;
  readonly seconds: number;
}

const folder = import.meta.dirname;
const OWN = new Set(['torture.ts', 'all.ts']);
/** A program reads flags; other files are parts of programs. */
const PROGRAM = /^await tortureProgram\(|\bparseArgs\(/m;
const sources = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort();
const programs: string[] = [];
for (const name of sources) {
  if (OWN.has(name) || !PROGRAM.test(await readFile(join(folder, name), 'utf8'))) continue;
  if (positionals.length === 0 || positionals.includes(basename(name, '.ts')))
    programs.push(basename(name, '.ts'));
}
const unknown = positionals.filter((name) => !programs.includes(name));
if (unknown.length > 0) throw new Error(`Expected programs of test/torture but received ${unknown}`);

const rows: Row[] = [];
for (const program of programs) rows.push(await run(program));
console.log(`\nSeed ${values.seed}, ${values.minutes} minutes each\n`);
for (const { program, result, size, figures, seconds } of rows)
  console.log([program.padEnd(20), result.padEnd(10), `${seconds} s`.padStart(7), size, figures].join('  '));
process.exitCode = rows.every(({ result }) => result === 'held') ? 0 : 1;

async function run(program: string): Promise<Row> {
  console.log(`\n== ${program}`);
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', join(folder, `${program}.ts`)],
      ...['--seed', values.seed, '--minutes', values.minutes],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const timer = setTimeout(() => child.kill('SIGKILL'), (Number(values.minutes) + GRACE_MINUTES) * 60_000);
  const closed = new Promise<string | number | null>((resolve) =>
    child.on('close', (code, signal) => resolve(signal ?? code)),
  );
  let summary: { size: TortureOutcome['size']; figures: string; faults: number } | undefined;
  let lastLine = '';
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith(SUMMARY)) summary = JSON.parse(line.slice(SUMMARY.length));
    else {
      console.log(line);
      lastLine = line;
    }
  }
  const exit = await closed;
  clearTimeout(timer);
  const seconds = Math.round((performance.now() - started) / 1000);
  const { faults, size, figures } = summary ?? { faults: 0, size: lastLine, figures: '' };
  const result = faults > 0 ? `${faults} faults` : exit === 0 ? 'held' : `ended: ${exit}`;
  return { program, result, seconds, size, figures };
}
