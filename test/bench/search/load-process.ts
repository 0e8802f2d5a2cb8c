import { execFile } from 'node:child_process';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const THIS_FILE = fileURLToPath(import.meta.url);
/** Every fifth of a page: text, label, label without another, similar, newest. */
const PATHS = (i: number) =>
  [
    `q=${encodeURIComponent(`"text ${i % 500}"`)}`,
    `q=${encodeURIComponent(`label:"label ${i % 300}"`)}&facets=true`,
    `q=${encodeURIComponent(`label:"label ${i % 9}" -label:"label ${(i + 1) % 9}"`)}`,
    `q=${encodeURIComponent(`"text ${i % 500}" label:"label ${i % 40}"`)}`,
    '',
  ][i % 5] ?? '';

export interface LoadFigures {
  readonly answered: number;
  readonly failed: number;
  /** From when a request was due, not from when it was sent: what waits for others counts. */
  readonly milliseconds: readonly number[];
}

/** Sends so many requests a second, whether or not those before have been answered, from a process of its own. */
export async function load(url: string, perSecond: number, seconds: number): Promise<LoadFigures> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', THIS_FILE, url, String(perSecond), String(seconds)],
    { maxBuffer: 2 ** 26 },
  );
  return JSON.parse(stdout);
}

async function send(url: string, perSecond: number, seconds: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const milliseconds: number[] = [];
  let failed = 0;
  const ask = (path: string) =>
    new Promise<boolean>((resolve) => {
      get(`${url}?limit=50&${path}`, { agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode === 200));
      }).on('error', () => resolve(false));
    });
  const begun = performance.now();
  const pending: Promise<void>[] = [];
  for (let i = 0; i < perSecond * seconds; i++) {
    const due = begun + (i * 1_000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    pending.push(
      ask(PATHS(i)).then((isAnswered) => {
        if (isAnswered) milliseconds.push(performance.now() - due);
        else failed++;
      }),
    );
  }
  await Promise.all(pending);
  agent.destroy();
  const figures: LoadFigures = {
    answered: milliseconds.length,
    failed,
    milliseconds: milliseconds.sort((a, b) => a - b),
  };
  console.log(JSON.stringify(figures));
}

if (process.argv[1] === THIS_FILE) {
  await send(process.argv[2] ?? '', Number(process.argv[3]), Number(process.argv[4]));
}
