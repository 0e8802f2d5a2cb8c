import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { HandlerFigures, HandlerJob } from './handler-run.ts';
import type { FilledStores, StoresJob } from './handler-stores.ts';

const WARM_UP_IMAGES = 10;
const SINGLE_IMAGES = 15;
const ROUNDS = 4;
/** What `infra/tagger-options.ts` has Lambda hand over at once by default. */
export const BATCH_SIZE = 10;

/**
 * The handler with stores beside it, on uploads of one picture. Where Linux's `taskset` is, the handler has the first
 * core to itself, as a function has its own, and the stores have the second.
 */
export async function handlerFigures(
  picture: string,
  options: Pick<HandlerJob, 'modelFolder' | 'labelSet' | 'classifierFolder'>,
): Promise<HandlerFigures> {
  const groups = [WARM_UP_IMAGES, SINGLE_IMAGES, ...new Array<number>(2 * ROUNDS).fill(BATCH_SIZE)];
  const stores = startScript(1, 'handler-stores.ts', [
    JSON.stringify({ picture, groups } satisfies StoresJob),
  ]);
  try {
    const [line] = await once(createInterface(stores.stdout as NonNullable<typeof stores.stdout>), 'line');
    const { s3, table, groups: bodies } = JSON.parse(String(line)) as FilledStores;
    const [warmUp = [], oneByOne = [], ...batches] = bodies;
    const rounds = Array.from({ length: ROUNDS }, (_, i) => ({
      first: batches[2 * i] ?? [],
      second: batches[2 * i + 1] ?? [],
    }));
    const job: HandlerJob = { ...options, picture, s3, table, warmUp, oneByOne, rounds };
    const handler = startScript(0, 'handler-run.ts', []);
    handler.stdin?.end(JSON.stringify(job));
    return JSON.parse(await text(handler.stdout as NonNullable<typeof handler.stdout>)) as HandlerFigures;
  } finally {
    stores.stdin?.end();
    await once(stores, 'exit');
  }
}

function startScript(core: number, script: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const command = [process.execPath, '--import', 'tsx', path, ...args];
  const pinned = canPin() ? ['taskset', '--cpu-list', String(core), ...command] : command;
  const [program = '', ...rest] = pinned;
  return spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
}

export function canPin(): boolean {
  return spawnSync('taskset', ['--cpu-list', '1', 'true']).status === 0;
}
