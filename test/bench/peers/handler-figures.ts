import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { BATCH_SIZE } from './batch-size.ts';
import { bundledHandler } from './handler-bundle.ts';
import type { HandlerFigures, HandlerJob } from './handler-run.ts';
import type { FilledStores, StoresJob } from './handler-stores.ts';

/** V8 compiles what runs often: what the AWS SDK does for a request takes a third of the time then. */
export const WARM_UP_IMAGES = 3000;
const SINGLE_IMAGES = 15;
const ROUNDS_NEW = 3;
const ROUNDS_WARM = 12;
/**
 * The handler with stores beside it, on uploads of one picture. Where Linux's `taskset` is, the handler has the first
 * core to itself, as a function has its own, and the stores have the second.
 */
export async function handlerFigures(
  picture: string,
  options: Pick<HandlerJob, 'modelFolder' | 'labelSet' | 'classifierFolder'>,
): Promise<HandlerFigures> {
  const groups = [SINGLE_IMAGES, ...new Array<number>(2 * (1 + ROUNDS_NEW + ROUNDS_WARM)).fill(BATCH_SIZE)];
  const bundle = await bundledHandler();
  const stores = start(1, [
    ...['--import', 'tsx', fileURLToPath(new URL('handler-stores.ts', import.meta.url))],
    JSON.stringify({ picture, warmUp: WARM_UP_IMAGES, groups } satisfies StoresJob),
  ]);
  try {
    const [line] = await once(createInterface(stores.stdout as NonNullable<typeof stores.stdout>), 'line');
    const { s3, table, warmUp, groups: bodies } = JSON.parse(String(line)) as FilledStores;
    const [oneByOne = [], ...batches] = bodies;
    const round = () => ({ first: batches.pop() ?? [], second: batches.pop() ?? [] });
    const rounds = (length: number) => Array.from({ length }, round);
    const job: HandlerJob = {
      ...options,
      picture,
      s3,
      table,
      oneByOne,
      start: round(),
      newRounds: rounds(ROUNDS_NEW),
      warmUp,
      warmRounds: rounds(ROUNDS_WARM),
    };
    const handler = start(0, [bundle.path]);
    handler.stdin?.end(JSON.stringify(job));
    return JSON.parse(await text(handler.stdout as NonNullable<typeof handler.stdout>)) as HandlerFigures;
  } finally {
    stores.stdin?.end();
    await once(stores, 'exit');
    await bundle.remove();
  }
}

function start(core: number, args: readonly string[]): ChildProcess {
  const command = [process.execPath, ...args];
  const pinned = canPin() ? ['taskset', '--cpu-list', String(core), ...command] : command;
  const [program = '', ...rest] = pinned;
  return spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
}

function canPin(): boolean {
  return spawnSync('taskset', ['--cpu-list', '1', 'true']).status === 0;
}
