import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startStores } from '../../fixtures/stores.ts';
import type { HandlerFigures, HandlerJob } from './handler-run.ts';

const WARM_UP_IMAGES = 8;
const SINGLE_IMAGES = 25;
const BATCHED_IMAGES = 64;
const BATCH_SIZE = 8;

/** The handler with stores beside it, on uploads of one picture. */
export async function handlerFigures(
  picture: string,
  options: Pick<HandlerJob, 'modelFolder' | 'labelSet' | 'classifierFolder'>,
): Promise<HandlerFigures> {
  const stores = await startStores();
  try {
    const job: HandlerJob = {
      ...options,
      s3: stores.s3Options,
      table: stores.tableOptions,
      warmUp: await stores.uploadFile(picture, WARM_UP_IMAGES, 'warm-up'),
      oneByOne: await stores.uploadFile(picture, SINGLE_IMAGES, 'single'),
      inBatches: await stores.uploadFile(picture, BATCHED_IMAGES, 'batched'),
      batchSize: BATCH_SIZE,
    };
    const script = fileURLToPath(new URL('handler-run.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(JSON.stringify(job));
    return JSON.parse(await text(child.stdout)) as HandlerFigures;
  } finally {
    await stores.close();
  }
}
